package study

import (
	"math"
	"slices"

	"github.com/danlu-ml/danlu/internal/pareto"
)

// Best is the incumbent: the completed trial with the lowest loss in the first
// objective, of equals the one planned first, whichever ended first; nil if there is
// none. Only trials that ran to their end, with finite values, count.
func (v *View) Best() *Trial { return v.best }

// Pareto lists the completed trials that no other beats in every objective, by
// ID: of equals the first. With one objective it is the incumbent alone.
func (v *View) Pareto() []*Trial {
	if len(v.Def.Objectives) == 1 {
		if v.best == nil {
			return nil
		}
		return []*Trial{v.best}
	}
	var able []*Trial
	var losses [][]float64
	for _, t := range v.Trials {
		if t.eligible() {
			able = append(able, t)
			losses = append(losses, t.Losses)
		}
	}
	var front []*Trial
	for _, i := range pareto.Front(losses) {
		front = append(front, able[i])
	}
	return front
}

// eligible reports whether t may be the study's best: it ran to its end and has
// a finite value in every objective.
func (t *Trial) eligible() bool {
	return t.State == Completed && len(t.Losses) > 0 &&
		!slices.ContainsFunc(t.Losses, func(x float64) bool { return math.IsInf(x, 1) })
}

// betters reports whether t is to be the incumbent in place of best, which may be nil.
func (t *Trial) betters(best *Trial) bool {
	if !t.eligible() {
		return false
	}
	if best == nil {
		return true
	}
	if a, b := t.Loss(), best.Loss(); a != b {
		return a < b
	}
	return t.ID < best.ID
}
