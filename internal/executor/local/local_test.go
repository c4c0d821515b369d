package local_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/danlu-ml/danlu/internal/executor"
	"github.com/danlu-ml/danlu/internal/executor/executortest"
	"github.com/danlu-ml/danlu/internal/executor/local"
	"github.com/danlu-ml/danlu/internal/wrapper"
	"go.uber.org/goleak"
)

// TestMain makes the test binary all that the tests start: the wrapper, the
// programs under it and drivers that are to be killed. These leave by
// syscall.Exit, since the race detector makes others wait a second each.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "__wrap":
			syscall.Exit(wrapper.Main(os.Args[2:]))
		case "play":
			syscall.Exit(executortest.Main(os.Args[2:]))
		case "drive":
			drive(os.Args[2])
			return
		}
	}
	goleak.VerifyTestMain(m)
}

func TestExecutor(t *testing.T) {
	executortest.Run(t, func(t *testing.T) executortest.Harness {
		root := t.TempDir()
		return executortest.Harness{
			Open:     func(t *testing.T) executor.Executor { return newExecutor(t, local.Options{Root: root}) },
			Root:     root,
			Self:     []string{os.Args[0], "play"},
			Survives: true, Kills: true, Processes: true,
		}
	})
}

func newExecutor(t testing.TB, o local.Options) *local.Executor {
	t.Helper()
	e, err := local.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

// launch makes a trial's folder under root and a launch that plays a script.
func launch(t testing.TB, root string, trial int, script ...string) executor.Launch {
	t.Helper()
	l := launchIn(root, trial, script...)
	if err := os.MkdirAll(l.Dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return l
}

func launchIn(root string, trial int, script ...string) executor.Launch {
	dir := filepath.Join(root, fmt.Sprintf("trial-%d", trial))
	return executor.Launch{
		Key: executor.Key{Study: filepath.Base(root), Trial: trial, Attempt: 1},
		Dir: dir, WorkDir: dir, Grace: 5 * time.Second,
		Command: append([]string{os.Args[0], "play"}, script...),
		Env:     []string{"PATH=" + os.Getenv("PATH"), "SECRET=sesame"},
	}
}

func submit(t testing.TB, e *local.Executor, l executor.Launch) executor.Job {
	t.Helper()
	j, err := e.Submit(context.Background(), l)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// await polls until the job is in one of the phases.
func await(t testing.TB, e *local.Executor, j executor.Job, phases ...executor.Phase) executor.Status {
	t.Helper()
	for stuck := time.Now().Add(time.Minute); ; {
		all, err := e.Poll(context.Background(), []executor.Job{j})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range phases {
			if all[0].Phase == p {
				return all[0]
			}
		}
		if time.Now().After(stuck) {
			t.Fatalf("trial %d is %+v, want %v", j.Trial, all[0], phases)
		}
		select {
		case <-e.Wake():
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func cancel(t testing.TB, e *local.Executor, jobs ...executor.Job) {
	t.Helper()
	for _, j := range jobs {
		if err := e.Cancel(context.Background(), j, true); err != nil {
			t.Error(err)
		}
		await(t, e, j, executor.Exited, executor.Lost, executor.Absent)
	}
}

func claimOf(t testing.TB, j executor.Job) wrapper.Claim {
	t.Helper()
	c, err := wrapper.ReadClaim(wrapper.AttemptDir(j.Dir, j.Attempt))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestNothingOfAnAttemptIsOpenToOthers(t *testing.T) {
	e := newExecutor(t, local.Options{})
	l := launch(t, t.TempDir(), 1, "out", "x", "err", "y", "sleep", "1h")
	l.Observe, l.Spool = []string{`(?P<m>x)`, `(?P<step>)`}, filepath.Join(l.Dir, "spool")
	j := submit(t, e, l)
	await(t, e, j, executor.Running)
	c := claimOf(t, j)
	argv, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", c.PID))
	if err != nil {
		t.Skip(err)
	}
	cancel(t, e, j)
	err = filepath.WalkDir(wrapper.AttemptDir(l.Dir, 1), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if info, err := d.Info(); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v, %v", path, info.Mode(), err)
		}
		if d.IsDir() {
			return nil
		}
		b, err := os.ReadFile(path)
		if strings.Contains(string(b), "sesame") {
			t.Errorf("%s still holds the program's environment", filepath.Base(path))
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	if strings.Contains(string(argv), "sesame") {
		t.Errorf("the wrapper's arguments hold the environment: %q", argv)
	}
}

func TestAWrapperThatCannotStartIsAnError(t *testing.T) {
	e := newExecutor(t, local.Options{Self: []string{"/no/such/file", "__wrap"}})
	l := launch(t, t.TempDir(), 1, "exit", "0")
	if _, err := e.Submit(t.Context(), l); err == nil {
		t.Error("Submit succeeded")
	}
	j := executor.Job{Key: l.Key, Dir: l.Dir}
	await(t, e, j, executor.Absent)
	next := newExecutor(t, local.Options{})
	await(t, next, submit(t, next, l), executor.Exited)
}

func TestAWrapperThatDiesBeforeItClaimsLeavesAnAbsentAttempt(t *testing.T) {
	sh := []string{"/bin/sh", "-c", "echo broken >&2; exit 1"}
	e := newExecutor(t, local.Options{Self: sh})
	l := launch(t, t.TempDir(), 1, "exit", "0")
	s := await(t, e, submit(t, e, l), executor.Absent)
	if s.Why != "broken" {
		t.Errorf("it says %q, want what the wrapper said", s.Why)
	}
	next := newExecutor(t, local.Options{})
	await(t, next, submit(t, next, l), executor.Exited)
}

func TestThreadsFollowTheSlotsUnlessSet(t *testing.T) {
	root := t.TempDir()
	e := newExecutor(t, local.Options{Slots: 1})
	capacity, err := e.Capacity(t.Context(), executor.Resources{})
	if err != nil {
		t.Fatal(err)
	}
	all := fmt.Sprint(max(1, int(capacity.CPUs)))
	for i, c := range []struct {
		name      string
		resources executor.Resources
		env       []string
		want      map[string]string
	}{
		{"an equal share", executor.Resources{}, nil, map[string]string{"OMP_NUM_THREADS": all, "OPENBLAS_NUM_THREADS": all, "MKL_NUM_THREADS": all, "OMP_WAIT_POLICY": "PASSIVE"}},
		{"cores asked for", executor.Resources{CPUs: 3}, nil, map[string]string{"OMP_NUM_THREADS": "3"}},
		{"a part of a core", executor.Resources{CPUs: 0.5}, nil, map[string]string{"OMP_NUM_THREADS": "1"}},
		{"set by the user", executor.Resources{CPUs: 3}, []string{"OMP_NUM_THREADS=7", "OMP_WAIT_POLICY="}, map[string]string{"OMP_NUM_THREADS": "7", "OMP_WAIT_POLICY": "", "MKL_NUM_THREADS": "3"}},
	} {
		l := launch(t, root, i, "dump", "env.json")
		l.Resources = c.resources
		l.Env = append(l.Env, c.env...)
		await(t, e, submit(t, e, l), executor.Exited)
		env := environment(t, l)
		for name, want := range c.want {
			if env[name] != want {
				t.Errorf("%s: %s=%q, want %q", c.name, name, env[name], want)
			}
		}
	}
}

// environment is what a script dumped to env.json.
func environment(t *testing.T, l executor.Launch) map[string]string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(l.WorkDir, "env.json"))
	if err != nil {
		t.Fatal(err)
	}
	var d executortest.Dump
	if err := json.Unmarshal(b, &d); err != nil {
		t.Fatal(err)
	}
	env := make(map[string]string)
	for _, v := range d.Env {
		name, value, _ := strings.Cut(string(v), "=")
		env[name] = value
	}
	return env
}

func TestDevicesAreSharedOut(t *testing.T) {
	root := t.TempDir()
	o := local.Options{Root: root, Devices: []string{"0", "MIG-a"}}
	e := newExecutor(t, o)
	start := func(e *local.Executor, trial int, r executor.Resources) (executor.Job, string, error) {
		l := launch(t, root, trial, "dump", "env.json", "append", "ready", "sleep", "1h")
		l.Resources = r
		l.Env = append(l.Env, "CUDA_VISIBLE_DEVICES=0,MIG-a")
		j, err := e.Submit(t.Context(), l)
		if err != nil {
			return j, "", err
		}
		for stuck := time.Now().Add(time.Minute); time.Now().Before(stuck); time.Sleep(5 * time.Millisecond) {
			if _, err := os.Stat(filepath.Join(l.WorkDir, "ready")); err == nil {
				break
			}
		}
		return j, environment(t, l)["CUDA_VISIBLE_DEVICES"], nil
	}
	must := func(e *local.Executor, trial int, r executor.Resources, want string) executor.Job {
		t.Helper()
		j, got, err := start(e, trial, r)
		if err != nil || got != want {
			t.Fatalf("trial %d was given %q, %v; want %q", trial, got, err, want)
		}
		return j
	}
	refused := func(e *local.Executor, trial int, r executor.Resources) {
		t.Helper()
		if _, _, err := start(e, trial, r); !errors.Is(err, local.ErrNoDevice) {
			t.Errorf("trial %d: %v, want ErrNoDevice", trial, err)
		}
	}
	whole, half := executor.Resources{GPUs: 1}, executor.Resources{GPUs: 1, Share: 0.5}
	refused(e, 9, executor.Resources{GPUs: 3})
	first := must(e, 1, whole, "0")
	second := must(e, 2, half, "MIG-a")
	refused(e, 9, whole)
	third := must(e, 3, half, "MIG-a")
	refused(e, 9, half)
	cancel(t, e, second)
	e.Close()

	e = newExecutor(t, o) // knows from the folders what is taken
	refused(e, 9, whole)
	second = must(e, 4, half, "MIG-a")
	cancel(t, e, first)
	first = must(e, 5, whole, "0")
	none := must(e, 6, executor.Resources{}, "0,MIG-a")
	cancel(t, e, first, second, third, none)
	must(e, 7, executor.Resources{GPUs: 2}, "0,MIG-a")
	cancel(t, e, executor.Job{Key: executor.Key{Study: filepath.Base(root), Trial: 7, Attempt: 1}, Dir: filepath.Join(root, "trial-7")})
}
