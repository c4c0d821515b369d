package function

import (
	"fmt"
	"math/rand/v2"

	"github.com/danlu-ml/danlu/internal/benchmark/problem"
	"github.com/danlu-ml/danlu/internal/space"
)

// boxedFunction is one whose minimum lies where it lies: its axes are exchanged and
// mirrored, and the box is moved by up to a tenth of its width.
type boxedFunction struct {
	name      string
	low, high []float64
	best      float64
	f         func(z []float64) float64
}

var boxed = []boxedFunction{
	{"branin", []float64{-5, 0}, []float64{10, 15}, braninBest, func(z []float64) float64 { return branin(z[0], z[1]) }},
	{"hartmann3", make([]float64, 3), []float64{1, 1, 1}, hartmann3Best, hartmann3},
	{"hartmann6", make([]float64, 6), []float64{1, 1, 1, 1, 1, 1}, hartmann6Best, hartmann6},
}

func (b boxedFunction) problem(noise float64) (problem.Problem, error) {
	params := make([]space.Param, len(b.low))
	for i := range params {
		params[i] = space.Param{Name: fmt.Sprintf("x%d", i+1), Domain: space.Float{Low: 0, High: 1}}
	}
	sp, err := space.New(params)
	if err != nil {
		return problem.Problem{}, err
	}
	p := problem.Problem{Suite: "functions", Family: "smooth", Name: b.name, Space: sp}
	if noise > 0 {
		p.Family, p.Name = "noisy", b.name+"-noisy"
	}
	return New(p, noise, func(rng *rand.Rand) (func(space.Values) float64, float64) {
		d := len(b.low)
		order, mirrored, moved := rng.Perm(d), make([]bool, d), make([]float64, d)
		for i := range d {
			mirrored[i], moved[i] = rng.IntN(2) == 1, .2*rng.Float64()-.1
		}
		return func(vs space.Values) float64 {
			z := make([]float64, d)
			for i, k := range order {
				u := vs[params[i].Name].Float()
				if mirrored[i] {
					u = 1 - u
				}
				z[k] = b.low[k] + (b.high[k]-b.low[k])*(u+moved[i])
			}
			return b.f(z)
		}, b.best
	}), nil
}
