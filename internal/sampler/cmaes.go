package sampler

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/danlu-ml/danlu/internal/cma"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

// cmaes proposes draws of an evolution strategy (package cma) that learns, a
// generation at a time, where better configurations lie.
//
// It keeps nothing: the strategy is a fold of the trials, each of which bears the
// number of its generation as its tag. A generation is over when λ of its trials
// have ended, whichever were first; more may have been begun meanwhile. Trials
// that were stopped rank behind those that ended, failed ones last. A trial of
// other origin, or one that ended late, that beats its generation takes the place
// of the worst.
//
// Numbers are coordinates of the strategy, discrete ones with a margin. The tag
// also has where in its cell a discrete value was drawn, and what was drawn for
// parameters that do not exist, so that these neither pull nor narrow the
// distribution. Unordered choices have a probability a value each, moved towards
// those of the better half (Hamano et al. 2024, arXiv 2405.09962, with a fixed rate).
//
// When the strategy has converged it starts again elsewhere with twice the
// points (Auger and Hansen 2005).
type cmaes struct {
	options cmaesOptions
	def     *study.Definition
	all     *lattice
	numbers []int // parameters that are coordinates
	words   []int // parameters that are unordered choices
	smooth  []int // of the coordinates, those of continuous parameters
	mu      sync.Mutex
	ended   generations // see fold
	now     *strategy
}

type cmaesOptions struct {
	Sigma      float64 `json:"sigma"`      // first step size, as a share of the scales; 0: a sixth, so that three reach from the middle to the ends
	Population int     `json:"population"` // points a generation; 0: 4 + 3·log(dimensions)
	Separable  *bool   `json:"separable"`  // nil: from 40 dimensions on
}

// separableFrom is the dimension from which correlations are not learned: there
// are more of them than trials.
const separableFrom = 40

func newCMAES(a study.Algorithm, def *study.Definition) (Sampler, error) {
	s := &cmaes{def: def, all: enumerate(def.Space, listable)}
	o := &s.options
	if err := a.Decode(o); err != nil {
		return nil, err
	}
	for i := range def.Space.Len() {
		d := def.Space.Param(i).Domain
		if c, ok := d.(space.Choice); ok && !c.Ordered && d.Count() > 1 {
			s.words = append(s.words, i)
		} else if !single(d) {
			if d.Count() == 0 {
				s.smooth = append(s.smooth, len(s.numbers))
			}
			s.numbers = append(s.numbers, i)
		}
	}
	if o.Separable == nil {
		o.Separable = new(len(s.numbers) >= separableFrom)
	}
	switch {
	case o.Sigma < 0 || o.Sigma > 1 || o.Sigma == 0 && given(a, "sigma"):
		return nil, fmt.Errorf("sigma: %v is not a share of the scales: want a number above 0 and at most 1, as in {cmaes: {sigma: 0.2}}", o.Sigma)
	case o.Population < 0 || o.Population == 1 || o.Population > 10_000 || o.Population == 0 && given(a, "population"):
		return nil, fmt.Errorf("population: %d is not a number of points: want 2 to 10000, as in {cmaes: {population: 12}}", o.Population)
	}
	if o.Sigma == 0 {
		o.Sigma = 1. / 6
	}
	return s, nil
}

// Name implements [Sampler].
func (*cmaes) Name() string { return "cmaes" }

// Suggest implements [Sampler].
func (s *cmaes) Suggest(ctx context.Context, v *study.View, n int, rng *rand.Rand) ([]Proposal, error) {
	return s.choose(ctx, v, n, rng, nil)
}

// choose implements [choosy].
func (s *cmaes) choose(ctx context.Context, v *study.View, n int, rng *rand.Rand, ok func(space.Values) bool) ([]Proposal, error) {
	f := newFresh(v, s.all, rng)
	f.ok = ok
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.fold(v)
	x := make([]float64, len(s.numbers))
	var out []Proposal
	for len(out) < n && ctx.Err() == nil {
		i, tries := len(v.Trials)+len(out), 0
		params, found := f.take(func(u []float64) {
			if tries++; tries <= jointly {
				s.draw(now, rng, i, x, u)
				return
			}
			uniform(rng, u)
			copy(x, s.coordinates(u))
		})
		if !found {
			break
		}
		p := Proposal{Params: params, Sampler: s.Name(), Why: fmt.Sprintf("generation %d", now.generation)}
		if f.last {
			p.Why = "one of the last configurations left"
			copy(x, s.coordinates(v.Def.Space.Unit(params)))
		}
		p.Tag = s.tag(now.generation, x, params)
		out = append(out, p)
	}
	return out, ctx.Err()
}

