package main

import (
	"context"
	"math"

	"github.com/danlu-ml/danlu/internal/lrfind"
)

// A finder suggests a rate for a task and says how many of its steps that took. A
// rate of 0 is that it can't say.
type finder struct {
	name string
	find func(ctx context.Context, t loop, o lrfind.Options) (rate float64, steps int, err error)
}

// finders are danlu's and those of others, each with its own range, length,
// smoothing and stop.
var finders = []finder{
	{"danlu", danlu},
	{"danlu, curve alone", curveAlone},
	{"danlu, short trainings", shortTrainings(0)},
	{"danlu, twenty reports", shortTrainings(20)},
	{"fastai valley", others(fastai, "valley")},
	{"fastai slide", others(fastai, "fastai_slide")},
	{"fastai steep", others(fastai, "fastai_steep")},
	{"fastai minimum/10", others(fastai, "minimum_over_10")},
	{"torch-lr-finder steepest", others(torchLRFinder, "steepest")},
	{"Lightning lr_find", others(lightning, "lightning")},
}

// danlu is the sweep and the probes that danlu lr makes where it can.
func danlu(ctx context.Context, t loop, o lrfind.Options) (float64, int, error) {
	counted := &counter{t: t}
	r, err := lrfind.Find(ctx, counted, t.Steps(), o, nil)
	return r.Suggestion, counted.steps, err
}

// counter counts the steps of a loop.
type counter struct {
	t     loop
	steps int
}

func (c *counter) Sweep(ctx context.Context, rates []float64) ([]float64, error) {
	losses, err := c.t.Sweep(ctx, rates)
	c.steps += len(losses)
	return losses, err
}

func (c *counter) Probe(ctx context.Context, rate float64, steps int) ([]float64, error) {
	losses, err := c.t.Probe(ctx, rate, steps)
	c.steps += len(losses)
	return losses, err
}

// sweepSteps is the length of a range test where nobody says another.
const sweepSteps = 100

// curveAlone reads a range test as danlu lr --curve does.
func curveAlone(ctx context.Context, t loop, o lrfind.Options) (float64, int, error) {
	curve, err := sweep(ctx, t, 1e-6, 10, sweepSteps)
	return lrfind.Suggest(curve, o).Suggestion, len(curve), err
}

func sweep(ctx context.Context, t loop, low, high float64, n int) ([]lrfind.Point, error) {
	return lrfind.Sweep(ctx, t, lrfind.Rates(low, high, n))
}

// others makes a finder of another tool's range test and the rule it reads it by.
func others(test func(context.Context, loop) ([]lrfind.Point, error), rule string) func(context.Context, loop, lrfind.Options) (float64, int, error) {
	return func(ctx context.Context, t loop, _ lrfind.Options) (float64, int, error) {
		curve, err := test(ctx, t)
		return lrfind.Suggest(curve, lrfind.Options{}).Candidate(rule), sweepSteps, err
	}
}

// fastai is lr_find of fastai 2.8: 100 rates from 1e-7 to 10, an average with β .98
// without its bias, the end at four times the least; the first tenth and the last
// five are not read.
func fastai(ctx context.Context, t loop) ([]lrfind.Point, error) {
	curve, err := sweep(ctx, t, 1e-7, 10, sweepSteps)
	curve = until(averaged(curve, 0.98), 4, 1)
	return curve[min(len(curve), sweepSteps/10):max(min(len(curve), sweepSteps/10), len(curve)-5)], err
}

// torchLRFinder is range_test of torch-lr-finder 0.2 with the range and length that
// its manual shows: smoothing .05, the end at five times the least.
func torchLRFinder(ctx context.Context, t loop) ([]lrfind.Point, error) {
	curve, err := sweep(ctx, t, 1e-7, 100, sweepSteps)
	for i := 1; i < len(curve); i++ {
		curve[i].Loss = 0.05*curve[i].Loss + 0.95*curve[i-1].Loss
	}
	return until(curve, 5, 0), err
}

// lightning is lr_find of Lightning 2.6: 100 rates from 1e-8 to 1, an average with
// β .98 without its bias, the end at four times the least.
func lightning(ctx context.Context, t loop) ([]lrfind.Point, error) {
	curve, err := sweep(ctx, t, 1e-8, 1, sweepSteps)
	return until(averaged(curve, 0.98), 4, 1), err
}

func averaged(curve []lrfind.Point, keep float64) []lrfind.Point {
	out, sum := make([]lrfind.Point, len(curve)), 0.0
	for i, p := range curve {
		sum = keep*sum + (1-keep)*p.Loss
		out[i] = lrfind.Point{LR: p.LR, Loss: sum / (1 - math.Pow(keep, float64(i+1)))}
	}
	return out
}

// until ends a curve with the first loss of more than so many times the least, the
// first few not looked at.
func until(curve []lrfind.Point, times float64, after int) []lrfind.Point {
	least := math.Inf(1)
	for i, p := range curve {
		if i > after && p.Loss > times*least {
			return curve[:i+1]
		}
		least = min(least, p.Loss)
	}
	return curve
}
