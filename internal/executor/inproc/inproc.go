// Package inproc runs attempts as Go functions of this process: the built-in
// trainer's, and those of programs that use danlu as a library.
//
// Such an attempt can't outlive its driver, can't be killed if it doesn't listen
// to its context, and shares the process's memory and output. It has no log, and
// what it used is not counted.
//
// A job's Ref names the executor that started it. Asked about a job of another
// one, which must be that of a driver that is gone, an executor answers Lost:
// the attempt had begun, and it will not be begun again under the same number.
// Without a Ref there is no sign of a start: an unknown attempt is Absent.
//
// Start reading at [New].
package inproc

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/danlu-ml/danlu/internal/executor"
)

// Func is what an attempt runs. It returns soon after ctx is done, if it can
// with a checkpoint written. The exit code is 0 if err is nil; what ExitCode
// returns if err or an error it wraps has that method; 2 after a panic; else 1.
type Func func(ctx context.Context, l executor.Launch) error

// Options of an executor. The zero value works.
type Options struct {
	// Slots is how many attempts run at once at most; 0 means as many as fit.
	Slots int
	// Log gets panics, with their stack; nil means nobody is told.
	Log *slog.Logger
}

// Executor implements [executor.Executor] with goroutines of this process.
type Executor struct {
	run   Func
	slots int
	log   *slog.Logger
	ref   string
	wake  chan struct{}

	mu       sync.Mutex // guards what follows
	closed   bool
	attempts map[executor.Key]*attempt // all that were submitted, ended ones too
	running  sync.WaitGroup
}

type attempt struct {
	job    executor.Job
	cancel context.CancelCauseFunc
	asked  bool           // to end
	exit   *executor.Exit // nil while it runs
}

var (
	errCancelled = errors.New("cancelled")
	errDeadline  = errors.New("deadline")
)

// New makes an executor that runs fn for every attempt.
func New(fn Func, o Options) *Executor {
	e := &Executor{
		run: fn, slots: o.Slots, log: o.Log, ref: "inproc-" + rand.Text(),
		wake: make(chan struct{}, 1), attempts: make(map[executor.Key]*attempt),
	}
	if e.log == nil {
		e.log = slog.New(slog.DiscardHandler)
	}
	return e
}

// Submit implements [executor.Executor].
func (e *Executor) Submit(ctx context.Context, l executor.Launch) (executor.Job, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.usable(ctx); err != nil {
		return executor.Job{}, fmt.Errorf("submit trial %d attempt %d: %w", l.Trial, l.Attempt, err)
	}
	if a, ok := e.attempts[l.Key]; ok {
		return a.job, nil
	}
	a := &attempt{job: executor.Job{Key: l.Key, Ref: e.ref, Dir: l.Dir}}
	life, cancel := context.WithCancelCause(context.Background())
	a.cancel = cancel
	e.attempts[l.Key] = a
	e.running.Go(func() { e.live(life, a, l) })
	return a.job, nil
}

// usable says why nothing can be done. The caller holds e.mu.
func (e *Executor) usable(ctx context.Context) error {
	if e.closed {
		return executor.ErrStopped
	}
	return ctx.Err()
}

// live runs an attempt to its end.
func (e *Executor) live(ctx context.Context, a *attempt, l executor.Launch) {
	defer a.cancel(nil)
	call := ctx
	if l.Deadline > 0 {
		c, stop := context.WithTimeoutCause(ctx, l.Deadline, errDeadline)
		defer stop()
		call = c
	}
	exit := executor.Exit{Started: time.Now().UTC()}
	err := e.call(call, l)
	exit.Ended = time.Now().UTC()
	exit.Code = code(err)
	if err != nil {
		exit.Tail = tail(err.Error())
		exit.Error, _, _ = strings.Cut(exit.Tail, "\n")
	}
	switch context.Cause(call) {
	case errCancelled:
		exit.Cause = "cancelled"
	case errDeadline:
		exit.Cause = "deadline"
	}
	e.mu.Lock()
	a.exit = &exit
	e.mu.Unlock()
	select {
	case e.wake <- struct{}{}:
	default:
	}
}

// panicked is the error of a function that did not return.
type panicked struct {
	value any
	stack []byte
}

func (p panicked) Error() string { return fmt.Sprintf("panic: %v\n\n%s", p.value, p.stack) }

