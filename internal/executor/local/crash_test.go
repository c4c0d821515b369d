package local_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/danlu-ml/danlu/internal/executor"
	"github.com/danlu-ml/danlu/internal/executor/local"
	"github.com/danlu-ml/danlu/internal/proctree"
)

const crashTrials = 6

// crashLaunch is one of the attempts of a round: it notes that it ran, runs for
// a while that differs, and leaves a process behind.
func crashLaunch(root string, trial int) executor.Launch {
	nap := fmt.Sprintf("%dms", trial*7)
	return launchIn(root, trial, "append", filepath.Join(root, fmt.Sprintf("ran-%d", trial)), "orphan", "orphan", "sleep", nap, "exit", "3")
}

// drive is a driver that submits all attempts and polls them for ever, until it
// is killed.
func drive(root string) {
	e, err := local.New(local.Options{Root: root})
	if err != nil {
		panic(err)
	}
	var jobs []executor.Job
	for {
		for trial := range crashTrials {
			l := crashLaunch(root, trial)
			if err := os.MkdirAll(l.Dir, 0o700); err != nil {
				panic(err)
			}
			j, err := e.Submit(context.Background(), l)
			if err != nil {
				panic(err)
			}
			jobs = append(jobs, j)
		}
		if _, err := e.Poll(context.Background(), jobs); err != nil {
			panic(err)
		}
		jobs = jobs[:0]
	}
}

// TestADriverMayDieAtAnyTime kills drivers at random moments. Whatever they were
// at, their successor finds or starts every attempt, each has run once, and
// nothing is left.
func TestADriverMayDieAtAnyTime(t *testing.T) {
	rounds := 20
	switch {
	case os.Getenv("DANLU_LONG") != "":
		rounds = 200
	case testing.Short():
		rounds = 5
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	for round := range rounds {
		root := filepath.Join(t.TempDir(), fmt.Sprintf("crash-%d-%d", os.Getpid(), round))
		if err := os.Mkdir(root, 0o700); err != nil {
			t.Fatal(err)
		}
		for range 1 + rng.IntN(3) {
			driver := exec.Command(os.Args[0], "drive", root)
			driver.Stderr = os.Stderr
			if err := driver.Start(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Duration(rng.IntN(60_000)) * time.Microsecond)
			_ = driver.Process.Kill()
			_ = driver.Wait()
		}
		e := newExecutor(t, local.Options{Root: root})
		var jobs []executor.Job
		for trial := range crashTrials {
			l := crashLaunch(root, trial)
			if err := os.MkdirAll(l.Dir, 0o700); err != nil {
				t.Fatal(err)
			}
			jobs = append(jobs, submit(t, e, l))
		}
		for trial, j := range jobs {
			if s := await(t, e, j, executor.Exited, executor.Lost); s.Phase != executor.Exited || s.Exit.Code != 3 {
				t.Errorf("round %d: trial %d is %s with exit %+v (%s), want exited with code 3", round, trial, s.Phase, s.Exit, s.Why)
			}
			b, err := os.ReadFile(filepath.Join(root, fmt.Sprintf("ran-%d", trial)))
			if err != nil || string(b) != "x\n" {
				t.Errorf("round %d: trial %d ran %d times, %v", round, trial, strings.Count(string(b), "x"), err)
			}
		}
		e.Close()
		if left := processesOf(t, root); len(left) > 0 {
			t.Errorf("round %d: left over: %q", round, left)
		}
	}
}

// processesOf lists the command lines of living processes that know root, from
// their arguments or their mark. Wrappers that lost the race for a claim may
// need a moment to end.
func processesOf(t *testing.T, root string) (left []string) {
	t.Helper()
	for range 200 {
		left = nil
		all, err := proctree.List()
		if err != nil {
			t.Skip(err)
		}
		for _, p := range all {
			argv, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", p.PID))
			env, _ := os.ReadFile(fmt.Sprintf("/proc/%d/environ", p.PID))
			if !p.Zombie && strings.Contains(string(argv)+string(env), filepath.Base(root)) {
				left = append(left, string(argv))
			}
		}
		if left == nil {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	return left
}
