// Command notice writes NOTICE: what of other people's is in the binary, and their
// licences. `go run ./scripts/notice > NOTICE` after a change of dependencies or of
// embedded data; make lint says when it is due.
package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	_ "embed"
)

//go:embed joe-kuo.txt
var joeKuo string

// dataNotice is the one beside the embedded data sets.
const dataNotice = "internal/trainer/data/NOTICE"

// examplesNotice is that of the data sets beside the examples.
const examplesNotice = "examples/NOTICE"

const head = `danlu
Copyright 2026 The danlu authors

Licensed under the Apache License, Version 2.0: see LICENSE.

The program has in it, besides the Go standard library and its runtime (Copyright
2009 The Go Authors, under the BSD licence given below for golang.org/x), the data
and the packages named here, each under its own licence.

`

func main() {
	if err := write(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "notice:", err)
		os.Exit(1)
	}
}

func write(w io.Writer) error {
	data, err := os.ReadFile(dataNotice)
	if err != nil {
		return fmt.Errorf("%w; run it in the module's folder", err)
	}
	examples, err := os.ReadFile(examplesNotice)
	if err != nil {
		return fmt.Errorf("%w; run it in the module's folder", err)
	}
	modules, err := linked()
	if err != nil {
		return err
	}
	parts := []string{
		head + strings.TrimSpace(string(data)),
		title("Data beside the examples") + strings.TrimSpace(string(examples)),
		title("Direction numbers of the Sobol sequence, new-joe-kuo-6") + strings.TrimSpace(joeKuo),
	}
	same := map[string][]string{} // a licence's text: the modules under it
	for _, m := range modules {
		text, err := m.licence()
		if err != nil {
			return err
		}
		same[text] = append(same[text], m.path)
	}
	byModule := func(a, b string) int { return cmp.Compare(same[a][0], same[b][0]) }
	for _, text := range slices.SortedFunc(maps.Keys(same), byModule) {
		parts = append(parts, title(strings.Join(same[text], "\n"))+text)
	}
	_, err = fmt.Fprintln(w, strings.Join(parts, "\n\n\n"))
	return err
}

func title(s string) string {
	longest := 0
	for line := range strings.SplitSeq(s, "\n") {
		longest = max(longest, len(line))
	}
	return s + "\n" + strings.Repeat("=", longest) + "\n\n"
}

// module is somebody's code in the binary.
type module struct{ path, dir string }

// linked lists the modules of the binary on any platform it is made for, by path.
// Versions stay out: they are in go.mod.
func linked() ([]module, error) {
	found := map[string]module{}
	for _, goos := range []string{"linux", "darwin", "windows"} {
		cmd := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}}|{{.Dir}}{{end}}{{end}}", "./cmd/danlu")
		cmd.Env = append(os.Environ(), "GOOS="+goos, "CGO_ENABLED=0")
		cmd.Stderr = os.Stderr
		out, err := cmd.Output()
		if err != nil {
			return nil, fmt.Errorf("list the packages of the binary for %s: %w", goos, err)
		}
		for line := range strings.Lines(string(out)) {
			if path, dir, ok := strings.Cut(strings.TrimSpace(line), "|"); ok {
				found[path] = module{path, dir}
			}
		}
	}
	return slices.SortedFunc(maps.Values(found), func(a, b module) int { return cmp.Compare(a.path, b.path) }), nil
}

// licence is the text of a module's licences and notices. One that is the same as
// danlu's own is named and not repeated.
func (m module) licence() (string, error) {
	own, err := os.ReadFile("LICENSE")
	if err != nil {
		return "", err
	}
	var names, texts []string
	for _, pattern := range []string{"LICENSE*", "NOTICE*"} {
		files, err := filepath.Glob(filepath.Join(m.dir, pattern))
		if err != nil {
			return "", err
		}
		names = append(names, files...)
	}
	for _, name := range names {
		if notLinked(m.path, filepath.Base(name)) {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return "", err
		}
		if terms(string(text)) == terms(string(own)) {
			text = []byte("Apache License, Version 2.0: see LICENSE.")
		}
		texts = append(texts, strings.TrimSpace(strings.ReplaceAll(string(text), "\r\n", "\n")))
	}
	if len(texts) == 0 {
		return "", fmt.Errorf("%s has no licence in %s: find out what it is under before using it", m.path, m.dir)
	}
	return strings.Join(texts, "\n\n"), nil
}

// notLinked reports whether a file speaks of what is not in the binary: a logo, an
// extension of SQLite nobody imports, and what the tests of modernc.org/sqlite use.
func notLinked(module, file string) bool {
	return strings.Contains(file, "LOGO") || strings.Contains(file, "SQLITE_VEC") ||
		module == "modernc.org/sqlite" && strings.Contains(file, "3RD-PARTY")
}

// terms is a licence without its layout and the appendix on how to apply it.
func terms(text string) string {
	text, _, _ = strings.Cut(text, "END OF TERMS AND CONDITIONS")
	if !strings.Contains(text, "Apache License") {
		return text
	}
	return strings.Join(strings.Fields(text[strings.Index(text, "TERMS AND CONDITIONS"):]), " ")
}
