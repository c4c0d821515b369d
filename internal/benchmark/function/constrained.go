package function

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/danlu-ml/danlu/internal/benchmark/problem"
	"github.com/danlu-ml/danlu/internal/space"
)

// Constrained are problems with limits: in family "known" they are expressions told
// beforehand, in family "learned" a configuration that breaks them ends without a loss,
// as one that runs out of memory does.
func Constrained() ([]problem.Problem, error) {
	var all []problem.Problem
	for _, d := range designs {
		sp, err := space.New(d.params)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", d.name, err)
		}
		base := problem.Problem{Family: "known", Name: d.name, Space: sp, Constraints: d.constraints}
		all = append(all, limited(base, func(*rand.Rand) (func(space.Values) float64, func(space.Values) bool, float64) {
			return d.cost, d.allows, d.best
		}))
		base.Family, base.Name, base.Constraints = "learned", d.name+"-learned", nil
		all = append(all, limited(base, func(*rand.Rand) (func(space.Values) float64, func(space.Values) bool, float64) {
			return d.cost, d.allows, d.best
		}))
	}
	for _, v := range []variant{
		{"learned", ackley, 4, true, 0, nil},
		{"learned", rosenbrock, 3, false, 0, nil},
		{"learned", levy, 6, false, 0, []int{-3, 8}},
		{"learned", rastrigin, 2, true, 0, nil},
	} {
		p, err := v.problem()
		if err != nil {
			return nil, err
		}
		p.Name += "-cut"
		all = append(all, limited(p, func(rng *rand.Rand) (func(space.Values) float64, func(space.Values) bool, float64) {
			f, place := v.landscape(p.Space, rng)
			return f, cut(p.Space, place, rng), v.base.best
		}))
	}
	return all, nil
}

// cut forbids what lies beyond a plane, of random direction, that passes close by the
// optimum: half of the space, more or less.
func cut(sp *space.Space, optimum space.Values, rng *rand.Rand) func(space.Values) bool {
	normal := make([]float64, sp.Len())
	norm := 0.0
	for i := range normal {
		normal[i] = rng.NormFloat64()
		norm += normal[i] * normal[i]
	}
	offset := .03 * math.Sqrt(norm)
	for i, x := range sp.Unit(optimum) {
		offset += normal[i] * x
	}
	return func(vs space.Values) bool {
		sum := 0.0
		for i, x := range sp.Unit(vs) {
			sum += normal[i] * x
		}
		return sum <= offset
	}
}

// limited makes a problem of a landscape with limits.
func limited(p problem.Problem, at func(*rand.Rand) (f func(space.Values) float64, allows func(space.Values) bool, best float64)) problem.Problem {
	p.Suite, p.Limited, p.Budget, p.Marks = "constrained", true, 100, []int{10, 25, 50, 100}
	p.Open = func(seed uint64) (problem.Instance, error) {
		rng := rand.New(rand.NewPCG(seed, hash(p.Name)))
		f, allows, best := at(rng)
		var losses []float64
		for range 100 * draws {
			if vs := Draw(p.Space, rng); allows(vs) {
				losses = append(losses, f(vs))
			}
			if len(losses) == draws {
				break
			}
		}
		if len(losses) < 20 {
			return nil, fmt.Errorf("only %d of %d draws are allowed", len(losses), 100*draws)
		}
		slices.Sort(losses)
		return &fenced{instance{f: f, best: best, reference: losses[len(losses)/2], rng: rng, told: math.Inf(1), incumbent: math.Inf(1)}, allows}, nil
	}
	return p
}

// fenced is an instance with limits.
type fenced struct {
	instance
	allows func(space.Values) bool
}

// Train implements [problem.Instance].
func (r *fenced) Train(trial int, step int64) problem.Result {
	if !r.allows(r.asked[trial]) {
		return problem.Result{Infeasible: true}
	}
	return r.instance.Train(trial, step)
}
