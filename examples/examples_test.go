// Package examples_test runs the examples that need nothing but Go and a shell, for
// a few trials each, with the built program. Those in Python are run by
// `make examples`.
package examples_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// bin is the folder of the program under test.
var bin string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "danlu-examples")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	bin = dir
	build := exec.Command("go", "build", "-o", bin, "../cmd/danlu")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build danlu: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// do runs a program in a folder, with danlu in its PATH, and returns its output.
func do(t *testing.T, dir, name string, args ...string) []byte {
	t.Helper()
	path := bin + string(os.PathListSeparator) + os.Getenv("PATH")
	cmd := exec.CommandContext(t.Context(), name, args...)
	if name == "danlu" {
		cmd = exec.CommandContext(t.Context(), filepath.Join(bin, name), args...)
	}
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "PATH="+path)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s%s", name, strings.Join(args, " "), err, out, &stderr)
	}
	return out
}

// trial is a row of danlu export.
type trial struct {
	Trial    int
	State    string
	Attempts int
	Params   map[string]any
	Values   map[string]float64
	Points   []struct{ Attempt, Step int }
}

func trials(t *testing.T, store, study string) (all []trial) {
	t.Helper()
	out := do(t, ".", "danlu", "export", study, "--store", store, "--format", "json", "--points")
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		var row trial
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		all = append(all, row)
	}
	return all
}

// Each trial trains on where its last attempt was, so no step is reported twice.
func check(t *testing.T, all []trial, want int) {
	t.Helper()
	if len(all) != want || all[0].State != "completed" {
		t.Fatalf("%d trials, want %d, of which the first, with the defaults, completed: %+v", len(all), want, all)
	}
	for _, row := range all {
		if row.State != "completed" && row.State != "stopped" && row.State != "paused" {
			t.Errorf("trial %d with %v is %s", row.Trial, row.Params, row.State)
		}
		for i, p := range row.Points {
			if p.Step != i+1 {
				t.Errorf("report %d of trial %d is of step %d, in attempt %d", i+1, row.Trial, p.Step, p.Attempt)
			}
		}
	}
}

func TestShell(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("shell")); err != nil {
		t.Fatal(err)
	}
	do(t, dir, "danlu", "tune", "--trials", "4", "--set", "fidelity.max=6")
	check(t, trials(t, filepath.Join(dir, "danlu.db"), "line"), 4)
}

func TestGoAsAProcess(t *testing.T) {
	store := filepath.Join(t.TempDir(), "danlu.db")
	name := fmt.Sprintf("moons-test-%d", os.Getpid())
	t.Cleanup(func() { os.RemoveAll(filepath.Join("go", "danlu-runs", name)) })
	do(t, "go", "danlu", "tune", "--store", store, "--trials", "3", "--set", "fidelity.max=6", "--set", "name="+name)
	check(t, trials(t, store, name), 3)
}

func TestGoInsideTheProgram(t *testing.T) {
	store := filepath.Join(t.TempDir(), "danlu.db")
	for _, n := range []string{"3", "5"} { // the second one goes on with the first
		out := do(t, "go", "go", "run", "./search", "-trials", n, "-store", store)
		if !bytes.Contains(out, []byte("best")) {
			t.Errorf("it prints:\n%s", out)
		}
	}
	check(t, trials(t, store, "moons-inside"), 5)
}
