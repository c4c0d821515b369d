// Package danlu tunes the parameters of a function: spaces, studies, ask-and-tell
// and [Study.Optimize].
//
// It is the library form of the danlu command. A study kept in a file can be
// looked at with `danlu ls`, `danlu show` and `danlu best` while it runs, and goes
// on where it was when the program is started again.
//
// A training program that danlu starts as a process imports package trialio
// instead.
package danlu

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/danlu-ml/danlu/internal/engine"
	"github.com/danlu-ml/danlu/internal/session"
	"github.com/danlu-ml/danlu/internal/spec"
	"github.com/danlu-ml/danlu/internal/store"
	"github.com/danlu-ml/danlu/internal/store/memory"
	"github.com/danlu-ml/danlu/internal/store/sqlite"
	"github.com/danlu-ml/danlu/internal/study"
)

// Config describes a study. Name, Objective and Params are needed; every other
// field's zero value works.
type Config struct {
	Name string
	// Objective is a metric and its direction, as in "val_loss min". A trial's
	// value is the last reported.
	Objective string
	Params    []Param
	// Store is the file the study is kept in; empty keeps it in memory.
	Store string
	// MaxStep is the step at which a full training ends; 0: unknown. Schedulers
	// that stop poor trials early want to know it.
	MaxStep int64
	// Trials and Time bound the study; 0: no bound.
	Trials    int
	Time      time.Duration
	Sampler   string // empty: auto
	Scheduler string // empty: auto
	Seed      uint64 // 0: 1
}

// Study is a search under way. Its methods may be called from several goroutines.
type Study struct {
	mu      sync.Mutex // guards session and what its engine knows
	session *session.Session
	store   store.Store
	stop    context.CancelFunc // ends the renewal of the lease
	renewed sync.WaitGroup
	lost    error // why the lease could not be kept
}

// New makes a study, or goes on with the one of that name in the store. It fails
// where another process runs it, and where the study there is another one.
// Close it when done.
func New(ctx context.Context, c Config) (*Study, error) {
	def, err := c.definition()
	if err != nil {
		return nil, err
	}
	var st store.Store = memory.New()
	if c.Store != "" {
		if st, err = sqlite.Open(c.Store, sqlite.Options{}); err != nil {
			return nil, err
		}
	}
	s, err := open(ctx, st, def)
	if err != nil {
		return nil, errors.Join(err, st.Close())
	}
	return s, nil
}

func open(ctx context.Context, st store.Store, def *study.Definition) (*Study, error) {
	ses, err := session.Open(ctx, st, def.Name, session.Me("a Go program"), engine.Options{})
	if err != nil {
		return nil, err
	}
	s := &Study{session: ses, store: st}
	if _, err := ses.Begin(ctx, def, study.Provenance{}); err != nil {
		return nil, errors.Join(err, ses.Close(ctx))
	}
	for _, t := range ses.Engine.View().Trials {
		if t.State == study.Running {
			ses.Engine.Requeue(t.ID, "it ran inside a program that is gone")
		}
	}
	if err := ses.Commit(ctx); err != nil {
		return nil, errors.Join(err, ses.Close(ctx))
	}
	renewing, stop := context.WithCancel(context.Background())
	s.stop = stop
	s.renewed.Go(func() {
		if err := ses.Keep(renewing); err != nil {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.lost = err
		}
	})
	return s, nil
}

// Close gives the study back. Trials still running wait for the next time it is
// opened.
func (s *Study) Close() error {
	s.stop()
	s.renewed.Wait()
	return errors.Join(s.session.Close(context.Background()), s.store.Close())
}

// definition is the config as the rest of danlu knows it.
func (c Config) definition() (*study.Definition, error) {
	sp, err := newSpace(c.Params)
	if err != nil {
		return nil, err
	}
	objective, err := spec.ParseObjective(c.Objective)
	if err != nil {
		return nil, err
	}
	if c.Name == "" {
		return nil, errors.New("a study needs a name: danlu.Config{Name: …}")
	}
	def := &study.Definition{
		Name: c.Name, Objectives: []study.Objective{objective}, Space: sp,
		Fidelity: study.Fidelity{Step: "step", Max: c.MaxStep},
		Budget:   study.Budget{Trials: c.Trials, Time: c.Time},
		Sampler:  study.Algorithm{Name: orAuto(c.Sampler)}, Scheduler: study.Algorithm{Name: orAuto(c.Scheduler)},
		Seed: max(c.Seed, 1),
	}
	return def, nil
}

