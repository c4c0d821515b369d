package sampler

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

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
// proposals keep apart; trials that failed or diverged are, too.
type tpe struct {
	options tpeOptions
	all     *lattice
	axes    []parzen.Axis
	groups  [][]int
	points  *sobol.Sequence // of the start; nil: at random
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
	o.Candidates, o.Gamma = cmp.Or(o.Candidates, 24), cmp.Or(o.Gamma, 0.1)
	switch {
	case *o.Startup < 0:
		return nil, fmt.Errorf("startup: %d is not a number of trials: want 0 or more, as in {tpe: {startup: 10}}", *o.Startup)
	case o.Candidates < 0:
		return nil, fmt.Errorf("candidates: %d is not a number of draws: want 1 or more, as in {tpe: {candidates: 24}}", o.Candidates)
	case !(o.Gamma > 0 && o.Gamma < 1):
		return nil, fmt.Errorf("gamma: %v is not a share: want a number between 0 and 1, as in {tpe: {gamma: 0.1}}", o.Gamma)
	}
	if o.Univariate == nil {
		o.Univariate = new(len(def.Objectives) > 1)
	}
	if *o.Univariate {
		s.groups = slices.Collect(slices.Chunk(slices.Concat(s.groups...), 1))
	}
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
	e := gather(v, s.options.Gamma, true)
	var lies []*study.Trial // of what is proposed here
	var out []Proposal
	for len(out) < n && ctx.Err() == nil {
		p := Proposal{Sampler: s.Name()}
		var found bool
		if e.finished < *s.options.Startup || len(s.groups) == 0 {
			p.Params, p.Why, found = s.start(f, len(v.Trials)+len(out))
		} else {
			p.Params, p.Why, found = s.model(v.Def.Space, e, lies).propose(f)
		}
		if !found {
			break
		}
		out = append(out, p)
		lies = append(lies, &study.Trial{Params: p.Params, Unit: v.Def.Space.Unit(p.Params)})
	}
	return out, ctx.Err()
}

// start proposes the i-th configuration of an even spread.
func (s *tpe) start(f *fresh, i int) (params space.Values, why string, ok bool) {
	first := true
	params, ok = f.take(func(u []float64) {
		if first && s.points != nil {
			copy(u, s.points.At(uint32(i), make([]float64, len(u))))
			first = false
			return
		}
		for k := range u {
			u[k] = f.rng.Float64()
		}
	})
	return params, fmt.Sprintf("evenly spread: a model needs %d results", *s.options.Startup), ok
}

// tpeModel is the two densities by group.
type tpeModel struct {
	*tpe
	space *space.Space
	pairs []pair
	good  int
}

// pair is the densities of the good and of the rest over one group.
type pair struct {
	params     []int
	good, rest *parzen.Mixture
}

func (s *tpe) model(sp *space.Space, e evidence, lies []*study.Trial) *tpeModel {
	m := &tpeModel{tpe: s, space: sp, good: len(e.good)}
	for _, g := range s.groups {
		axes := make([]parzen.Axis, len(g))
		for k, i := range g {
			axes[k] = s.axes[i]
		}
		good := rows(sp, g, e.good, nil)
		var weights []float64 // by age
		if e.front {
			weights = slices.Repeat([]float64{1}, len(good)/len(g))
		}
		m.pairs = append(m.pairs, pair{
			params: g,
			good:   parzen.New(axes, good, weights, parzen.Options{}),
			rest:   parzen.New(axes, rows(sp, g, e.rest, lies), nil, parzen.Options{}),
		})
	}
	return m
}

// rows are the coordinates of the trials in which a group exists.
func rows(sp *space.Space, group []int, trials, more []*study.Trial) []float64 {
	p := sp.Param(group[0])
	x := make([]float64, 0, (len(trials)+len(more))*len(group))
	for _, list := range [][]*study.Trial{trials, more} {
		for _, t := range list {
			if _, exists := t.Params[p.Name]; !exists && len(p.When) > 0 {
				continue
			}
			for _, i := range group {
				x = append(x, t.Unit[i])
			}
		}
	}
	return x
}

// jointly is how many draws over all groups are made for one proposal where the
// best draws of the groups don't make one.
const jointly = 1000

// propose finds the most promising new configuration: the best draw of every
// group together or, where that is not new or not allowed, the best of those
// draws over all groups that are.
func (m *tpeModel) propose(f *fresh) (params space.Values, why string, ok bool) {
	why = fmt.Sprintf("like the best %d, unlike the rest", m.good)
	u := m.blank()
	for _, p := range m.pairs {
		m.best(f.rng, p, u)
	}
	if params := m.space.At(u); f.accept(params) {
		return params, why, true
	}
	if params := m.bestJointly(f); params != nil && f.accept(params) {
		return params, why, true
	}
	params, ok = f.take(func(u []float64) {
		for i := range u {
			u[i] = f.rng.Float64()
		}
	})
	return params, "at random: what the model likes was tried", ok
}

// blank is the middle of the cube, where parameters in no group stay.
func (m *tpeModel) blank() []float64 {
	u := make([]float64, m.space.Len())
	for i := range u {
		u[i] = 0.5
	}
	return u
}

// best fills in the coordinates of a group: of its candidates, those with the
// highest ratio of densities.
func (m *tpeModel) best(rng *rand.Rand, p pair, u []float64) {
	x, most := make([]float64, len(p.params)), math.Inf(-1)
	for c := range m.options.Candidates {
		p.good.Sample(rng, x)
		if score := p.score(x); c == 0 || score > most {
			most = score
			for k, i := range p.params {
				u[i] = x[k]
			}
		}
	}
}

// score is the logarithm of the ratio that TPE maximises.
func (p pair) score(x []float64) float64 { return p.good.LogDensity(x) - p.rest.LogDensity(x) }

// bestJointly is the best of some whole configurations that are new and allowed,
// nil if none of those drawn is.
func (m *tpeModel) bestJointly(f *fresh) (best space.Values) {
	u, most, kept := m.blank(), math.Inf(-1), 0
	var x [][]float64
	for _, p := range m.pairs {
		x = append(x, make([]float64, len(p.params)))
	}
	for range jointly {
		if kept == m.options.Candidates {
			break
		}
		for g, p := range m.pairs {
			p.good.Sample(f.rng, x[g])
			for k, i := range p.params {
				u[i] = x[g][k]
			}
		}
		params := m.space.At(u)
		if !f.allows(params) {
			continue
		}
		kept++
		score := 0.0
		for g, p := range m.pairs {
			if _, exists := params[m.space.Param(p.params[0]).Name]; exists {
				score += p.score(x[g])
			}
		}
		if best == nil || score > most {
			best, most = params, score
		}
	}
	return best
}
