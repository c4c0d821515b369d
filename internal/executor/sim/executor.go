package sim

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/danlu-ml/danlu/internal/executor"
)

// Executor implements [executor.Executor] for one driver of a [World].
type Executor struct {
	world  *World
	wake   chan struct{}
	closed bool // guarded by world.mu
}

// enter takes the world's lock if the operation may go on. The caller unlocks
// if there is no error.
func (e *Executor) enter(ctx context.Context, op string, k executor.Key) error {
	err := ctx.Err()
	if err == nil && e.world.Fault != nil {
		err = e.world.Fault(op, k)
	}
	if err != nil {
		return fmt.Errorf("%s trial %d attempt %d: %w", op, k.Trial, k.Attempt, err)
	}
	e.world.mu.Lock()
	if e.closed {
		e.world.mu.Unlock()
		return fmt.Errorf("%s trial %d attempt %d: %w", op, k.Trial, k.Attempt, executor.ErrStopped)
	}
	return nil
}

// Submit implements [executor.Executor].
func (e *Executor) Submit(ctx context.Context, l executor.Launch) (executor.Job, error) {
	if err := e.enter(ctx, "submit", l.Key); err != nil {
		return executor.Job{}, err
	}
	defer e.world.mu.Unlock()
	a, ok := e.world.attempts[l.Key]
	if !ok {
		a = e.world.begin(l)
	}
	return a.job, nil
}

// Poll implements [executor.Executor].
func (e *Executor) Poll(ctx context.Context, jobs []executor.Job) ([]executor.Status, error) {
	if err := e.enter(ctx, "poll", executor.Key{}); err != nil {
		return nil, err
	}
	defer e.world.mu.Unlock()
	all := make([]executor.Status, len(jobs))
	for i, j := range jobs {
		all[i] = executor.Status{Job: j, Phase: executor.Absent}
		if a, ok := e.world.attempts[j.Key]; ok {
			all[i].Phase = a.phase
			if a.phase == executor.Exited {
				exit := a.exit
				all[i].Exit = &exit
			}
		}
	}
	return all, nil
}

// Cancel implements [executor.Executor].
func (e *Executor) Cancel(ctx context.Context, j executor.Job, now bool) error {
	if err := e.enter(ctx, "cancel", j.Key); err != nil {
		return err
	}
	defer e.world.mu.Unlock()
	if a, ok := e.world.attempts[j.Key]; ok {
		e.world.ask(a, "cancelled")
		if now {
			e.world.killed(a)
		}
	}
	return nil
}

// Logs implements [executor.Executor]: imagined programs write nothing.
func (e *Executor) Logs(context.Context, executor.Job, string) (io.ReadCloser, error) {
	return io.NopCloser(strings.NewReader("")), nil
}

// Find implements [executor.Executor].
func (e *Executor) Find(ctx context.Context, study string) ([]executor.Job, error) {
	if err := e.enter(ctx, "find", executor.Key{}); err != nil {
		return nil, err
	}
	defer e.world.mu.Unlock()
	var jobs []executor.Job
	for _, a := range e.world.attempts {
		if a.job.Study == study && !a.ended() {
			jobs = append(jobs, a.job)
		}
	}
	slices.SortFunc(jobs, func(a, b executor.Job) int {
		return cmp.Or(cmp.Compare(a.Trial, b.Trial), cmp.Compare(a.Attempt, b.Attempt))
	})
	return jobs, nil
}

// Capacity implements [executor.Executor].
func (e *Executor) Capacity(context.Context, executor.Resources) (executor.Capacity, error) {
	n := cmp.Or(e.world.options.Slots, 4)
	return executor.Capacity{Slots: n, CPUs: float64(n), Why: fmt.Sprintf("%d imagined slots", n)}, nil
}

// Wake implements [executor.Executor]. It is signalled when an attempt begins to
// run and when one ends.
func (e *Executor) Wake() <-chan struct{} { return e.wake }

// Close implements [executor.Executor]. The attempts go on.
func (e *Executor) Close() error {
	e.world.mu.Lock()
	defer e.world.mu.Unlock()
	e.closed = true
	delete(e.world.drivers, e)
	return nil
}
