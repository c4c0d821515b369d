package scheduler

import (
	"fmt"

	"github.com/danlu-ml/danlu/internal/pareto"
	"github.com/danlu-ml/danlu/internal/study"
)

// comparedAtMost bounds how many trials are compared pairwise. Where more came
// to a rung, a regular sample of them stands for all.
const comparedAtMost = 500

// judgeMany judges a trial by several objectives: its rank is the number of
// trials that fewer others dominate (Fonseca and Fleming 1993 count the
// dominating ones), so one that none dominates always goes on.
func (a asha) judgeMany(v *study.View, t *study.Trial, rung, step int64) Verdict {
	own, ok := standings(v.Def, t, rung)
	if !ok {
		return goOn
	}
	points := [][]float64{own}
	for _, u := range v.Trials {
		if u == t {
			continue
		}
		if losses, ok := standings(v.Def, u, rung); ok {
			points = append(points, losses)
		}
	}
	points = thin(points, comparedAtMost)
	above := dominating(points, own)
	rank := 0
	for _, p := range points[1:] {
		if dominating(points, p) < above {
			rank++
		}
	}
	verdict := Verdict{
		Decision: study.Continue, Rung: true,
		Why: fmt.Sprintf("%d of %d trials dominate it at %s", above, len(points)-1, at(v.Def, step)),
	}
	if rank >= a.keep(len(points)) {
		verdict.Decision = study.Stop
	}
	return verdict
}

// standings are a trial's losses where it came upon a rung. ok is false where it
// has not come there or lacks an objective.
func standings(def *study.Definition, t *study.Trial, rung int64) (losses []float64, ok bool) {
	first, step, ok := standing(def, t, rung)
	if !ok {
		return nil, false
	}
	losses = append(losses, first)
	for k, o := range def.Objectives[1:] {
		loss, ok := t.Curves[k+1].At(step, o.Best)
		if !ok {
			return nil, false
		}
		losses = append(losses, loss)
	}
	return losses, true
}

// thin takes a regular sample of at most n, the first one included.
func thin(points [][]float64, n int) [][]float64 {
	stride := (len(points) + n - 1) / n
	if stride < 2 {
		return points
	}
	var sample [][]float64
	for i := 0; i < len(points); i += stride {
		sample = append(sample, points[i])
	}
	return sample
}

// dominating counts the points that dominate p.
func dominating(points [][]float64, p []float64) int {
	n := 0
	for _, q := range points {
		if pareto.Dominates(q, p) {
			n++
		}
	}
	return n
}
