package sampler

import "github.com/danlu-ml/danlu/internal/space"

// custom is where on its scale a number is likely to be good before anything is known:
// at its default, if it has one; else half-way between the value that people use most
// and the middle, since they draw ranges around what they think good; else in the
// middle.
func custom(p *space.Param) float64 {
	if !p.Default.IsZero() {
		return p.Domain.Unit(p.Default)
	}
	if u, ok := p.Usual(); ok {
		return (u + .5) / 2
	}
	return .5
}
