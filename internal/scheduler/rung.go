package scheduler

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"strconv"

	"github.com/danlu-ml/danlu/internal/study"
)

// find is the place of a step in a curve; ok is false if there is no value at it.
func find(c study.Curve, step int64) (i int, ok bool) {
	i = sort.Search(len(c), func(i int) bool { return c[i].Step >= step })
	return i, i < len(c) && c[i].Step == step
}

// reached is the step at which a trial came upon a rung: of its first report
// there or beyond. ok is false for one that did not come so far.
func reached(c study.Curve, rung int64) (step int64, ok bool) {
	if len(c) == 0 || c[len(c)-1].Step < rung {
		return 0, false
	}
	i := sort.Search(len(c), func(i int) bool { return c[i].Step >= rung })
	return c[i].Step, true
}

// standing is a trial's losses where it came upon a rung, by the rule that also
// makes its final value (the last or the best so far). ok is false where it has
// not come there or lacks an objective.
func standing(def *study.Definition, t *study.Trial, rung int64, into []float64) (losses []float64, ok bool) {
	step, ok := reached(t.Curve(), rung)
	if !ok {
		return nil, false
	}
	for k, o := range def.Objectives {
		loss, ok := t.Curves[k].At(step, o.Best)
		if !ok {
			return nil, false
		}
		into[k] = loss
	}
	return into, true
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

// number is a loss as the user knows it.
func number(o study.Objective, loss float64) string {
	if math.IsInf(loss, 0) {
		return "not finite"
	}
	return strconv.FormatFloat(o.Value(loss), 'g', 4, 64)
}

// at names a step: `epoch 3`.
func at(def *study.Definition, step int64) string {
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

func infinite(losses []float64) bool {
	return slices.ContainsFunc(losses, func(x float64) bool { return math.IsInf(x, 0) })
}
