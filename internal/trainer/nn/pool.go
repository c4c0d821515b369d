package nn

import "github.com/danlu-ml/danlu/internal/trainer/kernel"

// MaxPool takes the largest of each 2×2 pixels, of a line or column that is left
// over nothing, and adds a bias to each channel if it has one. The bias is that
// of the convolution before: added after the maximum it gives the same numbers
// for a quarter of the work.
type MaxPool struct {
	in, out *Planes
	b       *Param // nil without bias
	x       []Real // the last input, not owned
	y, dx   []Real
	dy      []Real // the last gradient, not owned
	pass    Pass
	// One channel.
	forward, backward func(c, thread int)
}

// NewMaxPool makes a pooling layer and returns the layout of its output, which
// has a halo of pad. A bias starts uniform within ±bound.
func NewMaxPool(in *Planes, pad int, bias bool, bound float64) (*MaxPool, *Planes) {
	out := NewPlanes(in.C, in.H/2, in.W/2, pad, in.N)
	l := &MaxPool{in: in, out: out, y: out.Alloc(), dx: in.Alloc()}
	l.forward, l.backward = l.pool, l.spread
	if bias {
		l.b = &Param{Name: "bias", Role: Bias, Size: in.C, Init: uniform(bound)}
	}
	return l, out
}

// Params is the bias, if there is one.
func (l *MaxPool) Params() []*Param {
	if l.b == nil {
		return nil
	}
	return []*Param{l.b}
}

// Forward pools.
func (l *MaxPool) Forward(x []Real, p Pass) []Real {
	l.x, l.pass = x, p
	p.Team.Do(l.in.C, l.forward)
	return l.y
}

func (l *MaxPool) pool(c, _ int) {
	bias := Real(0)
	if l.b != nil {
		bias = l.b.W[c]
	}
	for i := range l.pass.N {
		kernel.MaxPool(l.y[l.out.at(c, i):], l.out.pitch, l.x[l.in.at(c, i):], l.in.pitch, l.out.H, l.out.W, bias)
	}
}

// Backward sends each gradient to the pixel that was the largest, of equal ones
// to the first.
func (l *MaxPool) Backward(dy []Real, p Pass, needX bool) []Real {
	if l.b != nil {
		for c := range l.b.G {
			l.b.G[c] = Real(kernel.Sum(l.out.plane(dy, c, p.N)))
		}
	}
	if needX {
		l.dy, l.pass = dy, p
		p.Team.Do(l.in.C, l.backward)
	}
	return l.dx
}

func (l *MaxPool) spread(c, _ int) {
	for i := range l.pass.N {
		at := l.in.at(c, i)
		kernel.MaxPoolGrad(l.dx[at:], l.x[at:], l.in.pitch, l.dy[l.out.at(c, i):], l.out.pitch, l.out.H, l.out.W)
	}
}
