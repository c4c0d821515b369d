package scheduler

import (
	"fmt"

	"github.com/danlu-ml/danlu/internal/pareto"
	"github.com/danlu-ml/danlu/internal/study"
)

// comparedAtMost bounds how many trials are compared pairwise. Where more came
// to a rung, a regular sample of them stands for all.
const comparedAtMost = 500

// judgeMany judges a trial by several objectives: it goes on if fewer trials than may
// go on are in better fronts of non-domination (Deb et al. 2002, § III-A), so one that
// none dominates always does.
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
	fronts := pareto.Ranks(points)
	better := 0
	for _, front := range fronts {
		if front < fronts[0] {
			better++
		}
	}
	verdict := Verdict{
		Decision: study.Continue, Rung: true,
		Why: fmt.Sprintf("in front %d of non-domination at %s, behind %d of %d trials", fronts[0]+1, at(v.Def, step), better, len(points)),
	}
	if better >= a.keep(len(points)) {
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
