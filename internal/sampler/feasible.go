package sampler

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

// drawsAtMost is how many proposals [Feasible] asks for to find a few; many may
// take drawsEach times their number.
const drawsAtMost, drawsEach = 10_000, 1000

// Feasible lets pass only those of s's proposals whose parameters are ok, in
// their order, and asks for more in their place: twice as many every time, up to
// about 10,000. When these don't suffice it proposes fewer, which ends the study
// as exhausted. If not one was ok and no sampler has proposed a trial yet, that is
// an error, because the constraints themselves must be wrong.
//
// A sampler that is choosy keeps to ok by itself. A nil ok is always met.
func Feasible(s Sampler, ok func(space.Values) bool) Sampler {
	if ok == nil {
		return s
	}
	return feasible{s, ok}
}

// choosy is a sampler that keeps to constraints itself, since its proposals are
// worth more than draws to be thrown away. It looks at a bounded number of
// configurations, of which ok may refuse all.
type choosy interface {
	choose(ctx context.Context, v *study.View, n int, rng *rand.Rand, ok func(space.Values) bool) ([]Proposal, error)
}

type feasible struct {
	Sampler
	ok func(space.Values) bool
}

// Total implements [Planner]: the configurations there would be without
// constraints, 0 if that has no end.
func (f feasible) Total(def *study.Definition) (int, error) {
	if p, ok := f.Sampler.(Planner); ok {
		return p.Total(def)
	}
	return 0, nil
}

// Suggest implements [Sampler].
func (f feasible) Suggest(ctx context.Context, v *study.View, n int, rng *rand.Rand) ([]Proposal, error) {
	if c, ok := f.Sampler.(choosy); ok {
		refused := 0
		out, err := c.choose(ctx, v, n, rng, func(params space.Values) bool {
			if f.ok(params) {
				return true
			}
			refused++
			return false
		})
		if err == nil && len(out) == 0 {
			err = hopeless(v, refused)
		}
		return out, err
	}
	var out []Proposal
	var seen space.Set
	refused := 0
	for m, asked := n, 0; m > 0 && asked < max(drawsAtMost, drawsEach*n); m, asked = 2*m, asked+m {
		drawn, err := f.Sampler.Suggest(ctx, v, m, rng)
		if err != nil {
			return nil, err
		}
		for _, p := range drawn {
			if !f.ok(p.Params) {
				refused++
				continue
			}
			if len(out) < n && seen.Add(v.Def.Space.Unit(p.Params), p.Params) {
				out = append(out, p)
			}
		}
		if len(out) == n || len(drawn) < m {
			break // a sampler with nothing left, too
		}
	}
	if len(out) == 0 {
		return nil, hopeless(v, refused)
	}
	return out, nil
}

// hopeless is the error that not one configuration of those looked at meets the
// constraints; nil where a sampler has found some before.
func hopeless(v *study.View, refused int) error {
	if refused == 0 || slices.ContainsFunc(v.Trials, sampled) {
		return nil
	}
	return fmt.Errorf("find a configuration that meets the constraints: none of %d tried does; relax %v or change the ranges of their parameters", refused, v.Def.Constraints)
}

// sampled reports whether a sampler proposed t.
func sampled(t *study.Trial) bool {
	return !slices.Contains([]string{"default", "user", "earlier"}, t.Sampler)
}
