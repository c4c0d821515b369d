package deptest

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/danlu-ml/danlu"

// platforms are those whose files are looked at: imports differ by build tags.
var platforms = []string{"linux", "darwin", "windows"}

// pkg is a package as the go command knows it.
type pkg struct {
	standard bool
	imports  []string
}

// TestMain looks at every Go file, so that go test does not take an old result for
// this one: it can't see what the go command reads.
func TestMain(m *testing.M) {
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err == nil && filepath.Ext(path) == ".go" {
			_, err = os.Stat(path)
		}
		return err
	})
	if err != nil {
		panic(err)
	}
	m.Run()
}

// list asks the go command for every package of the module and all they need.
func list(t *testing.T, goos string) map[string]pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-e", "-deps", "-f", `{{.ImportPath}}|{{.Standard}}|{{join .Imports " "}}`, module+"/...")
	cmd.Env = append(os.Environ(), "GOOS="+goos, "CGO_ENABLED=0")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list for %s: %v", goos, err)
	}
	pkgs := map[string]pkg{}
	for line := range strings.Lines(string(out)) {
		f := strings.Split(strings.TrimSpace(line), "|")
		pkgs[f[0]] = pkg{f[1] == "true", strings.Fields(f[2])}
	}
	return pkgs
}

func isOurs(path string) bool { return path == module || strings.HasPrefix(path, module+"/") }

// path is a row's import path.
func (r row) path() string {
	if r.pkg == "." {
		return module
	}
	return module + "/" + r.pkg
}

// A package may only name packages that stand above it, so that no arrow points
// up and there is no circle, not even one that is allowed and not yet drawn.
func TestTableGoesFromTheBottomUp(t *testing.T) {
	above := map[string]bool{}
	for _, r := range table {
		if above[r.path()] {
			t.Errorf("%s is in the table twice", r.pkg)
		}
		for name := range r.allows() {
			if isOurs(name) && !above[name] && name != module+"/"+allOfOurs {
				t.Errorf("%s may import %s, which is not above it in the table: an arrow that points up", r.pkg, name)
			}
		}
		if r.why == "" {
			t.Errorf("%s is in the table without a reason", r.pkg)
		}
		above[r.path()] = true
	}
}

// Implementations of one interface know the interface and not each other.
func TestSiblingsDoNotKnowEachOther(t *testing.T) {
	for _, family := range []string{"internal/store/", "internal/executor/"} {
		for _, r := range table {
			if !strings.HasPrefix(r.pkg, family) {
				continue
			}
			for name := range r.allows() {
				if strings.HasPrefix(name, module+"/"+family) {
					t.Errorf("%s may import its sibling %s: what they share belongs in %s", r.pkg, name, strings.TrimSuffix(family, "/"))
				}
			}
		}
	}
}

func TestImportsAreThoseOfTheTable(t *testing.T) {
	rows := map[string]row{}
	for _, r := range table {
		rows[r.path()] = r
	}
	for _, goos := range platforms {
		t.Run(goos, func(t *testing.T) {
			pkgs := list(t, goos)
			for path := range rows {
				if _, there := pkgs[path]; !there {
					t.Errorf("%s is in the table of table_test.go and nowhere else: take it out", path)
				}
			}
			for path, p := range pkgs {
				if !isOurs(path) {
					continue
				}
				r, known := rows[path]
				if !known {
					t.Errorf("%s is not in the table of table_test.go: add it with what it may import, and why no more", path)
					continue
				}
				allowed := r.allows()
				for _, name := range p.imports {
					everyone := pkgs[name].standard || isOurs(name) && allowed[module+"/"+allOfOurs]
					if !everyone && !allowed[name] {
						t.Errorf("%s imports %s, which its row does not allow (%s)", path, name, r.why)
					}
				}
			}
		})
	}
}

func TestBansHoldAtAnyDistance(t *testing.T) {
	for _, goos := range platforms {
		t.Run(goos, func(t *testing.T) {
			pkgs := list(t, goos)
			for _, b := range bans {
				banned := strings.Fields(b.banned)
				for name := range strings.FieldsSeq(b.pkgs) {
					if way := route(pkgs, module+"/"+name, banned); way != nil {
						t.Errorf("%s, but it comes to %s:\n\t%s", b.why, way[len(way)-1], strings.Join(way, "\n\t→ "))
					}
				}
			}
		})
	}
}

// route is a shortest chain of imports from a package to one of the banned, nil
// where there is none.
func route(pkgs map[string]pkg, from string, banned []string) []string {
	cameFrom := map[string]string{from: ""}
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		if slices.Contains(banned, at) {
			var way []string
			for ; at != ""; at = cameFrom[at] {
				way = append(way, at)
			}
			slices.Reverse(way)
			return way
		}
		for _, next := range pkgs[at].imports {
			if _, seen := cameFrom[next]; !seen {
				cameFrom[next] = at
				queue = append(queue, next)
			}
		}
	}
	return nil
}
