package lrfind

import (
	"context"
	"fmt"
	"math"
)

// Loop is a training that can be tried for a few steps and put back.
type Loop interface {
	// Sweep trains a batch with each rate and returns their losses before the step;
	// fewer where it diverged for good. Each call takes other batches.
	Sweep(ctx context.Context, rates []float64) ([]float64, error)
	// Probe trains at one constant rate from the start and returns the losses of its
	// batches, each before its step; called again for a rate it goes on where it
	// ended. It ends early, with a loss that is not finite, where it diverged. All
	// rates see the same batches.
	Probe(ctx context.Context, rate float64, steps int) ([]float64, error)
}

// Rates are n rates from low to high, in equal steps of their logarithm.
func Rates(low, high float64, n int) []float64 {
	rates := make([]float64, n)
	for i := range rates {
		rates[i] = low * math.Pow(high/low, float64(i)/float64(n-1))
	}
	return rates
}

// What Find spends: a tenth of a training, a fifth of that for the sweep, and what
// is left on probes so long that three of them fit. Fewer and longer ones do better
// than more and shorter: a training's best rate shows late.
const (
	budgetShare = 0.1
	sweepShare  = 0.2
	leastSweep  = 16
	mostSweep   = 100
	probes      = 3
	leastProbe  = 6
)

// Find sweeps over all rates, then trains a little at some about what the sweep
// suggests: half decades down and up, until both sides are worse. In all it takes at
// most a tenth of a training of so many steps. Where sweep and probes contradict
// each other the probes are right: a sweep has no time to fall where a network learns
// nothing at first. progress is told steps done and meant; nil is nobody.
func Find(ctx context.Context, l Loop, steps int, o Options, progress func(done, total int)) (Result, error) {
	budget := int(budgetShare * float64(steps))
	if least := leastSweep + probes*leastProbe; budget < least {
		return Unknown(nil, fmt.Sprintf("a tenth of a training of %d steps is too little to find out by: train %d steps or more, or try rates with full trainings", steps, int(math.Ceil(float64(least)/budgetShare)))), nil
	}
	f := &search{loop: l, left: budget, tries: map[int]*try{}, spent: func(left int) {
		if progress != nil {
			progress(budget-left, budget)
		}
	}}
	curve, err := f.sweep(ctx, o)
	if err != nil {
		return Result{}, err
	}
	r := Suggest(curve, o)
	if len(curve) < leastSweep/2 { // not a number at rates that can't be the cause
		return r, nil
	}
	d := descend(curve)
	f.center, f.sure = o.usual(), r.Verdict == Ok
	if f.sure {
		f.center = o.within(d.middle())
		f.cliff = o.cliff(&d)
	}
	f.start, f.level, f.noise = d.start, d.level, d.noise
	f.horizon = f.left / probes
	if err := f.climb(ctx); err != nil {
		return Result{}, err
	}
	read := f.read()
	if read.doubt != "" {
		r.Verdict, r.Suggestion, r.Range, r.Reason = CannotSay, 0, Range{}, read.doubt
		return r, nil
	}
	return r.Settle(read.rate(o), read.span(o), read.why(o), o), nil
}

// usualRates are those that an optimiser may want.
func (o Options) usualRates() (low, high float64, known bool) {
	switch o.Optimizer {
	case "sgd":
		return 1e-4, 10, true
	case "adam", "adamw", "rmsprop":
		return 1e-5, 1, true
	}
	return 1e-6, 10, false
}

// cliff is the rate at which a sweep took off; where it did not, the highest that the
// optimiser may want, 0 if nobody knows.
func (o Options) cliff(d *descent) float64 {
	_, high, known := o.usualRates()
	at := d.smooth[d.cliff]
	switch {
	case at.Loss > d.start:
		return at.LR
	case known:
		return min(at.LR, high)
	}
	return 0
}

// sweep tests the rates that the optimiser may want, and what the user allows.
func (f *search) sweep(ctx context.Context, o Options) ([]Point, error) {
	low, high, _ := o.usualRates()
	if o.Low > 0 {
		low = min(low, o.Low)
	}
	if o.High > 0 {
		high = max(high, o.High)
	}
	n := min(max(int(sweepShare*float64(f.left)), leastSweep), mostSweep)
	rates := Rates(low, high, n)
	if o.Linear {
		for i := range rates {
			rates[i] = low + (high-low)*float64(i)/float64(n-1)
		}
	}
	curve, err := Sweep(ctx, f.loop, rates)
	f.spend(len(curve))
	return curve, err
}

// Sweep is the curve of a loop's range test, as far as it came.
func Sweep(ctx context.Context, loop Loop, rates []float64) ([]Point, error) {
	losses, err := loop.Sweep(ctx, rates)
	if err != nil {
		return nil, err
	}
	curve := make([]Point, len(losses))
	for i, v := range losses {
		curve[i] = Point{rates[i], v}
	}
	return curve, nil
}

// usual is the rate to probe first where the sweep says nothing: the one in use, else
// what is usual.
func (o Options) usual() float64 {
	switch {
	case o.Current > 0:
		return o.Current
	case o.Optimizer == "sgd":
		return 0.1
	}
	return 0.003
}
