package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/danlu-ml/danlu/internal/text"
)

var update = flag.Bool("update", false, "write the scripts' expected outputs anew")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"danlu": main})
}

// TestScripts runs the stories in testdata/script: each begins with what it
// guards.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", UpdateScripts: *update, RequireExplicitExec: true,
		Condition: func(cond string) (bool, error) {
			switch python := os.Getenv("DANLU_PYTHON"); cond {
			case "long":
				return os.Getenv("DANLU_LONG") != "", nil
			case "torch":
				return python != "" && exec.Command(python, "-c", "import torch").Run() == nil, nil
			}
			return false, fmt.Errorf("unknown condition %s", cond)
		},
		Setup: func(e *testscript.Env) error {
			e.Setenv("GORACE", "atexit_sleep_ms=0") // else every command waits a second
			optuna, err := filepath.Abs("../../internal/optuna/testdata")
			e.Setenv("OPTUNA", optuna)
			e.Setenv("DANLU_PYTHON", os.Getenv("DANLU_PYTHON"))
			client, err2 := filepath.Abs("../../python")
			e.Setenv("PYTHONPATH", client)
			e.Setenv("XDG_STATE_HOME", filepath.Join(e.WorkDir, "state"))
			return errors.Join(err, err2)
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits": exits, "fits": fits, "await": await, "lines": lines, "overwrite": overwrite,
		},
	})
}

// exits CODE COMMAND... runs a command that must end with the exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND...")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := 0
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		got = exit.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if want, err := strconv.Atoi(args[0]); err != nil || got != want {
		ts.Fatalf("exit code %d, want %s; stderr:\n%s", got, args[0], ts.ReadFile("stderr"))
	}
}

// fits COLUMNS demands that no line of the last standard output is wider, but for
// commands to be copied, which are never cut, and that none has escape sequences.
func fits(ts *testscript.TestScript, _ bool, args []string) {
	width, err := strconv.Atoi(args[0])
	ts.Check(err)
	for line := range strings.Lines(ts.ReadFile("stdout")) {
		line = strings.TrimRight(line, "\n")
		n := text.Width(line)
		if strings.HasPrefix(line, "  danlu ") {
			n = 0
		}
		if n > width || strings.Contains(line, "\x1b") {
			ts.Fatalf("%d columns: %q", n, line)
		}
	}
}

// await FILE waits until a file is there.
func await(ts *testscript.TestScript, _ bool, args []string) {
	for range 600 {
		if matches, _ := filepath.Glob(ts.MkAbs(args[0])); len(matches) > 0 {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	ts.Fatalf("%s does not appear", args[0])
}

// lines N demands that the last standard output has so many.
func lines(ts *testscript.TestScript, _ bool, args []string) {
	if n := strings.Count(ts.ReadFile("stdout"), "\n"); strconv.Itoa(n) != args[0] {
		ts.Fatalf("%d lines, want %s:\n%s", n, args[0], ts.ReadFile("stdout"))
	}
}

// overwrite FILE writes zeros over a file's beginning.
func overwrite(ts *testscript.TestScript, _ bool, args []string) {
	b := []byte(ts.ReadFile(args[0]))
	clear(b[:min(len(b), 4096)])
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b, 0o600))
}

// Every exit code of the table is documented by help and shown by a script.
func TestExitCodesAreDocumentedAndShown(t *testing.T) {
	scripts, err := filepath.Glob("testdata/script/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, s := range scripts {
		b, err := os.ReadFile(s)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(b), "# ") {
			t.Errorf("%s does not begin with what it guards", s)
		}
		all.Write(b)
	}
	for code, means := range exitCodes {
		if want := fmt.Sprintf("\nexits %d ", code); !strings.Contains(all.String(), want) {
			t.Errorf("no script shows exit code %d (%s): none has %q", code, means, want)
		}
		if !strings.Contains(exitHelp(), fmt.Sprintf("%d  %s", code, means)) {
			t.Errorf("help does not say what exit code %d is", code)
		}
	}
}

// Every verb has a script of its own name, or is told of in the one of another.
func TestEveryVerbHasAScript(t *testing.T) {
	for _, cmd := range newRoot(&app{}).Commands() {
		name := cmd.Name()
		if name == "help" || name == "completion" {
			name = "usage"
		}
		if _, err := os.Stat(filepath.Join("testdata/script", name+".txt")); err != nil {
			t.Errorf("%s has no script: %v", cmd.Name(), err)
		}
	}
}

func BenchmarkStart(b *testing.B) {
	bin := filepath.Join(b.TempDir(), "danlu")
	if out, err := exec.Command("go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	for b.Loop() {
		if err := exec.Command(bin, "version").Run(); err != nil {
			b.Fatal(err)
		}
	}
}