// attempts is how often a point outside the cube is drawn anew before it is cut
// off at its sides.
const attempts = 100

// draw fills in a point of the cube for trial i, u, and where the strategy drew
// it, x. Where the first generation begins at what a user believes, every other
// of its points may lie anywhere, lest a wrong belief is hard to leave.
func (s *cmaes) draw(now *strategy, rng *rand.Rand, i int, x, u []float64) {
	if now.generation == 0 && i%2 == 1 && s.def.Space.HasPrior() {
		uniform(rng, u)
		copy(x, s.coordinates(u))
		return
	}
	z := make([]float64, len(x))
	for range attempts {
		for i := range z {
			z[i] = rng.NormFloat64()
		}
		if len(x) > 0 {
			now.state.Point(z, x)
		}
		if !s.outside(x) {
			break
		}
	}
	for i := range u {
		u[i] = 0.5
	}
	for k, i := range s.numbers {
		if !s.discrete(i) {
			x[k] = min(max(x[k], 0), 1)
		}
		u[i] = min(max(x[k], 0), 1)
	}
	for k, i := range s.words {
		u[i] = pick(now.shares[k], rng.Float64())
	}
}

// outside reports whether a coordinate lies beyond the cube that has to be within:
// discrete ones beyond it mean the first or the last value.
func (s *cmaes) outside(x []float64) bool {
	return slices.ContainsFunc(s.smooth, func(k int) bool { return !(x[k] >= 0 && x[k] <= 1) })
}

func (s *cmaes) discrete(i int) bool { return s.def.Space.Param(i).Domain.Count() > 0 }

// pick is the coordinate of the value at the quantile q.
func pick(shares []float64, q float64) float64 {
	k := 0
	for ; k < len(shares)-1 && q >= shares[k]; k++ {
		q -= shares[k]
	}
	return (float64(k) + 0.5) / float64(len(shares))
}

// coordinates are a configuration's, of the numbers alone.
func (s *cmaes) coordinates(unit []float64) []float64 {
	x := make([]float64, len(s.numbers))
	for k, i := range s.numbers {
		x[k] = unit[i]
	}
	return x
}

// cell implements [cma.Cell].
func (s *cmaes) cell(k int, x float64) (low, high float64, ok bool) {
	i := s.numbers[k]
	if !s.discrete(i) {
		return x, x, false
	}
	low, high = space.Cell(s.def.Space.Param(i).Domain, x)
	if low <= 0 {
		low = math.Inf(-1)
	}
	if high >= 1 {
		high = math.Inf(1)
	}
	return low, high, true
}

// begin is the strategy before its first generation, or after a restart.
func (s *cmaes) begin(v *study.View, run int) *strategy {
	n := max(len(s.numbers), 1)
	lambda := s.options.Population
	if lambda == 0 {
		lambda = cma.DefaultLambda(n + len(s.words))
	}
	lambda <<= min(run, 8)
	center := s.center(v.Def.Space, s.ended.origin)
	if run > 0 {
		rng := rand.New(rand.NewPCG(v.Def.Seed, uint64(run)))
		for i := range center {
			center[i] = rng.Float64()
		}
		v.Def.Space.Believe(center)
	}
	now := &strategy{state: cma.New(cma.Defaults(n, lambda, *s.options.Separable), s.coordinates(center), s.options.Sigma, nil)}
	if len(s.numbers) == 0 {
		now.state.Mean = []float64{0.5}
	}
	for _, i := range s.words {
		count := v.Def.Space.Param(i).Domain.Count()
		shares := make([]float64, count)
		for k := range shares {
			shares[k] = math.Exp(v.Def.Space.LogPriorOf(i, (float64(k)+0.5)/float64(count))) / float64(count)
		}
		now.shares = append(now.shares, shares)
	}
	return now
}

// center is where the search begins: at the best that is known, or at the user's defaults,
// half-way to the medians of the priors, or in the middle.
func (s *cmaes) center(sp *space.Space, known told) []float64 {
	u := make([]float64, sp.Len())
	for i := range u {
		u[i] = 0.5
	}
	sp.Believe(u)
	for i := range u {
		u[i] = 0.5 + 0.5*(u[i]-0.5)
	}
	if vs, ok := sp.Default(); ok {
		at := sp.Unit(vs)
		for i := range u {
			if p := sp.Param(i); p.Prior == nil && !p.Default.IsZero() {
				u[i] = at[i]
			}
		}
	}
	if known.ok {
		for i := range u {
			if _, exists := known.trial.Params[sp.Param(i).Name]; exists {
				u[i] = known.trial.Unit[i]
			}
		}
	}
	return u
}
