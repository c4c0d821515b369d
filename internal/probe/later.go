package probe

import (
	"math"

	"github.com/danlu-ml/danlu/internal/lrfind"
)

// edge is the lowest rate that comes almost as far as the best, between two that
// were tried. Package lrfind has the reasons for what this file asks of whole
// trainings.
func (f *field) edge() float64 {
	behind := func(t *try) float64 {
		if t.verdict != measured {
			return f.scale
		}
		return min(t.loss-f.best.loss, f.scale)
	}
	i := 0
	for &f.tries[i] != f.best {
		i++
	}
	for i > 0 && behind(&f.tries[i-1]) < lrfind.EdgeShare*f.scale {
		i--
	}
	rate := f.tries[i].run.Rate
	if i == 0 {
		return rate / math.Pow(10, 0.5*stride/perDecade)
	}
	in, out := behind(&f.tries[i]), behind(&f.tries[i-1])
	return rate * math.Pow(f.tries[i-1].run.Rate/rate, (lrfind.EdgeShare*f.scale-in)/(out-in))
}

// unseen is the factor of [field.later] where nobody saw the loss before training, as
// with one report an epoch: about the median of those that are known, which is 0.72
// over the development halves of docs/benchmarks-lr.md.
const unseen = 0.75

// later is the factor from what is best at first to what is best later: the root of
// the share of its loss that the best run has lost; 1 for a metric that is no loss.
func (f *field) later() float64 {
	switch {
	case f.plan.Larger != "" || f.best.loss < 0 || f.start <= 0:
		return 1
	case math.IsNaN(f.start):
		return unseen
	}
	return lrfind.Later(f.start, f.best.loss)
}

// harmless is the highest try below the first that harms; nil if none does, or the
// lowest.
func (f *field) harmless() *try {
	for i := range f.tries {
		if f.harms(&f.tries[i]) {
			if i == 0 {
				return nil
			}
			return &f.tries[i-1]
		}
	}
	return nil
}

// harms says whether a try lost against the lowest for certain, or a report of it
// was far above the loss before training.
func (f *field) harms(t *try) bool {
	low := &f.tries[0]
	switch {
	case t.verdict == going:
		return false
	case t.verdict != measured, t.loss > low.loss+max(lrfind.Harm*math.Abs(low.loss), 3*math.Hypot(t.noise, low.noise)):
		return true
	}
	top := lrfind.Spike(f.start, scatter(t.run.Curve)) // NaN where nobody knows
	for _, s := range t.run.Curve {
		if s.Loss > top {
			return true
		}
	}
	return false
}
