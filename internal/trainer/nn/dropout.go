package nn

import (
	"math"
	"math/rand/v2"

	"github.com/danlu-ml/danlu/internal/trainer/kernel"
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

// Forward drops.
func (l *Dropout) Forward(x []Real, p Pass) []Real {
	if !p.Train || l.chance == 0 {
		return x
	}
	y, mask := l.y[:len(x)], l.mask[:len(x)]
	l.pcg.Seed(p.Seed^(l.index+1)*0x9e3779b97f4a7c15, p.Step)
	drawMask(mask, l.chance, l.pcg)
	copy(y, x)
	kernel.Mul(y, mask)
	return y
}

// Backward lets the gradients of what was kept through.
func (l *Dropout) Backward(dy []Real, p Pass, needX bool) []Real {
	if !needX || !p.Train || l.chance == 0 {
		return dy
	}
	dx := l.dx[:len(dy)]
	copy(dx, dy)
	kernel.Mul(dx, l.mask)
	return dx
}

// drawMask sets each number to zero with a chance, rounded to a multiple of 2⁻¹⁶, and
// the others to 1 ÷ (1 − chance).
func drawMask(mask []Real, chance float64, pcg *rand.PCG) {
	below := int64(math.Round(chance * (1 << 16)))
	factor := [2]Real{0, Real(1 / (1 - chance))}
	var bits uint64
	for i := range mask {
		if i&3 == 0 {
			bits = pcg.Uint64()
		}
		mask[i] = factor[uint64(^(int64(bits&0xffff)-below))>>63] // no branch: none could be foretold
		bits >>= 16
	}
}
