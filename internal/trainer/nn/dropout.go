package nn

import (
	"math"
	"math/rand/v2"
)

// Dropout sets each number to zero with a chance and multiplies the others by
// 1 ÷ (1 − chance), while training; at other times it does nothing.
type Dropout struct {
	chance float64
	index  uint64 // tells the draws of one dropout layer from another's
	pcg    *rand.PCG
	mask   []Real // 0 or the factor
	y, dx  []Real
}

// NewDropout makes a dropout of up to n rows of d. No two in a network may have
// the same index.
func NewDropout(chance float64, index, d, n int) *Dropout {
	return &Dropout{
		chance: chance, index: uint64(index), pcg: rand.NewPCG(0, 0),
		mask: make([]Real, n*d), y: make([]Real, n*d), dx: make([]Real, n*d),
	}
}

// Params are none.
func (l *Dropout) Params() []*Param { return nil }

// Forward drops. Each chance is rounded to a multiple of 2⁻¹⁶.
func (l *Dropout) Forward(x []Real, p Pass) []Real {
	if !p.Train || l.chance == 0 {
		return x
	}
	y, mask := l.y[:len(x)], l.mask[:len(x)]
	l.pcg.Seed(p.Seed^(l.index+1)*0x9e3779b97f4a7c15, p.Step)
	below := uint64(math.Round(l.chance * (1 << 16)))
	keep := Real(1 / (1 - l.chance))
	var bits uint64
	for i, v := range x {
		if i&3 == 0 {
			bits = l.pcg.Uint64()
		}
		mask[i] = 0
		if bits&0xffff >= below {
			mask[i] = keep
		}
		bits >>= 16
		y[i] = v * mask[i]
	}
	return y
}

// Backward lets the gradients of what was kept through.
func (l *Dropout) Backward(dy []Real, p Pass, needX bool) []Real {
	if !needX || !p.Train || l.chance == 0 {
		return dy
	}
	dx := l.dx[:len(dy)]
	for i, v := range dy {
		dx[i] = v * l.mask[i]
	}
	return dx
}
