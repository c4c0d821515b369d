// Package function has problems whose optimum is known: the classical test functions,
// moved, turned and mirrored by the seed, so that no searcher finds the optimum in the
// middle, at a default, or where it was in another run.
//
// The score of an instance is its regret, with the median of the function over the
// space as the reference.
//
// Start reading at [Problems]; the functions are in classical.go.
package function

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/danlu-ml/danlu/internal/benchmark/problem"
	"github.com/danlu-ml/danlu/internal/space"
)

// Floor is the smallest regret told apart on functions: a ten-thousandth of the way
// from the optimum to the median. Whoever tunes does not care beyond.
const Floor = 1e-4

// draws is how many points the median of an instance is taken from.
const draws = 1000

// New makes a problem of a landscape that depends on the seed: at gives an instance's
// losses, noise free, and its optimum.
func New(p problem.Problem, noise float64, at func(rng *rand.Rand) (f func(space.Values) float64, best float64)) problem.Problem {
	p.Budget, p.Marks = 100, []int{10, 25, 50, 100}
	p.Open = func(seed uint64) (problem.Instance, error) {
		rng := rand.New(rand.NewPCG(seed, hash(p.Name)))
		f, best := at(rng)
		losses := make([]float64, draws)
		for i := range losses {
			losses[i] = f(Draw(p.Space, rng))
		}
		slices.Sort(losses)
		reference := losses[draws/2]
		return &instance{f: f, best: best, reference: reference, noise: noise * (reference - best), rng: rng, told: math.Inf(1), incumbent: math.Inf(1)}, nil
	}
	return p
}

// Draw is a uniform point of a space.
func Draw(sp *space.Space, rng *rand.Rand) space.Values {
	u := make([]float64, sp.Len())
	for i := range u {
		u[i] = rng.Float64()
	}
	return sp.At(u)
}

// hash is FNV-1a: other problems have other instances.
func hash(name string) uint64 {
	h := uint64(14695981039346656037)
	for _, c := range []byte(name) {
		h = (h ^ uint64(c)) * 1099511628211
	}
	return h
}

// instance is a function as one run meets it.
type instance struct {
	f               func(space.Values) float64
	rng             *rand.Rand
	asked           []space.Values
	best, reference float64
	noise           float64 // its standard deviation
	told, incumbent float64 // the lowest loss told, and the true loss there
}

// Start implements [problem.Instance].
func (r *instance) Start(asked space.Values) space.Values {
	r.asked = append(r.asked, asked)
	return nil
}

// Train implements [problem.Instance].
func (r *instance) Train(trial int, _ int64) problem.Result {
	loss := r.f(r.asked[trial])
	told := loss
	if r.noise > 0 {
		told += r.noise * r.rng.NormFloat64()
	}
	if told < r.told {
		r.told, r.incumbent = told, loss
	}
	return problem.Result{Losses: []float64{told}}
}

// Score implements [problem.Instance]. Under noise it is the true regret of the
// configuration that looked best, which is the one a user would take.
func (r *instance) Score() float64 {
	return problem.Regret(r.incumbent, r.best, r.reference, Floor)
}
