package main

import (
	"maps"
	"math"
)

// Oracles spend a full training on every place of the grid, with one seed, and take
// the best: what they reach is what anybody can.
const (
	byOneLoss     = "all of the grid, by one loss"
	byOneAccuracy = "all of the grid, by one accuracy"
)

// oracles adds their outcomes of a task: chosen by each seed, judged by the others,
// with the deviation of all.
func (t truth) oracles(outcomes map[string][]outcome) {
	seeds := map[uint64]bool{}
	for _, scores := range t {
		for seed := range scores {
			seeds[seed] = true
		}
	}
	for seed := range seeds {
		rest := t.without(seed)
		loss, errors := rest.ladder(lossOf), rest.ladder(errorsOf)
		loss.sd, errors.sd = t.ladder(lossOf).sd, t.ladder(errorsOf).sd
		for name, of := range map[string]func(score) float64{byOneLoss: lossOf, byOneAccuracy: errorsOf} {
			best, least := 0, math.Inf(1)
			for i := lowest; i <= highest; i++ {
				if s, ok := t[i][seed]; ok && len(t[i]) == len(seeds) && of(s) < least {
					best, least = i, of(s)
				}
			}
			o := weighPlace(float64(best), loss, errors)
			for i := range t {
				if _, ok := t[i][seed]; ok {
					o.cost++
				}
			}
			outcomes[name] = append(outcomes[name], o)
		}
	}
}

// without is the truth of the other seeds.
func (t truth) without(seed uint64) truth {
	rest := truth{}
	for i, all := range t {
		others := maps.Clone(all)
		if delete(others, seed); len(others) > 0 {
			rest[i] = others
		}
	}
	return rest
}
