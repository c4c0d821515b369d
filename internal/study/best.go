package study

import (
	"math"
	"slices"
)

// Best is the incumbent: the completed trial with the lowest loss in the first
// objective, the earliest of equals; nil if there is none. Only trials that ran
// to their end, with finite values, count.
func (v *View) Best() *Trial { return v.best }

// Pareto lists the completed trials that no other beats in every objective, by
// ID. With one objective it is the incumbent alone.
func (v *View) Pareto() []*Trial {
	var front []*Trial
	for _, t := range v.Trials {
		if t.eligible() && !slices.ContainsFunc(v.Trials, func(u *Trial) bool { return u.eligible() && dominates(u, t) }) {
			front = append(front, t)
		}
	}
	return front
}

// eligible reports whether t may be the study's best: it ran to its end and has
// a finite value in every objective.
func (t *Trial) eligible() bool {
	return t.State == Completed && len(t.Losses) > 0 &&
		!slices.ContainsFunc(t.Losses, func(x float64) bool { return math.IsInf(x, 1) })
}

// dominates reports whether u is at least as good as t everywhere and better
// somewhere; of equals, the earlier one dominates. Both have losses.
func dominates(u, t *Trial) bool {
	better := u.ID < t.ID && slices.Equal(u.Losses, t.Losses)
	for i := range u.Losses {
		if u.Losses[i] > t.Losses[i] {
			return false
		}
		better = better || u.Losses[i] < t.Losses[i]
	}
	return better
}
