package scheduler

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/danlu-ml/danlu/internal/space"
)

// explore changes a copy's parameters: numbers are multiplied by 0.8 or 1.2 or
// drawn anew (Jaderberg et al. 2017, section 3), ordered choices move to a
// neighbour, others are drawn anew now and then. What stays outside tune stays as
// it is.
func (p pbt) explore(sp *space.Space, from space.Values, rng *rand.Rand) space.Values {
	u := sp.Unit(from)
	active := sp.Active(from)
	for _, i := range p.tune {
		anew, up, draw := rng.Float64() < p.resample, rng.IntN(2) == 0, rng.Float64()
		switch {
		case !active[i]:
		case anew:
			u[i] = draw
		default:
			u[i] = moved(sp.Param(i).Domain, u[i], up)
		}
	}
	out := sp.At(u)
	for name, value := range from {
		if _, there := out[name]; there && !slices.Contains(p.tune, sp.Index(name)) {
			out[name] = value // bit for bit
		}
	}
	return out
}

// moved is the place a step up or down from u; whole numbers move by one at least.
func moved(d space.Domain, u float64, up bool) float64 {
	factor, sign := 0.8, -1.0
	if up {
		factor, sign = 1.2, 1.0
	}
	switch d := d.(type) {
	case space.Choice:
		if !d.Ordered {
			return u
		}
		return u + sign/float64(len(d.Values))
	case space.Int:
		old := d.At(u).Int()
		by := max(int64(math.Round(0.2*math.Abs(float64(old)))), max(d.Step, 1))
		return d.Unit(space.IntValue(old + int64(sign)*by))
	}
	return d.Unit(space.FloatValue(factor * d.At(u).Float()))
}
