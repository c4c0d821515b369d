package danlu

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/danlu-ml/danlu/internal/engine"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/store"
)

var (
	// ErrDone is wrapped by [Study.Ask] when the study is at its end: its budget is
	// spent, its target reached, nothing left to try, or a person has stopped it.
	ErrDone = errors.New("the study is at its end")
	// ErrWait is returned by [Study.Ask] when nothing can be tried until a running
	// trial has ended.
	ErrWait = errors.New("wait for a running trial to end")
	// ErrHopeless is wrapped by [Study.Ask] when the first trials all failed: then it
	// is the program that is wrong, and more trials would tell nothing.
	ErrHopeless = errors.New("the first trials failed")
)

// Ask is the next trial to run, which is one that paused or waits where there is
// such a one. It ends with [Trial.Complete], [Trial.Stop], [Trial.Fail],
// [Trial.Infeasible] or [Trial.Release]. Any number may run at a time.
func (s *Study) Ask(ctx context.Context) (*Trial, error) {
	var t *Trial
	err := s.do(ctx, func(e *engine.Engine) error {
		launches, reason, err := e.Next(ctx, 1, nil)
		switch {
		case err != nil:
			return err
		case len(launches) == 1:
			t = s.trial(launches[0])
			return nil
		case reason == engine.Waiting && !e.TrialsSpent():
			return ErrWait
		}
		_, why := e.Over()
		if why == "" {
			why = string(reason)
		}
		if reason == engine.Hopeless {
			return fmt.Errorf("%w: %s", ErrHopeless, why)
		}
		return fmt.Errorf("%w: %s", ErrDone, why)
	})
	return t, err
}

func (s *Study) trial(l engine.Launch) *Trial {
	t := &Trial{
		Number: int(l.Trial.ID), Seed: l.Trial.Seed, From: l.Attempt.From, Source: int(l.Trial.ID),
		study: s, params: l.Trial.Params, attempt: l.Attempt.Number,
	}
	if p := l.Trial.Parent; p != nil && len(l.Trial.Attempts) == 1 {
		t.Source = int(p.Trial)
	}
	return t
}

// Enqueue plans a configuration of yours, to be tried before anything else is
// proposed; parameters left out are at their defaults. It returns the trial's
// number.
func (s *Study) Enqueue(ctx context.Context, params map[string]any) (int, error) {
	values := make(space.Values, len(params))
	for name, x := range params {
		v, err := space.ValueOf(x)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", name, err)
		}
		values[name] = v
	}
	number := 0
	err := s.do(ctx, func(e *engine.Engine) error {
		t, err := e.Enqueue(values, "")
		if err == nil {
			number = int(t.ID)
		}
		return err
	})
	return number, err
}

// listen grants what other processes ask of the study: danlu stop, enqueue, retry
// and note.
func (s *Study) listen(ctx context.Context) {
	var known int64
	for tick := time.Tick(time.Second); ; {
		select {
		case <-ctx.Done():
			return
		case <-tick:
		}
		version, err := s.store.Version(ctx)
		if err != nil || version == known {
			continue
		}
		requests, err := s.store.Requests(ctx, s.def.Name)
		if err == nil && s.grant(ctx, requests) == nil {
			known = version
		}
	}
}

func (s *Study) grant(ctx context.Context, requests []store.Request) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(requests) == 0 || s.lost != nil {
		return s.lost
	}
	var answers []store.Answer
	for _, r := range requests {
		text, err := s.session.Engine.Request(r.Kind, r.Body)
		a := store.Answer{ID: r.ID, Text: text}
		if err != nil {
			a.Error = err.Error()
		}
		answers = append(answers, a)
	}
	s.lost = s.session.Commit(context.WithoutCancel(ctx), answers...)
	return s.lost
}
