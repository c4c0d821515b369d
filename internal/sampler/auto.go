package sampler

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"

	"github.com/danlu-ml/danlu/internal/sobol"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

const (
	// fewCells is the number of configurations all of which are expected to be tried where
	// no budget says how many trials there will be.
	fewCells = 64
	// modelled is the number of columns up to which auto trusts a process with a
	// study, slopes that where it begins by steps, and affordable the number of trials.
	modelled, slopes, affordable = 60, 300, 500
	// mated is how often a process's turn is TPE's: every sixth. Every third cost .4 of
	// log10 regret on tables of trainings that mostly fail, and gained nothing else.
	mated = 6
)

// auto chooses for those who don't: a Gaussian process, every sixth proposal being
// TPE's, which looks where a smooth model wouldn't; TPE alone where parameters
// are many for a process or trials have become so; and random ones with more
// parameters than a sequence has dimensions. Where a scheduler cuts most trials
// short, what they have shown at every step is read instead: see [curves].
type auto struct {
	first  Sampler
	mate   Sampler // has some turns beside a first that is a process; nil: first has all
	curves Sampler // for studies of trials cut short; nil: the others are
	total  int     // configurations, where all will be tried; 0: not so
	why    string  // before the chosen one's own
}

func newAuto(a study.Algorithm, def *study.Definition) (Sampler, error) {
	if err := a.Decode(&struct{}{}); err != nil {
		return nil, err
	}
	s, err := chosen(def)
	if err != nil {
		return nil, err
	}
	limit := fewCells
	if def.Budget.Trials > 0 {
		limit = min(def.Budget.Trials, listable)
	}
	if all := enumerate(def.Space, limit); all != nil {
		s.total = all.size
	}
	if def.Space.Len() <= sobol.MaxDim {
		anywhere, err := newSobol(study.Algorithm{Name: "sobol"}, def)
		if err != nil {
			return nil, err
		}
		s.curves = curves{begin: auto{first: s.first, mate: s.mate}, anywhere: anywhere}
	}
	return s, nil
}

// chosen is who proposes where trials run to their end.
func chosen(def *study.Definition) (auto, error) {
	if def.Space.Len() > sobol.MaxDim {
		first, err := newRandom(study.Algorithm{}, def)
		return auto{first: first, why: fmt.Sprintf("drawn at random: %d parameters are too many for a sequence", def.Space.Len())}, err
	}
	most, c := modelled, newColumns(def.Space)
	if c.stepwise(def, stepping) {
		most = slopes
	}
	if c.shape.Columns > most || len(def.Objectives) > 3 {
		first, err := newTPE(study.Algorithm{}, def)
		return auto{first: first}, err
	}
	first, err := newGP(study.Algorithm{}, def)
	if err != nil {
		return auto{}, err
	}
	startup := strconv.Itoa(first.(*process).options.Startup)
	mate, err := newTPE(study.Algorithm{Options: map[string]json.RawMessage{"startup": json.RawMessage(startup)}}, def)
	return auto{first: first, mate: mate}, err
}

// Name implements [Sampler]. Proposals bear the name of who made them.
func (auto) Name() string { return "auto" }

// Total implements [Planner].
func (s auto) Total(*study.Definition) (int, error) { return s.total, nil }

// turn is the sampler whose turn the next trial is.
func (s auto) turn(v *study.View) Sampler {
	if s.curves != nil && shortened(v) {
		return s.curves
	}
	if n := len(v.Trials); s.mate != nil && (n >= affordable || n%mated == mated-1 && !s.first.(*process).atSteps(v)) {
		return s.mate
	}
	return s.first
}

// Suggest implements [Sampler].
func (s auto) Suggest(ctx context.Context, v *study.View, n int, rng *rand.Rand) ([]Proposal, error) {
	return s.choose(ctx, v, n, rng, nil)
}

// choose implements [choosy].
func (s auto) choose(ctx context.Context, v *study.View, n int, rng *rand.Rand, ok func(space.Values) bool) ([]Proposal, error) {
	turn := s.turn(v)
	var out []Proposal
	var err error
	if c, choosy := turn.(choosy); choosy {
		out, err = c.choose(ctx, v, n, rng, ok)
	} else {
		out, err = Feasible(turn, ok).Suggest(ctx, v, n, rng)
	}
	for i := range out {
		out[i].Why = s.why + out[i].Why
	}
	return out, err
}
