// Package executortest asks every executor the questions that the comments of
// [executor.Executor] answer. A new executor is its adapter and one test that
// calls [Run].
//
// Attempts in the suite follow little scripts, which [Play] performs: in this
// process for executors that run a Go function, as a process of its own for
// those that run programs.
package executortest

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/danlu-ml/danlu/internal/executor"
)

// Harness is a place to be tested, and what it can do.
type Harness struct {
	// Open returns an executor on the place. Each is another driver's; all that
	// are opened on one Harness share the place.
	Open func(t *testing.T) executor.Executor
	// Root is the folder to make the trials' folders in; "" means any.
	Root string
	// Self is the beginning of a command that plays a script as a process, for
	// executors that run programs: a call of [Main]. It must end in "play".
	Self []string
	// Survives: attempts go on when the driver that started them is gone.
	Survives bool
	// Kills: an attempt that doesn't listen can be ended.
	Kills bool
	// Processes: attempts are processes, with arguments, environment, output,
	// signals and children.
	Processes bool
}

// Run runs the suite. harness is called once for each question, and gives a
// fresh place each time.
func Run(t *testing.T, harness func(t *testing.T) Harness) {
	for _, group := range [][]question{lifecycle, ending, drivers, programs, trees, output} {
		for _, q := range group {
			t.Run(q.name, func(t *testing.T) {
				h := harness(t)
				switch {
				case q.kills && !h.Kills:
					t.Skip("this executor can't end what doesn't listen")
				case q.survives && !h.Survives:
					t.Skip("attempts end with this executor's driver")
				case q.processes && !h.Processes:
					t.Skip("attempts are no processes here")
				}
				p := &place{T: t, Harness: h, study: "study of " + t.Name(), dir: h.Root}
				q.ask(p)
			})
		}
	}
}

// question is one promise of the interface and what it takes to be asked.
type question struct {
	name                       string
	kills, survives, processes bool
	ask                        func(p *place)
}

// place is what a question works with.
type place struct {
	*testing.T
	Harness
	study string
	dir   string
}

// open is Harness.Open with a Close at the end of the test.
func (p *place) open() executor.Executor {
	p.Helper()
	e := p.Open(p.T)
	p.Cleanup(func() {
		if err := e.Close(); err != nil {
			p.Errorf("close the executor: %v", err)
		}
	})
	return e
}

// launch is a launch of trial n that plays a script.
func (p *place) launch(n int, script ...string) executor.Launch {
	p.Helper()
	if p.dir == "" {
		p.dir = p.TempDir()
	}
	dir := filepath.Join(p.dir, fmt.Sprintf("trial-%d", n))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		p.Fatal(err)
	}
	return executor.Launch{
		Key: executor.Key{Study: p.study, Trial: n, Attempt: 1},
		Dir: dir, WorkDir: dir, Spool: filepath.Join(dir, "spool"),
		Command: append(p.Self[:len(p.Self):len(p.Self)], script...),
		Env:     []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir},
		Grace:   time.Minute,
	}
}

// submit submits a launch that must be accepted.
func (p *place) submit(e executor.Executor, l executor.Launch) executor.Job {
	p.Helper()
	j, err := e.Submit(context.Background(), l)
	if err != nil {
		p.Fatalf("Submit: %v", err)
	}
	if j.Key != l.Key || j.Dir != l.Dir {
		p.Fatalf("Submit returned the job %+v for the launch of %+v in %s", j, l.Key, l.Dir)
	}
	return j
}

// status polls one job.
func (p *place) status(e executor.Executor, j executor.Job) executor.Status {
	p.Helper()
	all, err := e.Poll(context.Background(), []executor.Job{j})
	if err != nil {
		p.Fatalf("Poll: %v", err)
	}
	if len(all) != 1 || all[0].Key != j.Key {
		p.Fatalf("Poll of %+v returned %+v", j.Key, all)
	}
	if (all[0].Phase == executor.Exited) != (all[0].Exit != nil) {
		p.Fatalf("phase %s with exit %+v: an exit belongs to phase exited, and only there", all[0].Phase, all[0].Exit)
	}
	return all[0]
}

// hang is how long a test waits for what must happen before it calls it stuck.
const hang = time.Minute

// await polls until the job is in a phase, or in one it can't leave any more.
func (p *place) await(e executor.Executor, j executor.Job, want executor.Phase) executor.Status {
	p.Helper()
	for stuck := time.Now().Add(hang); time.Now().Before(stuck); {
		s := p.status(e, j)
		if s.Phase == want {
			return s
		}
		if s.Phase == executor.Exited || s.Phase == executor.Lost {
			p.Fatalf("trial %d is %s (%+v, %q), want %s", j.Trial, s.Phase, s.Exit, s.Why, want)
		}
		select {
		case <-e.Wake():
		case <-time.After(20 * time.Millisecond):
		}
	}
	p.Fatalf("trial %d is still not %s: %+v", j.Trial, want, p.status(e, j))
	return executor.Status{}
}

// exit awaits the end of a job.
func (p *place) exit(e executor.Executor, j executor.Job) executor.Exit {
	p.Helper()
	return *p.await(e, j, executor.Exited).Exit
}

// file awaits a file and returns its content.
func (p *place) file(path string) string {
	p.Helper()
	for stuck := time.Now().Add(hang); time.Now().Before(stuck); time.Sleep(10 * time.Millisecond) {
		if b, err := os.ReadFile(path); err == nil && len(b) > 0 {
			return string(b)
		}
	}
	p.Fatalf("%s does not appear", path)
	return ""
}

// lines counts the lines of a file that scripts append to.
func (p *place) lines(path string) int {
	p.Helper()
	b, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		p.Fatal(err)
	}
	return strings.Count(string(b), "\n")
}

// logs reads a job's logs.
func (p *place) logs(e executor.Executor, j executor.Job, stream string) string {
	p.Helper()
	r, err := e.Logs(context.Background(), j, stream)
	if err != nil {
		p.Fatalf("Logs(%q): %v", stream, err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		p.Fatalf("read Logs(%q): %v", stream, err)
	}
	return string(b)
}
