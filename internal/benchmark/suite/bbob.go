package suite

import (
	"fmt"
	"math/rand/v2"

	"github.com/danlu-ml/danlu/internal/benchmark/bbob"
	"github.com/danlu-ml/danlu/internal/benchmark/function"
	"github.com/danlu-ml/danlu/internal/benchmark/problem"
	"github.com/danlu-ml/danlu/internal/space"
)

// bbobProblems are the 24 functions in 2, 3, 5, 10 and 20 dimensions; a seed is one of a thousand
// instances. Families are BBOB's groups.
func bbobProblems(Options) ([]problem.Problem, error) {
	var all []problem.Problem
	for _, d := range []int{2, 3, 5, 10, 20} {
		params := make([]space.Param, d)
		for i := range params {
			params[i] = space.Param{Name: fmt.Sprintf("x%d", i+1), Domain: space.Float{Low: -5, High: 5}}
		}
		sp, err := space.New(params)
		if err != nil {
			return nil, err
		}
		names := sp.Names()
		for f := 1; f <= bbob.Functions; f++ {
			p := problem.Problem{Suite: "bbob", Family: bbob.Group(f), Name: fmt.Sprintf("bbob-f%02d-%dd", f, d), Space: sp}
			all = append(all, function.New(p, 0, func(rng *rand.Rand) (func(space.Values) float64, float64) {
				in := bbob.New(f, d, 1+rng.IntN(1000))
				return func(vs space.Values) float64 {
					x := make([]float64, d)
					for i, name := range names {
						x[i] = vs[name].Float()
					}
					return in.At(x)
				}, in.Best
			}))
		}
	}
	return all, nil
}
