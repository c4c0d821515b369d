package nn

import (
	"math"

	"github.com/danlu-ml/danlu/internal/trainer/kernel"
)

// Conv is a convolution with stride 1 that keeps the size of the picture, and
// without a bias: a normalisation or a [MaxPool] with bias follows it. Weights
// are out×in×k×k and start uniform within ±1/√(in·k·k), as PyTorch's Conv2d.
type Conv struct {
	in, out *Planes
	size    int // k, odd
	w       *Param
	flipped []Real // weights as the backward pass reads them: in×out×k×k, mirrored
	taps    []int  // bytes from a pixel to each number under the kernel, forward
	back    []int  // the same on dy
	x       []Real // the last input, not owned
	y, dx   []Real
}

// NewConv makes a convolution from in to channels of kernels size×size. It
// returns the layout of its output too, whose halo is that of in. It panics
// unless size is 2·in.Pad+1.
func NewConv(in *Planes, channels, size int) (*Conv, *Planes) {
	if size != 2*in.Pad+1 {
		panic("nn: the halo does not fit the kernel")
	}
	out := NewPlanes(channels, in.H, in.W, in.Pad, in.N)
	fan := in.C * size * size
	l := &Conv{
		in: in, out: out, size: size,
		w:       &Param{Name: "weight", Role: Weight, Size: channels * fan, Init: uniform(1 / math.Sqrt(float64(fan)))},
		flipped: make([]Real, channels*fan),
		taps:    taps(in, size), back: taps(out, size),
		y: out.Alloc(), dx: in.Alloc(),
	}
	return l, out
}

// taps are the bytes from the guard's distance before a pixel of channel 0 to
// the numbers under a kernel centred on it: channel, line, column.
func taps(g *Planes, size int) []int {
	var all []int
	for c := range g.C {
		for dy := range size {
			for dx := range size {
				all = append(all, kernel.RealBytes*(c*g.stride+g.lead+(dy-g.Pad)*g.pitch+dx-g.Pad))
			}
		}
	}
	return all
}

// Params are the weights.
func (l *Conv) Params() []*Param { return []*Param{l.w} }

// Forward convolves (in the sense of networks: correlates).
func (l *Conv) Forward(x []Real, p Pass) []Real {
	l.x = x
	kernel.Shifted(l.y[l.out.lead:], l.out.stride, l.w.W, x, l.taps, l.out.C, p.N*l.in.image)
	l.out.ClearHalo(l.y, p.N)
	return l.y
}

// Backward correlates dy with x for the weights, and with the mirrored weights
// for dx.
func (l *Conv) Backward(dy []Real, p Pass, needX bool) []Real {
	pixels := p.N * l.in.image
	if p.N < l.out.N { // the kernel takes whole registers
		for c := range l.out.C {
			at := c*l.out.stride + l.out.lead + pixels
			clear(dy[at : at+16])
		}
	}
	kernel.ShiftedDots(l.w.G, dy[l.out.lead:], l.out.stride, l.x, l.taps, l.out.C, pixels)
	if !needX {
		return nil
	}
	k2 := l.size * l.size
	for o := range l.out.C {
		for c := range l.in.C {
			from := l.w.W[(o*l.in.C+c)*k2:][:k2]
			to := l.flipped[(c*l.out.C+o)*k2:][:k2]
			for t, v := range from {
				to[k2-1-t] = v
			}
		}
	}
	kernel.Shifted(l.dx[l.in.lead:], l.in.stride, l.flipped, dy, l.back, l.in.C, pixels)
	l.in.ClearHalo(l.dx, p.N)
	return l.dx
}

// Bound is the largest size of a weight or bias at the start.
func (l *Conv) Bound() float64 { return 1 / math.Sqrt(float64(l.in.C*l.size*l.size)) }