func orAuto(name string) string {
	if name == "" {
		return "auto"
	}
	return name
}

// ErrDone is returned by [Study.Ask] when the study is at its end: its budget is
// spent, or there is nothing left to try.
var ErrDone = errors.New("the study is at its end")

// ErrWait is returned by [Study.Ask] when nothing can be tried until a running
// trial has ended.
var ErrWait = errors.New("wait for a running trial to end")

// Ask is the next trial to run. It ends with [Trial.Complete] or one of its kin.
func (s *Study) Ask(ctx context.Context) (*Trial, error) {
	var t *Trial
	err := s.do(ctx, func(e *engine.Engine) error {
		launches, reason, err := e.Next(ctx, 1, nil)
		switch {
		case err != nil:
			return err
		case len(launches) == 1:
			l := launches[0]
			t = &Trial{Number: int(l.Trial.ID), Seed: l.Trial.Seed, study: s, params: l.Trial.Params, attempt: l.Attempt.Number}
			return nil
		case reason == engine.Waiting && !e.TrialsSpent():
			return ErrWait
		}
		return fmt.Errorf("%w: %s", ErrDone, reason)
	})
	return t, err
}

// do lets f use the engine, and returns once what it said is in the log.
func (s *Study) do(ctx context.Context, f func(*engine.Engine) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lost != nil {
		return s.lost
	}
	err := f(s.session.Engine)
	if failed := s.session.Commit(ctx); failed != nil {
		s.lost = failed
		return failed
	}
	return err
}

// Result is a trial's outcome.
type Result struct {
	Trial  int
	Params map[string]any // float64, int64, string or bool
	Value  float64        // of the objective
}

// Best is the best trial that ran to its end; ok is false where there is none.
func (s *Study) Best() (r Result, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.session.Engine.View()
	t := v.Best()
	if t == nil {
		return Result{}, false
	}
	return Result{Trial: int(t.ID), Params: t.Params.Any(), Value: t.Values[v.Def.Objectives[0].Metric]}, true
}

// Optimize runs trials, parallel of them at a time, until the study is at its end,
// ctx ends, or the objective returns an error that wraps ErrAbort.
//
// The objective returns the trial's value. Another error than ErrAbort fails the
// trial; the study goes on.
func (s *Study) Optimize(ctx context.Context, parallel int, objective func(context.Context, *Trial) (float64, error)) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	ended := make(chan struct{}, max(parallel, 1)) // a trial has ended: those who wait may ask again
	for range max(parallel, 1) {
		wg.Go(func() {
			if err := s.work(ctx, ended, objective); err != nil {
				cancel(err)
			}
		})
	}
	wg.Wait()
	if err := context.Cause(ctx); err != nil {
		return err
	}
	return nil
}

// ErrAbort ends [Study.Optimize] when the objective returns an error wrapping it.
var ErrAbort = errors.New("abort the study")

// work runs one trial after another.
func (s *Study) work(ctx context.Context, ended chan struct{}, objective func(context.Context, *Trial) (float64, error)) error {
	for ctx.Err() == nil {
		t, err := s.Ask(ctx)
		switch {
		case errors.Is(err, ErrDone):
			return nil
		case errors.Is(err, ErrWait):
			select {
			case <-ended:
			case <-time.After(time.Second):
			case <-ctx.Done():
			}
			continue
		case err != nil:
			return err
		}
		value, err := objective(ctx, t)
		switch {
		case errors.Is(err, ErrAbort) || ctx.Err() != nil:
			return err
		case err != nil:
			err = t.Fail(err.Error())
		case t.ShouldStop():
			err = t.end(study.Stopped, study.Numbers{s.metric(): value})
		default:
			err = t.Complete(value)
		}
		if err != nil {
			return err
		}
		select {
		case ended <- struct{}{}:
		default:
		}
	}
	return nil
}

// metric is the objective's. The definition does not change while a study is open.
func (s *Study) metric() string { return s.session.Engine.View().Def.Objectives[0].Metric }
