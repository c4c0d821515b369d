package nn

import "github.com/danlu-ml/danlu/internal/trainer/kernel"

// MeanPool turns each channel of a picture into its mean: planes become rows of C.
type MeanPool struct {
	g     *Planes
	y, dx []Real
}

// NewMeanPool makes the layer for a layout.
func NewMeanPool(g *Planes) *MeanPool { return &MeanPool{g, make([]Real, g.N*g.C), g.Alloc()} }

// Params are none.
func (l *MeanPool) Params() []*Param { return nil }

// Forward takes means.
func (l *MeanPool) Forward(x []Real, p Pass) []Real {
	for i := range p.N {
		for c := range l.g.C {
			l.y[i*l.g.C+c] = Real(kernel.Sum(x[l.g.at(c, i):][:l.g.image]) / float64(l.g.H*l.g.W))
		}
	}
	return l.y[:p.N*l.g.C]
}

// Backward gives each pixel its share.
func (l *MeanPool) Backward(dy []Real, p Pass, needX bool) []Real {
	if !needX {
		return nil
	}
	for i := range p.N {
		for c := range l.g.C {
			share := dy[i*l.g.C+c] / Real(l.g.H*l.g.W)
			for h := range l.g.H {
				line := l.g.line(l.dx, c, i, h)
				for j := range line {
					line[j] = share
				}
			}
		}
	}
	return l.dx
}
