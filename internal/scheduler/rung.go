package scheduler

import (
	"fmt"
	"math"
	"strconv"

	"github.com/danlu-ml/danlu/internal/study"
)

// find is the place of the first value at or beyond a step in a curve, len(c) if
// there is none.
func find(c study.Curve, step int64) int {
	lo, hi := 0, len(c) // c[:lo] lies before the step, c[hi:] does not
	for lo < hi {
		if m := (lo + hi) / 2; c[m].Step < step {
			lo = m + 1
		} else {
			hi = m
		}
	}
	return lo
}

// standing is a trial's loss in the first objective where it came upon a rung:
// at its first report there or beyond, by the rule that also makes its final
// value (the last or the best so far). ok is false for one that did not come so
// far.
func standing(def *study.Definition, t *study.Trial, rung int64) (loss float64, step int64, ok bool) {
	c := t.Curve()
	if len(c) == 0 || c[len(c)-1].Step < rung {
		return 0, 0, false
	}
	i := find(c, rung)
	step, loss = c[i].Step, c[i].Loss
	if def.Objectives[0].Best {
		loss, _ = c.At(step, true)
	}
	return loss, step, true
}

// smallest is the k-th smallest of xs, k from 1; it reorders xs. It takes time in
// proportion to len(xs) (Hoare's quickselect, middle pivot).
func smallest(xs []float64, k int) float64 {
	lo, hi := 0, len(xs)-1
	for lo < hi {
		pivot := xs[lo+(hi-lo)/2]
		i, j := lo, hi
		for i <= j {
			for xs[i] < pivot {
				i++
			}
			for xs[j] > pivot {
				j--
			}
			if i <= j {
				xs[i], xs[j] = xs[j], xs[i]
				i++
				j--
			}
		}
		switch {
		case k-1 <= j:
			hi = j
		case k-1 >= i:
			lo = i
		default:
			return xs[k-1]
		}
	}
	return xs[k-1]
}

// leads reports whether no other trial that came to a step was better there.
func leads(v *study.View, t *study.Trial, step int64) bool {
	best := v.Def.Objectives[0].Best
	own, _ := t.Curve().At(step, best)
	for _, u := range v.Trials {
		if loss, ok := u.Curve().At(step, best); ok && u != t && u.Curve().Last() >= step && loss < own {
			return false
		}
	}
	return true
}

// number is a loss as the user knows it.
func number(o study.Objective, loss float64) string {
	if math.IsInf(loss, 0) {
		return "not finite"
	}
	return strconv.FormatFloat(o.Value(loss), 'g', 4, 64)
}

// at names a step: `epoch 3`.
func at(def *study.Definition, step int64) string {
	if f := def.Fidelity; f.Param != "" {
		return fmt.Sprintf("%s %s", f.Param, f.At(step))
	}
	word := def.Fidelity.Step
	if word == "" {
		word = "step"
	}
	return fmt.Sprintf("%s %d", word, step)
}

// diverged is the verdict on a trial whose objective is not finite.
func diverged(def *study.Definition, step int64) Verdict {
	return Verdict{Decision: study.Stop, Rung: true, Why: def.Objectives[0].Metric + " is not finite at " + at(def, step)}
}
