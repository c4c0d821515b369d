package sampler

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/danlu-ml/danlu/internal/sobol"
	"github.com/danlu-ml/danlu/internal/study"
)

// fewCells is the number of configurations that auto tries one by one where no
// budget says how many trials there will be.
const fewCells = 64

// auto chooses for those who don't: every configuration where there are no more
// than the budget has trials, else a Sobol' sequence, else, with more parameters
// than that has dimensions, random ones.
type auto struct {
	chosen Sampler
	why    string // before the chosen one's own
}

func newAuto(a study.Algorithm, def *study.Definition) (Sampler, error) {
	if err := a.Decode(&struct{}{}); err != nil {
		return nil, err
	}
	limit := fewCells
	if def.Budget.Trials > 0 {
		limit = min(def.Budget.Trials, listable)
	}
	if all := enumerate(def.Space, limit); all != nil {
		return auto{gridOf(all, def.Seed), fmt.Sprintf("there are only %d configurations: all are tried, ", all.size)}, nil
	}
	if def.Space.Len() > sobol.MaxDim {
		chosen, err := newRandom(study.Algorithm{}, def)
		return auto{chosen, fmt.Sprintf("drawn at random: %d parameters are too many for a sequence", def.Space.Len())}, err
	}
	chosen, err := newSobol(study.Algorithm{}, def)
	return auto{chosen, ""}, err
}

// Name implements [Sampler]. Proposals bear the name of who made them.
func (auto) Name() string { return "auto" }

// Total implements [Planner].
func (s auto) Total(def *study.Definition) (int, error) {
	if p, ok := s.chosen.(Planner); ok {
		return p.Total(def)
	}
	return 0, nil
}

// Suggest implements [Sampler].
func (s auto) Suggest(ctx context.Context, v *study.View, n int, rng *rand.Rand) ([]Proposal, error) {
	out, err := s.chosen.Suggest(ctx, v, n, rng)
	for i := range out {
		out[i].Why = s.why + out[i].Why
	}
	return out, err
}
