package scheduler

import (
	"cmp"
	"math"
	"slices"

	"github.com/danlu-ml/danlu/internal/pareto"
	"github.com/danlu-ml/danlu/internal/study"
)

// cameToNothing reports whether a trial ended without a result that counts.
func cameToNothing(t *study.Trial) bool {
	return t.State == study.Diverged || t.State == study.Failed || t.State == study.Infeasible
}

// byStanding orders trials by how they stood where they came upon a rung, best
// first, the earlier of equals first. With several objectives that is the rank of
// non-domination, then the first objective. Trials that did not come so far, or
// came to nothing later, are the last: the next best takes their place.
func byStanding(v *study.View, ids []study.TrialID, rung int64) []study.TrialID {
	type stand struct {
		id   study.TrialID
		rank int
		loss float64
	}
	all := make([]stand, len(ids))
	var came []int
	var points [][]float64
	for i, id := range ids {
		all[i] = stand{id, math.MaxInt, math.Inf(1)}
		losses, ok := standings(v.Def, v.Trials[id], rung)
		if ok && !cameToNothing(v.Trials[id]) && !slices.ContainsFunc(losses, func(x float64) bool { return math.IsInf(x, 1) }) {
			all[i].loss, all[i].rank = losses[0], 0
			came, points = append(came, i), append(points, losses)
		}
	}
	if len(v.Def.Objectives) > 1 {
		for i, rank := range pareto.Ranks(points) {
			all[came[i]].rank = rank
		}
	}
	slices.SortFunc(all, func(a, b stand) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.loss, b.loss), cmp.Compare(a.id, b.id))
	})
	ordered := make([]study.TrialID, len(all))
	for i, s := range all {
		ordered[i] = s.id
	}
	return ordered
}
