package foresight

import (
	"math"
	"slices"
	"sort"

	"github.com/danlu-ml/danlu/internal/study"
)

// glimpse is a loss of a trial at a step.
type glimpse struct {
	trial *study.Trial
	step  int64
	loss  float64
	unit  []float64 // where the trial lay then: a program may say later that it used other parameters
}

// glimpses are what is taken in of a study: of every trial its losses at the ends
// of stretches and the last.
func glimpses(v *study.View) (all []glimpse) {
	for _, t := range v.Trials {
		all = append(all, glimpsesOf(t, v.Def.Fidelity.Max)...)
	}
	return all
}

// glimpsesOf are those of one trial; one that ended with nothing to show is as bad
// as can be.
func glimpsesOf(t *study.Trial, last int64) (g []glimpse) {
	c := t.Curve()
	if len(c) == 0 {
		if t.State.Open() {
			return nil
		}
		return []glimpse{{t, 1, math.Inf(1), t.Unit}}
	}
	end := len(c) - 1
	for next := Stretch(0, last); ; {
		i := sort.Search(end, func(i int) bool { return c[i].Step >= next })
		g = append(g, glimpse{t, c[i].Step, c[i].Loss, t.Unit})
		if i == end {
			break
		}
		for next <= c[i].Step {
			next += Stretch(next, last)
		}
	}
	return g
}

// Stretch is how much farther a trial gets before it is worth asking again, in
// steps: to a twenty-fifth of a training at first, then two fifths of what it has.
func Stretch(from, last int64) int64 {
	if first := max(1, last/25); from < first {
		return first - from
	}
	return max(1, int64(math.Ceil(float64(from)*0.4)))
}

// same reports whether both say the same.
func (g glimpse) same(h glimpse) bool {
	return g.trial.ID == h.trial.ID && g.step == h.step && g.loss == h.loss && slices.Equal(g.unit, h.unit)
}
