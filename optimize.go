package danlu

import (
	"context"
	"errors"
	"sync"
	"time"
)

// ErrAbort ends [Study.Optimize] when the objective returns an error wrapping it.
var ErrAbort = errors.New("abort the study")

// Optimize runs trials, parallel of them at a time, until the study is at its end,
// ctx ends, or the objective returns an error that wraps [ErrAbort].
//
// The objective returns the trial's value; where [Trial.Report] told it not to go
// on, it returns what it has. Another error than ErrAbort fails the trial, and the
// study goes on. A trial that is cut off by ctx or ErrAbort is offered again by the
// next Optimize or [Study.Ask].
//
// It returns nil at the study's end, the cause of ctx where that ended it, and
// [ErrHopeless], wrapped, where all of the first trials failed.
func (s *Study) Optimize(ctx context.Context, parallel int, objective func(context.Context, *Trial) (float64, error)) error {
	return s.OptimizeMany(ctx, parallel, func(ctx context.Context, t *Trial) ([]float64, error) {
		value, err := objective(ctx, t)
		return []float64{value}, err
	})
}

// OptimizeMany is [Study.Optimize] for several objectives: their values come in the
// order of [Config.Objectives]. No values mean those reported.
func (s *Study) OptimizeMany(ctx context.Context, parallel int, objective func(context.Context, *Trial) ([]float64, error)) error {
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
	return context.Cause(ctx)
}

// work runs one trial after another.
func (s *Study) work(ctx context.Context, ended chan struct{}, objective func(context.Context, *Trial) ([]float64, error)) error {
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
		values, err := objective(ctx, t)
		switch {
		case err != nil && (errors.Is(err, ErrAbort) || ctx.Err() != nil):
			return errors.Join(err, t.Release())
		case err != nil:
			err = t.Fail(err.Error())
		case t.ShouldStop():
			err = t.Stop()
		default:
			err = t.Complete(values...)
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
