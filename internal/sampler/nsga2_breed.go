package sampler

import (
	"math"
	"math/rand/v2"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

const (
	// etaCrossover and etaMutation are the distribution indices: the larger, the
	// nearer a child is to its parents. 20 in Deb et al. 2002, § V, who had 25,000
	// trials to spend.
	etaCrossover, etaMutation = 20, 20
)

// breeder makes children of two parents, in the unit cube: numbers and ordered
// choices by simulated binary crossover (Deb and Agrawal 1995) and polynomial
// mutation (Deb and Goyal 1996), both kept within bounds; unordered choices by
// taking either parent's, and drawing anew to mutate. What only one parent has is
// that parent's; what neither has is drawn.
type breeder struct {
	space               *space.Space
	ordered             []bool
	crossover, mutation float64
}

func newBreeder(s *space.Space, crossover, mutation float64) breeder {
	b := breeder{space: s, ordered: make([]bool, s.Len()), crossover: crossover, mutation: mutation}
	for i := range b.ordered {
		c, choice := s.Param(i).Domain.(space.Choice)
		b.ordered[i] = !choice || c.Ordered
	}
	return b
}

// breed fills in u, a child of a and b.
func (b breeder) breed(rng *rand.Rand, one, other *study.Trial, u []float64) {
	if rng.Float64() >= b.crossover {
		other = one
	}
	for i := range u {
		name := b.space.Param(i).Name
		_, first := one.Params[name]
		_, second := other.Params[name]
		x, y := one.Unit[i], other.Unit[i]
		switch {
		case !first && !second:
			u[i] = rng.Float64()
			continue
		case !first:
			u[i] = y
		case !second:
			u[i] = x
		case !b.ordered[i]:
			u[i] = x
			if rng.IntN(2) == 0 {
				u[i] = y
			}
		default:
			u[i] = blend(rng, x, y)
		}
		if rng.Float64() < b.mutation {
			if b.ordered[i] {
				u[i] = mutate(rng, u[i])
			} else {
				u[i] = rng.Float64()
			}
		}
	}
}

// blend is a child's coordinate by simulated binary crossover, one of the two that
// would be made; half of the time it is a parent's own.
func blend(rng *rand.Rand, x, y float64) float64 {
	if rng.IntN(2) == 0 || math.Abs(x-y) < 1e-14 {
		if rng.IntN(2) == 0 {
			return x
		}
		return y
	}
	low, high := min(x, y), max(x, y)
	r, lower := rng.Float64(), rng.IntN(2) == 0
	room := low // to the bound on the child's side
	if !lower {
		room = 1 - high
	}
	alpha := 2 - math.Pow(1+2*room/(high-low), -(etaCrossover+1))
	spread := r * alpha
	if r > 1/alpha {
		spread = 1 / (2 - r*alpha)
	}
	spread = math.Pow(spread, 1./(etaCrossover+1))
	half := spread * (high - low) / 2
	if lower {
		half = -half
	}
	return min(max((low+high)/2+half, 0), 1)
}

// mutate moves a coordinate by polynomial mutation.
func mutate(rng *rand.Rand, x float64) float64 {
	r := rng.Float64()
	const power = 1. / (etaMutation + 1)
	if r < 0.5 {
		d := 2*r + (1-2*r)*math.Pow(1-x, etaMutation+1)
		return max(x+math.Pow(d, power)-1, 0)
	}
	d := 2*(1-r) + 2*(r-0.5)*math.Pow(x, etaMutation+1)
	return min(x+1-math.Pow(d, power), 1)
}
