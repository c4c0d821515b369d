// Package docs_test keeps the documents true: what they show as a file is that file,
// what they show as danlu.yaml is accepted, the verbs and flags they name exist, and
// their links lead somewhere.
package docs_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/danlu-ml/danlu/internal/sampler"
	"github.com/danlu-ml/danlu/internal/scheduler"
	"github.com/danlu-ml/danlu/internal/spec"
)

const root = ".."

// binary is the program under test, absolute.
var binary string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "danlu-docs")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "danlu")
	if out, err := exec.Command("go", "build", "-o", binary, "../cmd/danlu").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build danlu: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// documents are the texts of all documents, by their paths from the root.
func documents(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{}
	for _, pattern := range []string{"*.md", "docs/*.md", "changelog/*.md"} {
		paths, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			name, err := filepath.Rel(root, path)
			if err != nil {
				t.Fatal(err)
			}
			texts[filepath.ToSlash(name)] = string(text)
		}
	}
	return texts
}

// fence is a block of code: its language and its text, and the file it claims to be.
var fence = regexp.MustCompile("(?ms)^(?:<!-- file: (\\S+) -->\n)?```(\\w*)\n(.*?)^```$")

func TestFilesShownAreTheFiles(t *testing.T) {
	for doc, text := range documents(t) {
		for _, m := range fence.FindAllStringSubmatch(text, -1) {
			if m[1] == "" {
				continue
			}
			file, err := os.ReadFile(filepath.Join(root, m[1]))
			if err != nil {
				t.Errorf("%s: %v", doc, err)
				continue
			}
			if d := cmp.Diff(string(file), m[3]); d != "" {
				t.Errorf("%s shows another %s (-file +shown):\n%s", doc, m[1], d)
			}
		}
	}
}

func TestStudiesShownAreAccepted(t *testing.T) {
	o := spec.Options{Samplers: sampler.Names(), Schedulers: scheduler.Names(), RequireCommand: true}
	for doc, text := range documents(t) {
		for _, m := range fence.FindAllStringSubmatch(text, -1) {
			if m[2] != "yaml" || !strings.Contains(m[3], "params:") {
				continue
			}
			if _, _, err := spec.Parse(doc, []byte(m[3]), o); err != nil {
				t.Errorf("a study shown in %s is refused:\n%v\n%s", doc, err, m[3])
			}
		}
	}
}

// The tutorial begins with a script of the examples, and changes it step by step.
func TestTheTutorialChangesLinesThatAreThere(t *testing.T) {
	script, err := os.ReadFile(filepath.Join(root, "examples", "fashion", "untouched.py"))
	if err != nil {
		t.Fatal(err)
	}
	lines := map[string]bool{}
	for line := range strings.Lines(string(script)) {
		lines[strings.TrimSpace(line)] = true
	}
	changed := 0
	for _, m := range fence.FindAllStringSubmatch(documents(t)["docs/tutorial.md"], -1) {
		if m[2] != "diff" {
			continue
		}
		for line := range strings.Lines(m[3]) {
			text := strings.TrimSpace(line[1:])
			if line[0] == '-' && !lines[text] {
				t.Errorf("the tutorial takes out a line that is not there: %s", text)
			}
			lines[text] = line[0] == '+'
			changed++
		}
	}
	if changed == 0 {
		t.Error("the tutorial changes nothing")
	}
}

// invocation is danlu called in code, with its verb and the rest of the line.
var invocation = regexp.MustCompile("(?m)(?:^|`|\\$ |&& |dist/)danlu ([a-z]+)([^`\n]*)")

var flagName = regexp.MustCompile(`(?:^|[\s\[])(--[a-z][a-z-]*|-[a-z])\b`)

func TestVerbsAndFlagsNamedExist(t *testing.T) {
	helps := map[string]string{}
	help := func(verb string) (string, bool) {
		text, known := helps[verb]
		if !known {
			out, err := exec.Command(binary, verb, "--help").CombinedOutput()
			if err == nil {
				text = string(out)
			}
			helps[verb] = text
		}
		return text, text != ""
	}
	for doc, text := range documents(t) {
		for _, m := range invocation.FindAllStringSubmatch(text, -1) {
			verb := m[1]
			rest, _, _ := strings.Cut(m[2], " -- ") // what follows is another program's
			about, ok := help(verb)
			if !ok {
				t.Errorf("%s names danlu %s, which is no verb", doc, verb)
				continue
			}
			for _, f := range flagName.FindAllStringSubmatch(rest, -1) {
				if !strings.Contains(about, f[1]) {
					t.Errorf("%s: danlu %s%s: its help does not know %s", doc, verb, rest, f[1])
				}
			}
		}
	}
}

func TestTheReferenceIsThatOfTheCode(t *testing.T) {
	cmd := exec.Command("go", "run", "./scripts/reference", "-danlu", binary)
	cmd.Dir = root
	want, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Logf("%s", exit.Stderr)
		}
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), documents(t)["docs/reference.md"]); d != "" {
		t.Errorf("docs/reference.md is out of date: go run ./scripts/reference > docs/reference.md\n(-code +document):\n%s", d)
	}
}

func TestEveryDocumentIsListed(t *testing.T) {
	all := documents(t)
	list := all["docs/README.md"]
	for doc := range all {
		name, ok := strings.CutPrefix(doc, "docs/")
		if ok && name != "README.md" && !strings.Contains(list, "]("+name+")") {
			t.Errorf("docs/README.md does not list %s", name)
		}
	}
}

func TestArchitectureNamesEveryPackage(t *testing.T) {
	text := documents(t)["docs/architecture.md"]
	folders, err := filepath.Glob(filepath.Join(root, "internal", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range folders {
		if name := "`internal/" + filepath.Base(f); !strings.Contains(text, name+"`") && !strings.Contains(text, name+"/") {
			t.Errorf("docs/architecture.md does not say what internal/%s is", filepath.Base(f))
		}
	}
}

var link = regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)|(?:src|href)="([^":]+)"`)

func TestLinksLeadSomewhere(t *testing.T) {
	for doc, text := range documents(t) {
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			target := filepath.Join(root, filepath.Dir(doc), m[1]+m[2])
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s links to %s, which is not there", doc, m[1]+m[2])
			}
		}
	}
}
