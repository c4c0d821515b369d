package function

import (
	"fmt"
	"math/rand/v2"

	"github.com/danlu-ml/danlu/internal/benchmark/problem"
	"github.com/danlu-ml/danlu/internal/space"
)

// Problems are the suite of functions, in four families: smooth and rugged ones of 2 to
// 20 dimensions, noisy ones, and ones with integers and categories mixed in.
func Problems() ([]problem.Problem, error) {
	var all []problem.Problem
	add := func(p problem.Problem, err error) error {
		all = append(all, p)
		return err
	}
	for _, noise := range []float64{0, .1} {
		for _, b := range boxed {
			if err := add(b.problem(noise)); err != nil {
				return nil, err
			}
		}
	}
	for _, v := range variants {
		if err := add(v.problem()); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// variant is a classical function in some form. Noise is the standard deviation, as a
// share of the way from the optimum to the median. Levels lists, for the first axes,
// how many values there are: positive, an integer; negative, categories without order;
// axes beyond are continuous.
type variant struct {
	family string
	base   classical
	dims   int
	turned bool
	noise  float64
	levels []int
}

var variants = []variant{
	{"smooth", rosenbrock, 2, false, 0, nil},
	{"smooth", rosenbrock, 5, true, 0, nil},
	{"smooth", rosenbrock, 10, false, 0, nil},
	{"smooth", rosenbrock, 20, true, 0, nil},
	{"rugged", levy, 2, false, 0, nil},
	{"rugged", levy, 5, true, 0, nil},
	{"rugged", levy, 10, false, 0, nil},
	{"rugged", levy, 20, true, 0, nil},
	{"rugged", ackley, 2, false, 0, nil},
	{"rugged", ackley, 5, true, 0, nil},
	{"rugged", ackley, 10, false, 0, nil},
	{"rugged", ackley, 20, true, 0, nil},
	{"rugged", rastrigin, 2, true, 0, nil},
	{"rugged", rastrigin, 5, false, 0, nil},
	{"rugged", rastrigin, 10, true, 0, nil},
	{"rugged", rastrigin, 20, false, 0, nil},
	{"rugged", griewank, 2, true, 0, nil},
	{"rugged", griewank, 5, false, 0, nil},
	{"rugged", griewank, 10, true, 0, nil},
	{"rugged", griewank, 20, false, 0, nil},
	{"noisy", rosenbrock, 5, true, .1, nil},
	{"noisy", levy, 5, false, .1, nil},
	{"noisy", ackley, 5, true, .1, nil},
	{"noisy", rastrigin, 3, false, .1, nil},
	{"noisy", griewank, 8, false, .1, nil},
	{"mixed", rosenbrock, 4, false, 0, []int{6, 11}},
	{"mixed", levy, 6, false, 0, []int{-3, -4, 8}},
	{"mixed", ackley, 8, false, 0, []int{-5, -3, 4, 20}},
	{"mixed", rastrigin, 5, false, 0, []int{-6, 5}},
	{"mixed", griewank, 10, false, 0, []int{-2, -2, -4, 6, 12}},
	{"mixed", rosenbrock, 6, false, 0, []int{-4, -3, -3}},
	{"mixed", levy, 10, false, 0, []int{3, 5, 17, 33, -2}},
	{"mixed", ackley, 5, false, 0, []int{-8, -8}},
}

func (v variant) name() string {
	name := fmt.Sprintf("%s-%dd", v.base.name, v.dims)
	if v.noise > 0 {
		name += "-noisy"
	}
	if v.levels != nil {
		name += fmt.Sprintf("-mixed%d", len(v.levels))
	}
	return name
}

// axis is a parameter of a variant: its values lie evenly in [-1, 1].
func (v variant) axis(i int) space.Param {
	levels := 0
	if i < len(v.levels) {
		levels = v.levels[i]
	}
	switch {
	case levels > 0:
		return space.Param{Name: fmt.Sprintf("n%d", i+1), Domain: space.Int{Low: 1, High: int64(levels)}}
	case levels < 0:
		var c space.Choice
		for k := range -levels {
			c.Values = append(c.Values, space.StringValue(string(rune('a'+k))))
		}
		return space.Param{Name: fmt.Sprintf("kind%d", i+1), Domain: c}
	}
	return space.Param{Name: fmt.Sprintf("x%d", i+1), Domain: space.Float{Low: v.base.low, High: v.base.high}}
}

func (v variant) problem() (problem.Problem, error) {
	params := make([]space.Param, v.dims)
	for i := range params {
		params[i] = v.axis(i)
	}
	sp, err := space.New(params)
	if err != nil {
		return problem.Problem{}, err
	}
	p := problem.Problem{Suite: "functions", Family: v.family, Name: v.name(), Space: sp}
	return New(p, v.noise, func(rng *rand.Rand) (func(space.Values) float64, float64) {
		f, _ := v.landscape(sp, rng)
		return f, v.base.best
	}), nil
}

// landscape puts the minimum at a place drawn from the middle four fifths of the space,
// on a level where an axis has levels, and turns or mirrors what lies about it. It
// returns the function and that place.
func (v variant) landscape(sp *space.Space, rng *rand.Rand) (func(space.Values) float64, space.Values) {
	place := space.Values{}
	levels := make([]map[space.Value]float64, v.dims)
	optimum := make([]float64, v.dims)
	sign := make([]float64, v.dims)
	for i := range v.dims {
		optimum[i] = .1 + .8*rng.Float64()
		sign[i] = float64(2*rng.IntN(2) - 1)
		q := sp.Param(i)
		place[q.Name] = space.FloatValue(v.base.low + optimum[i]*(v.base.high-v.base.low))
		if i < len(v.levels) {
			levels[i] = levelsOf(q.Domain, rng)
			place[q.Name] = q.Domain.At(rng.Float64())
			optimum[i] = levels[i][place[q.Name]]
		}
	}
	var turn [][]float64
	if v.turned {
		turn = rotation(v.dims, rng)
	}
	// The box's own extent about the minimum; a moved minimum must not push the
	// steepest parts out of all proportion, so the scale stays.
	extent := v.base.high - v.base.low
	return func(vs space.Values) float64 {
		away := make([]float64, v.dims)
		for i := range away {
			q := sp.Param(i)
			u := 0.0
			if levels[i] != nil {
				u = levels[i][vs[q.Name]]
			} else {
				u = (vs[q.Name].Float() - v.base.low) / extent
			}
			away[i] = sign[i] * extent * (u - optimum[i])
		}
		z := away
		if turn != nil {
			z = make([]float64, v.dims)
			for i, row := range turn {
				for k, x := range row {
					z[i] += x * away[k]
				}
			}
		}
		for i := range z {
			z[i] += v.base.optimum
		}
		return v.base.f(z)
	}, place
}

// levelsOf places the values of a discrete axis evenly in [0, 1]; those without an
// order, in any.
func levelsOf(d space.Domain, rng *rand.Rand) map[space.Value]float64 {
	n := d.Count()
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	if _, unordered := d.(space.Choice); unordered {
		order = rng.Perm(n)
	}
	at := make(map[space.Value]float64, n)
	for i := range n {
		at[d.At((float64(i)+.5)/float64(n))] = float64(order[i]) / float64(max(1, n-1))
	}
	return at
}
