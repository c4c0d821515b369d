package sampler

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/danlu-ml/danlu/internal/sobol"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

// process is Bayesian optimisation with a Gaussian process: it proposes where the
// improvement to expect over the best so far is largest. The process knows
// ordered values by their place on the scale, unordered ones and the existence of
// conditional parameters by being equal or not.
//
// Trials that wait or run are taken for several ways they may turn out. Trials
// that failed or diverged count as bad as the worst; those stopped early as what
// they would have come to; infeasible ones teach a second process what can't be
// run. With two or three objectives each has a process of its own, and the
// volume that a front gains is what is expected. Earlier studies are begun with, as
// far as the study's own results agree.
type process struct {
	options gpOptions
	all     *lattice
	columns *columns
	points  *sobol.Sequence
	steps   bool // the start is by steps, not an even spread
	near    bool // the search keeps near the best
	zooms   bool // a second process learns from the trials about the best
	fits    fits
}

type gpOptions struct {
	Startup    int `json:"startup"`    // trials before the model; 0: 6 to 12 spread evenly, by the number of parameters, or a step a parameter
	Candidates int `json:"candidates"` // places compared for a proposal; 0: 1200, fewer as trials grow many
}

func newGP(a study.Algorithm, def *study.Definition) (Sampler, error) {
	s := &process{all: enumerate(def.Space, listable), columns: newColumns(def.Space)}
	if err := a.Decode(&s.options); err != nil {
		return nil, err
	}
	o := &s.options
	switch {
	case o.Startup < 0 || o.Startup == 0 && given(a, "startup"):
		return nil, fmt.Errorf("startup: %d is not a number of trials: want 1 or more, as in {gp: {startup: 8}}", o.Startup)
	case o.Candidates < 0 || o.Candidates > candidatesAtMost || o.Candidates == 0 && given(a, "candidates"):
		return nil, fmt.Errorf("candidates: %d is not a number of places: want 1 to %d, as in {gp: {candidates: 1000}}", o.Candidates, candidatesAtMost)
	case len(def.Objectives) > 3:
		return nil, fmt.Errorf("the study has %d objectives, and gp takes up to three: use nsga2 or tpe", len(def.Objectives))
	case s.columns.shape.Columns > sobol.MaxDim:
		return nil, fmt.Errorf("%d parameters are too many for it: use tpe or random", def.Space.Len())
	}
	s.steps, s.near = s.columns.stepwise(def, stepping), s.columns.stepwise(def, nearing)
	s.fits.alike, s.zooms = s.near, s.columns.zooms(def)
	if s.steps {
		o.Startup = cmp.Or(o.Startup, s.columns.shape.Columns+1)
	}
	o.Startup = cmp.Or(o.Startup, min(max(6, s.columns.shape.Columns+2), 12))
	points, err := sobol.Scrambled(max(def.Space.Len(), 1), def.Seed)
	if err != nil {
		return nil, err
	}
	s.points = points
	return s, nil
}

// Name implements [Sampler].
func (*process) Name() string { return "gp" }

// Suggest implements [Sampler].
func (s *process) Suggest(ctx context.Context, v *study.View, n int, rng *rand.Rand) ([]Proposal, error) {
	return s.choose(ctx, v, n, rng, nil)
}

// choose implements [choosy].
func (s *process) choose(ctx context.Context, v *study.View, n int, rng *rand.Rand, ok func(space.Values) bool) ([]Proposal, error) {
	f := newFresh(v, s.all, rng)
	f.ok = ok
	past := s.look(v)
	startup := s.options.Startup
	if len(v.Earlier) > 0 {
		startup = min(startup, 4)
	}
	var out []Proposal
	for len(out) < n && ctx.Err() == nil {
		p := Proposal{Sampler: s.Name()}
		var found bool
		if trial := len(v.Trials) + len(out); s.columns.shape.Columns == 0 || trial < startup || past.told < min(3, startup) {
			if s.byStep(past, trial) {
				p.Params, p.Why, found = s.step(past, f, trial)
			} else {
				p.Params, found = sequel(s.points, s.columns.customs, f, trial, past.belief > 0)
				p.Why = fmt.Sprintf("evenly spread: the model begins after %d trials", startup)
			}
		} else {
			p.Params, p.Why, p.Tag, found = s.propose(ctx, past, f)
		}
		if !found {
			break
		}
		out = append(out, p)
		past.expect(s.columns, p.Params, v.Def.Space.Unit(p.Params))
		if p.Tag == nearBy {
			past.nearing++
		}
	}
	return out, ctx.Err()
}

// propose is the best of what a search over the process's acquisition finds that
// is new and allowed.
func (s *process) propose(ctx context.Context, past *past, f *fresh) (params space.Values, why, tag string, ok bool) {
	aim := s.local(past, f.rng)
	if aim != nil {
		tag = nearBy
	} else {
		aim = s.aim(past, f.rng)
	}
	found := s.search(ctx, aim, f)
	for _, u := range found {
		params = f.space.At(u)
		if f.accept(params) {
			return params, aim.why(f.space, params), tag, true
		}
	}
	params, ok = f.take(func(u []float64) {
		uniform(f.rng, u)
	})
	return params, "at random: what the model likes was tried", "", ok
}

// sequel is the i-th configuration of a sequence that begins with what is customary, or
// one at random where that is not new; every other one by what the users believe, if
// that is of use.
func sequel(points *sobol.Sequence, customs []float64, f *fresh, i int, believe bool) (params space.Values, ok bool) {
	first := true
	return f.take(func(u []float64) {
		for k := range u {
			u[k] = customs[k]
			if !first || i > 0 {
				u[k] = f.rng.Float64()
			}
		}
		if first && i > 0 && len(u) == points.Dim() {
			points.At(uint32(i), u)
		}
		first = false
		if believe && i%2 == 0 {
			f.space.Believe(u)
		}
	})
}
