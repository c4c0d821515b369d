package main

import (
	"context"

	"github.com/danlu-ml/danlu/internal/lrfind"
	"github.com/danlu-ml/danlu/internal/lrstudy"
)

// lrLoop finds the rate of the training that the program at the other end of standard
// input and output makes when asked. The result is the last line.
func (a *app) lrLoop(ctx context.Context, f *lrFlags, args []string) error {
	if err := f.check(); err != nil {
		return err
	}
	if len(args) > 0 || f.apply || f.curve != "" {
		return usage("--loop asks a program for short trainings: it goes without a study's file, --curve and --apply")
	}
	if f.loop < 0 {
		return usage("--loop %d is not how many steps a training has", f.loop)
	}
	res, err := lrfind.Find(ctx, lrfind.NewRemote(a.in, a.out), f.loop, lrfind.Options{
		Schedule: f.ask.Schedule, Optimizer: f.optimizer, Momentum: f.momentum,
		Linear: f.ask.Linear, Low: f.ask.Low, High: f.ask.High,
	}, nil)
	if err != nil {
		return err
	}
	f.json = true
	return a.lrShow(f, lrstudy.Outcome{Result: res})
}
