// Package multi has problems with several objectives: ZDT1-6 (Zitzler, Deb and Thiele
// 2000, Evol. Comput. 8:173), DTLZ1, 2 and 7 (Deb et al. 2002, CEC) and WFG1-9 (see wfg).
// Their fronts lie at a bound or in the middle of the space; here the seed moves and
// mirrors them, so that neither is of help.
//
// The score is the share of the true front's hypervolume that is still missing.
//
// Start reading at [Problems].
package multi

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/danlu-ml/danlu/internal/benchmark/problem"
	"github.com/danlu-ml/danlu/internal/pareto"
	"github.com/danlu-ml/danlu/internal/space"
)

// test is a problem of the literature. The first position coordinates choose a point
// of the front, the others the distance to it, which is 0 where they are 0.
type test struct {
	name, family string
	objectives   int
	position     int
	dims         int
	bits         []int // in place of coordinates: groups of bits, for ZDT5
	// f is the losses at position x in [0, 1] and distances y in [-1, 1].
	f func(x, y []float64) []float64
	// front gives points of the true front, dense.
	front func() [][]float64
}

// Problems lists the suite.
func Problems() ([]problem.Problem, error) {
	var all []problem.Problem
	for _, t := range slices.Concat(tests, wfgTests()) {
		p, err := t.problem()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", t.name, err)
		}
		all = append(all, p)
	}
	return all, nil
}

func (t test) problem() (problem.Problem, error) {
	params := make([]space.Param, t.dims)
	for i := range params {
		params[i] = space.Param{Name: fmt.Sprintf("x%d", i+1), Domain: space.Float{Low: 0, High: 1}}
		if t.bits != nil {
			params[i].Domain = space.Bool()
		}
	}
	sp, err := space.New(params)
	if err != nil {
		return problem.Problem{}, err
	}
	return problem.Problem{
		Suite: "multi", Family: t.family, Name: t.name, Space: sp, Objectives: t.objectives,
		Budget: 100, Marks: []int{10, 25, 50, 100},
		Open: func(seed uint64) (problem.Instance, error) { return t.open(sp, seed), nil },
	}, nil
}

// open draws where the front is, and takes the reference point from random
// configurations: in each objective the median, or a tenth beyond the front's worst where
// that is farther.
func (t test) open(sp *space.Space, seed uint64) *instance {
	rng := rand.New(rand.NewPCG(seed, uint64(len(t.name))*1000003+uint64(t.name[len(t.name)-1])))
	losses := t.landscape(sp, rng)
	front := t.front()
	in := &instance{losses: losses, reference: make([]float64, t.objectives)}
	var random [][]float64
	for range 500 {
		u := make([]float64, sp.Len())
		for i := range u {
			u[i] = rng.Float64()
		}
		random = append(random, losses(sp.At(u)))
	}
	for k := range t.objectives {
		var column []float64
		for _, l := range random {
			column = append(column, l[k])
		}
		slices.Sort(column)
		low, high := math.Inf(1), math.Inf(-1)
		for _, l := range front {
			low, high = min(low, l[k]), max(high, l[k])
		}
		in.reference[k] = max(column[len(column)/2], high+.1*(high-low))
	}
	in.whole = pareto.Hypervolume(front, in.reference)
	return in
}

// landscape puts the front somewhere.
func (t test) landscape(sp *space.Space, rng *rand.Rand) func(space.Values) []float64 {
	place, mirrored := make([]float64, t.dims), make([]bool, t.dims)
	for i := range t.dims {
		place[i], mirrored[i] = .1+.8*rng.Float64(), rng.IntN(2) == 1
	}
	names := sp.Names()
	return func(vs space.Values) []float64 {
		u := make([]float64, t.dims)
		for i, name := range names {
			v := vs[name]
			u[i] = v.Float() // false is 0, true is 1
			if mirrored[i] {
				u[i] = 1 - u[i]
			}
		}
		if t.bits != nil {
			return t.f(u, nil)
		}
		y := make([]float64, t.dims-t.position)
		for i := range y {
			o := place[t.position+i]
			y[i] = (u[t.position+i] - o) / max(o, 1-o)
		}
		return t.f(u[:t.position], y)
	}
}

// instance is a problem as one run meets it.
type instance struct {
	losses    func(space.Values) []float64
	asked     []space.Values
	seen      [][]float64
	reference []float64
	whole     float64 // the true front's hypervolume
}

// Start implements [problem.Instance].
func (r *instance) Start(asked space.Values) space.Values {
	r.asked = append(r.asked, asked)
	return nil
}

// Train implements [problem.Instance].
func (r *instance) Train(trial int, _ int64) problem.Result {
	l := r.losses(r.asked[trial])
	r.seen = append(r.seen, l)
	return problem.Result{Losses: slices.Clone(l)}
}

// Score implements [problem.Instance].
func (r *instance) Score() float64 {
	got := pareto.Hypervolume(r.seen, r.reference)
	return min(1, max(problem.Floor, 1-got/r.whole))
}