// call runs the function. It returns also if that panics or calls
// [runtime.Goexit], as a failing test helper does.
func (e *Executor) call(ctx context.Context, l executor.Launch) (err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		returned := false
		defer func() {
			if returned {
				return
			}
			value := recover()
			if value == nil {
				value = "the function ended its goroutine"
			}
			err = panicked{value, debug.Stack()}
			e.log.Error("a trial's function panicked", "study", l.Study, "trial", l.Trial, "attempt", l.Attempt, "error", err)
		}()
		err = e.run(ctx, l)
		returned = true
	}()
	<-done
	return err
}

func code(err error) int {
	var coder interface{ ExitCode() int }
	switch {
	case err == nil:
		return 0
	case errors.As(err, &coder):
		return coder.ExitCode()
	case errors.As(err, new(panicked)):
		return 2
	}
	return 1
}

// tail keeps the beginning of a long error: that is where a panic says what
// happened and where.
func tail(text string) string {
	const limit = 4 << 10
	return strings.ToValidUTF8(text[:min(len(text), limit)], "")
}

// Poll implements [executor.Executor].
func (e *Executor) Poll(ctx context.Context, jobs []executor.Job) ([]executor.Status, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.usable(ctx); err != nil {
		return nil, fmt.Errorf("poll %d jobs: %w", len(jobs), err)
	}
	all := make([]executor.Status, len(jobs))
	for i, j := range jobs {
		all[i] = e.status(j)
	}
	return all, nil
}

func (e *Executor) status(j executor.Job) executor.Status {
	a, ok := e.attempts[j.Key]
	s := executor.Status{Job: j}
	switch {
	case !ok && j.Ref != "" && j.Ref != e.ref:
		s.Phase, s.Why = executor.Lost, "it ran within a driver that is gone"
	case !ok:
		s.Phase = executor.Absent
	case a.exit == nil:
		s.Phase = executor.Running
		if a.asked {
			s.Why = "asked to end; it has not returned yet"
		}
	default:
		exit := *a.exit
		s.Phase, s.Exit = executor.Exited, &exit
	}
	return s
}

// Cancel implements [executor.Executor] by cancelling the function's context.
// There is no way of ending it without its doing: now changes nothing.
func (e *Executor) Cancel(ctx context.Context, j executor.Job, _ bool) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.usable(ctx); err != nil {
		return fmt.Errorf("cancel trial %d attempt %d: %w", j.Trial, j.Attempt, err)
	}
	if a, ok := e.attempts[j.Key]; ok {
		a.asked = true
		a.cancel(errCancelled)
	}
	return nil
}

// Logs implements [executor.Executor]: what a function prints goes to the
// process's own output, so there are none.
func (e *Executor) Logs(context.Context, executor.Job, string) (io.ReadCloser, error) {
	return io.NopCloser(strings.NewReader("")), nil
}

// Find implements [executor.Executor].
func (e *Executor) Find(ctx context.Context, study string) ([]executor.Job, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.usable(ctx); err != nil {
		return nil, fmt.Errorf("find attempts of study %q: %w", study, err)
	}
	var jobs []executor.Job
	for _, a := range e.attempts {
		if a.job.Study == study && a.exit == nil {
			jobs = append(jobs, a.job)
		}
	}
	slices.SortFunc(jobs, func(a, b executor.Job) int {
		return cmp.Or(cmp.Compare(a.Trial, b.Trial), cmp.Compare(a.Attempt, b.Attempt))
	})
	return jobs, nil
}

// Capacity implements [executor.Executor]. A function has no devices of its own.
func (e *Executor) Capacity(_ context.Context, r executor.Resources) (executor.Capacity, error) {
	cores := runtime.GOMAXPROCS(0)
	each := r.CPUs
	if each <= 0 {
		each = 1
	}
	c := executor.Capacity{CPUs: float64(cores), Slots: max(1, int(float64(cores)/each+1e-9))}
	c.Why = fmt.Sprintf("%d cores, %g a trial", cores, each)
	if e.slots > 0 {
		c.Slots, c.Why = min(c.Slots, e.slots), fmt.Sprintf("%d at once asked for; %s", e.slots, c.Why)
	}
	if r.GPUs > 0 {
		c.Slots, c.Why = 0, "trials within this process have no devices to give out"
	}
	return c, nil
}

// Wake implements [executor.Executor]. It is signalled when an attempt has ended.
func (e *Executor) Wake() <-chan struct{} { return e.wake }

// Close implements [executor.Executor]. It cancels what runs and waits until all
// functions have returned.
func (e *Executor) Close() error {
	e.mu.Lock()
	e.closed = true
	for _, a := range e.attempts {
		a.cancel(errCancelled)
	}
	e.mu.Unlock()
	e.running.Wait()
	return nil
}
