package sampler

import (
	"context"
	"math/rand/v2"

	"github.com/danlu-ml/danlu/internal/foresight"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

// curves proposes by what trials have shown at every step, not only at their end:
// for studies whose trials are cut short, where few reach it. Package foresight has
// the model. Before that has enough to go by, where a study grows too large for it,
// and where it finds nothing, another sampler proposes.
//
// Every fourth proposal is of a sequence that fills the whole space. Where nothing is
// learned, curves differ by little; a model that has seen only such looks for the least
// loss among them, and near it, for as long as it is let.
type curves struct {
	begin    Sampler
	anywhere Sampler
}

const (
	// shown is how many trials begin before their curves are looked at.
	shown = 12
	// apart is how often a proposal has nothing to do with curves.
	apart = 4
)

func newCurves(a study.Algorithm, def *study.Definition) (Sampler, error) {
	if err := a.Decode(&struct{}{}); err != nil {
		return nil, err
	}
	begin, err := newSobol(study.Algorithm{Name: "sobol"}, def)
	if err != nil {
		return nil, err
	}
	return curves{begin: begin, anywhere: begin}, nil
}

// shortened reports whether a model of curves has more to go by than one of final
// values: one objective, a known end, and fewer than half of the trials at theirs.
func shortened(v *study.View) bool {
	return v.Def.Fidelity.Max > 2 && len(v.Def.Objectives) == 1 && len(v.Trials) >= shown &&
		2*(v.Count[study.Completed]+v.Count[study.Waiting]+v.Count[study.Running]) < len(v.Trials)
}

// Name implements [Sampler].
func (curves) Name() string { return "foresight" }

// Suggest implements [Sampler].
func (s curves) Suggest(ctx context.Context, v *study.View, n int, rng *rand.Rand) ([]Proposal, error) {
	return s.choose(ctx, v, n, rng, nil)
}

// choose implements [choosy].
func (s curves) choose(ctx context.Context, v *study.View, n int, rng *rand.Rand, ok func(space.Values) bool) ([]Proposal, error) {
	if n == 1 && len(v.Trials) >= shown {
		if len(v.Trials)%apart == apart-1 {
			if out, err := Feasible(s.anywhere, ok).Suggest(ctx, v, n, rng); err != nil || len(out) > 0 {
				return out, err
			}
		}
		if o, enough := foresight.New(v, nil); enough {
			if params, _, found := o.Propose(v, ok); found {
				return []Proposal{{Params: params, Sampler: "foresight", Why: "expected to gain most, by the curves so far"}}, nil
			}
		}
	}
	return Feasible(s.begin, ok).Suggest(ctx, v, n, rng)
}
