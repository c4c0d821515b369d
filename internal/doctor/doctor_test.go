package doctor

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/danlu-ml/danlu/internal/study"
)

func TestThreadsOfTrialsAtOnceAreCountedAgainstTheCores(t *testing.T) {
	for _, c := range []struct {
		name    string
		def     *study.Definition
		environ []string
		python  *python
		slots   int
		cores   float64
		level   Level
		says    string
		advice  string
	}{
		{"danlu shares the cores out", nil, nil, nil, 4, 8, OK, "4 trials at once × 2 of each = 8, on 8 cores", ""},
		{"a count in the shell", nil, []string{"OMP_NUM_THREADS=8"}, nil, 4, 8, Warning, "= 32, on 8 cores", "set OMP_NUM_THREADS=2, by `export OMP_NUM_THREADS=2`"},
		{"a count in the file", &study.Definition{Env: map[string]string{"MKL_NUM_THREADS": "4"}}, nil, nil, 4, 8, Warning, "= 16", "OMP_NUM_THREADS=2"},
		{"cores asked for", &study.Definition{Resources: study.Resources{CPUs: 4}}, nil, nil, 4, 8, Warning, "4 trials at once × 4", "under env: in danlu.yaml, or lower parallel to 2"},
		{"more trials than cores", &study.Definition{Parallel: 4}, nil, nil, 4, 2, Warning, "4 trials at once × 1", "set parallel: 2"},
		{"what PyTorch says counts", nil, nil, &python{Threads: 16}, 2, 8, Warning, "2 trials at once × 16", "OMP_NUM_THREADS=4"},
		{"one trial on a part of a core", nil, nil, nil, 1, 0.5, OK, "1 trial at once × 1", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := threads(Options{Definition: c.def, Environ: c.environ}, c.python, c.slots, c.cores)
			if f.Level != c.level || !strings.Contains(f.Says, c.says) || !strings.Contains(f.Advice, c.advice) || (f.Advice == "") != (c.advice == "") {
				t.Errorf("found %+v", f)
			}
		})
	}
}

// script makes a program of the shell.
func script(t *testing.T, dir, name, text string) string {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("needs a shell")
	}
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

func find(t *testing.T, found []Finding, check string) Finding {
	t.Helper()
	i := slices.IndexFunc(found, func(f Finding) bool { return f.Check == check })
	if i < 0 {
		t.Fatalf("nothing is said of %s: %v", check, found)
	}
	return found[i]
}

func TestThePythonOfTheCommandIsAsked(t *testing.T) {
	for name, c := range map[string]struct {
		answers      string
		python, says Level
		text         string
	}{
		"with PyTorch":    {`echo "{\"python\":\"3.12.1\",\"torch\":\"2.9\",\"cuda\":\"12.4\",\"gpus\":2,\"threads\":$OMP_NUM_THREADS}"`, OK, OK, "2.9 with CUDA 12.4, sees 2 GPUs"},
		"without a GPU":   {`echo '{"python":"3.12.1","torch":"2.9","cuda":"12.4","threads":1}'`, OK, OK, "sees no GPU"},
		"without PyTorch": {`echo '{"python":"3.12.1"}'`, OK, OK, "not installed"},
		"a broken one":    {`echo '{"python":"3.12.1","error":"libcudart is missing"}'`, OK, Wrong, "libcudart is missing"},
		"noise before it": {`echo hello; echo '{"python":"3.12.1"}'`, OK, OK, "not installed"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := script(t, dir, "python3.12", c.answers)
			o := Options{Definition: &study.Definition{Dir: dir, Command: []string{path, "train.py"}}, Environ: os.Environ()}
			found := programs(context.Background(), o, 2, 4)
			if p := find(t, found, "python"); p.Level != c.python || !strings.Contains(p.Says, path) {
				t.Errorf("python: %+v", p)
			}
			if p := find(t, found, "pytorch"); p.Level != c.says || !strings.Contains(p.Says, c.text) {
				t.Errorf("pytorch: %+v", p)
			}
		})
	}
}

func TestAPythonThatFailsIsWrong(t *testing.T) {
	dir := t.TempDir()
	path := script(t, dir, "python3", "echo 'no such module' >&2; exit 3")
	o := Options{Definition: &study.Definition{Dir: dir, Command: []string{path, "train.py"}}, Environ: os.Environ()}
	if f := find(t, programs(context.Background(), o, 1, 1), "python"); f.Level != Wrong || !strings.Contains(f.Says, "no such module") {
		t.Errorf("found %+v", f)
	}
}

func TestAProgramThatHangsIsGivenUp(t *testing.T) {
	path := script(t, t.TempDir(), "tool", "sleep 60")
	_, err := run(context.Background(), 1, "", nil, path)
	if err == nil || !strings.Contains(err.Error(), "does not answer") {
		t.Errorf("the error is %v", err)
	}
}

func TestEverythingIsLookedAt(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PATH", dir) // neither git nor nvidia-smi nor Python
	t.Chdir(dir)
	found, err := Machine(context.Background(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	var checks []string
	for _, f := range found {
		checks = append(checks, f.Check)
		if f.Level == Wrong || f.Says == "" {
			t.Errorf("found %+v", f)
		}
	}
	if got, want := strings.Join(checks, " "), "cores memory gpus python threads disk git"; got != want {
		t.Errorf("looked at %s, want %s", got, want)
	}
	if f := find(t, found, "git"); f.Level != Warning {
		t.Errorf("found %+v", f)
	}
}
