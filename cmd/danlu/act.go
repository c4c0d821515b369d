package main

import (
	"context"

	"github.com/danlu-ml/danlu/internal/engine"
	"github.com/danlu-ml/danlu/internal/locate"
	"github.com/danlu-ml/danlu/internal/store"
	"github.com/danlu-ml/danlu/internal/store/sqlite"
	"github.com/danlu-ml/danlu/internal/wish"
)

// act finds what the arguments name, and makes a request about it.
func (a *app) act(ctx context.Context, verb string, args []string, want locate.Want, kind string, body func(found) (any, error)) error {
	want.Write = true
	return a.withStore(false, func(st *sqlite.Store) error {
		t, err := a.find(ctx, st, args, want)
		if err != nil {
			return err
		}
		v, err := locate.View(ctx, st, t.Info.Study)
		if err != nil {
			return err
		}
		if t.Trial != nil {
			if _, err := t.In(v); err != nil {
				return asUsage(err)
			}
		}
		b, err := body(found{t, st, v})
		if err != nil {
			return err
		}
		return a.wish(ctx, st, t.Info.Study, verb, kind, b)
	})
}

// wish makes a request and says what became of it.
func (a *app) wish(ctx context.Context, st store.Store, study, verb, kind string, body any) error {
	out, err := wish.Make(ctx, st, study, "danlu "+verb, kind, body)
	if err != nil {
		return err
	}
	a.note("study %s: %s", study, out.Text)
	if out.Driver == nil && kind != engine.RequestNote {
		a.note("nobody runs the study now: `danlu tune` goes on with it")
	}
	return nil
}
