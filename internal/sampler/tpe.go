package sampler

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/danlu-ml/danlu/internal/parzen"
	"github.com/danlu-ml/danlu/internal/sobol"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

// tpe is the tree-structured Parzen estimator (Bergstra et al. 2011) with the
// refinements of Watanabe (2023, arXiv 2304.11127): of some draws from the density
// of good configurations it proposes the one where this is highest beside the
// density of the rest.
//
// Densities are joint over parameters that exist together and independent
// between such groups. Trials that run are part of the rest, so that several
// proposals keep apart; trials that failed or diverged are, too. What users believe
// weighs as in πBO (Hvarfner et al. 2022, arXiv 2204.11051): ever less as results
// come in.
type tpe struct {
	options tpeOptions
	all     *lattice
	axes    []parzen.Axis
	groups  [][]int
	points  *sobol.Sequence // of the start; nil: at random

	mu    sync.Mutex // of what follows: a cache, and scratch
	past  records
	pairs []pair
}

type tpeOptions struct {
	Startup    *int    `json:"startup"`    // trials that have to tell something first; nil: 10
	Candidates int     `json:"candidates"` // draws compared per group; 0: 24
	Gamma      float64 `json:"gamma"`      // share of trials that count as good; 0: 0.1
	Univariate *bool   `json:"univariate"` // every parameter on its own; nil: with several objectives
}

func newTPE(a study.Algorithm, def *study.Definition) (Sampler, error) {
	s := &tpe{all: enumerate(def.Space, listable), axes: newAxes(def.Space), groups: groups(def.Space)}
	o := &s.options
	if err := a.Decode(o); err != nil {
		return nil, err
	}
	if o.Startup == nil {
		o.Startup = new(10)
	}
	switch {
	case *o.Startup < 0:
		return nil, fmt.Errorf("startup: %d is not a number of trials: want 0 or more, as in {tpe: {startup: 10}}", *o.Startup)
	case o.Candidates < 0 || o.Candidates > candidatesAtMost || o.Candidates == 0 && given(a, "candidates"):
		return nil, fmt.Errorf("candidates: %d is not a number of draws: want 1 to %d, as in {tpe: {candidates: 24}}", o.Candidates, candidatesAtMost)
	case !(o.Gamma >= 0 && o.Gamma < 1) || o.Gamma == 0 && given(a, "gamma"):
		return nil, fmt.Errorf("gamma: %v is not a share: want a number between 0 and 1, as in {tpe: {gamma: 0.1}}", o.Gamma)
	}
	o.Candidates, o.Gamma = cmp.Or(o.Candidates, 24), cmp.Or(o.Gamma, 0.1)
	if o.Univariate == nil {
		o.Univariate = new(len(def.Objectives) > 1)
	}
	if *o.Univariate {
		s.groups = slices.Collect(slices.Chunk(slices.Concat(s.groups...), 1))
	}
	s.past.groups, s.pairs = s.groups, s.newPairs()
	if n := def.Space.Len(); n > 0 && n <= sobol.MaxDim {
		points, err := sobol.Scrambled(n, def.Seed)
		if err != nil {
			return nil, err
		}
		s.points = points
	}
	return s, nil
}

// Name implements [Sampler].
func (*tpe) Name() string { return "tpe" }

// Suggest implements [Sampler].
func (s *tpe) Suggest(ctx context.Context, v *study.View, n int, rng *rand.Rand) ([]Proposal, error) {
	return s.choose(ctx, v, n, rng, nil)
}

// choose implements [choosy].
func (s *tpe) choose(ctx context.Context, v *study.View, n int, rng *rand.Rand, ok func(space.Values) bool) ([]Proposal, error) {
	f := newFresh(v, s.all, rng)
	f.ok = ok
	s.mu.Lock()
	defer s.mu.Unlock()
	s.past.catchUp(v)
	e := s.past.gather(v.Def, s.options.Gamma)
	before := s.recall(v, e)
	e.belief = belief(v, e)
	var m *tpeModel
	var out []Proposal
	for len(out) < n && ctx.Err() == nil {
		p := Proposal{Sampler: s.Name()}
		var found bool
		if e.finished < s.startup(before) || len(s.groups) == 0 {
			p.Params, p.Why, found = s.start(f, len(v.Trials)+len(out), e.belief)
		} else {
			if m == nil {
				m = s.model(v.Def.Space, e, before, s.pairs)
			}
			if p.Params, p.Why, found = m.propose(f); found && len(out)+1 < n {
				m.lie(&study.Trial{Params: p.Params, Unit: v.Def.Space.Unit(p.Params)})
			}
		}
		if !found {
			break
		}
		out = append(out, p)
	}
	return out, ctx.Err()
}

// startup is how many trials have to tell something before a model is made: fewer
// where an earlier study is to be trusted.
func (s *tpe) startup(before heritage) int {
	if before.weight > 0 {
		return min(*s.options.Startup, 4)
	}
	return *s.options.Startup
}

// confidence is after how many results the users' priors count as much as the
// model's densities; the exponent is confidence/n (πBO, eq. 6).
const confidence = 10

// belief is how much the log density of the users' priors counts: less with every
// result, and as far as results agree; 0 without priors.
func belief(v *study.View, e evidence) float64 {
	s := v.Def.Space
	if !s.HasPrior() {
		return 0
	}
	agreed := trust(v, func(t *study.Trial) float64 { return s.LogPrior(t.Unit, s.Active(t.Params)) })
	return agreed * confidence / float64(max(e.finished, 1))
}

// start proposes the i-th configuration of an even spread, every other one by
// what the users believe.
func (s *tpe) start(f *fresh, i int, belief float64) (params space.Values, why string, ok bool) {
	first := true
	params, ok = f.take(func(u []float64) {
		if first && s.points != nil {
			copy(u, s.points.At(uint32(i), make([]float64, len(u))))
			first = false
		} else {
			uniform(f.rng, u)
		}
		if i%2 == 0 && belief > 0 {
			f.space.Believe(u)
		}
	})
	return params, fmt.Sprintf("evenly spread: a model needs %d results", *s.options.Startup), ok
}
