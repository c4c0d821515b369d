package sampler

import (
	"math"
	"slices"

	"github.com/danlu-ml/danlu/internal/pareto"
)

// frontAtMost bounds the good trials where there are several objectives: a front
// takes more of them than a minimum.
const frontAtMost = 100

// foremost are the k best of some standings where there are several objectives,
// as multi-objective TPE divides trials (Ozaki et al. 2022, § 4.1): whole fronts,
// the first ones first, and of the front that is too large those that together
// dominate the most. Trials that did not run to their end come after all that did.
func foremost(all []standing, k int) []standing {
	var ended, rest []standing
	var losses [][]float64
	for _, s := range all {
		switch {
		case s.early > 0:
			rest = append(rest, s)
		case !slices.ContainsFunc(s.trial.Losses, func(x float64) bool { return math.IsInf(x, 1) }):
			ended = append(ended, s)
			losses = append(losses, s.trial.Losses)
		}
	}
	ranks := pareto.Ranks(losses)
	var best []standing
	for r := 0; len(best) < min(k, len(ended)); r++ {
		var front []standing
		var at [][]float64
		for i, s := range ended {
			if ranks[i] == r {
				front = append(front, s)
				at = append(at, losses[i])
			}
		}
		if len(front) <= k-len(best) {
			best = append(best, front...)
			continue
		}
		for _, i := range pareto.Subset(at, k-len(best)) {
			best = append(best, front[i])
		}
	}
	return append(best, least(rest, k-len(best))...)
}
