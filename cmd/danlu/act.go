package main

import (
	"context"

	"github.com/danlu-ml/danlu/internal/engine"
	"github.com/danlu-ml/danlu/internal/locate"
	"github.com/danlu-ml/danlu/internal/store"
	"github.com/danlu-ml/danlu/internal/wish"
)

// act finds what the arguments name, and makes a request about it.
func (a *app) act(ctx context.Context, verb string, args []string, want locate.Want, kind string, body func(found) (any, error)) error {
	want.Write = true
	return a.reach(ctx, false, args, want, func(f found) error {
		b, err := body(f)
		if err != nil {
			return err
		}
		return a.wish(ctx, f.store, f.Info.Study, verb, kind, b)
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
