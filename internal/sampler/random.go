package sampler

import (
	"context"
	"math/rand/v2"

	"github.com/danlu-ml/danlu/internal/study"
)

// random draws every parameter on its own, evenly over its scale. Nothing is
// proposed twice: a finite space is used up.
type random struct {
	all *lattice
}

func newRandom(a study.Algorithm, def *study.Definition) (Sampler, error) {
	return random{all: enumerate(def.Space, listable)}, a.Decode(&struct{}{})
}

// Name implements [Sampler].
func (random) Name() string { return "random" }

// Suggest implements [Sampler].
func (r random) Suggest(ctx context.Context, v *study.View, n int, rng *rand.Rand) ([]Proposal, error) {
	f := newFresh(v, r.all, rng)
	var out []Proposal
	for len(out) < n && ctx.Err() == nil {
		params, ok := f.take(func(u []float64) {
			uniform(rng, u)
		})
		if !ok {
			break
		}
		out = append(out, Proposal{Params: params, Sampler: r.Name()})
	}
	return out, ctx.Err()
}
