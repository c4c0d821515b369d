package nn

import (
	"math"

	"github.com/danlu-ml/danlu/internal/trainer/kernel"
)

// Conv is a convolution with padding for half its kernel: with stride 1 the
// picture keeps its size, with stride s its sides become ⌈H/s⌉ and ⌈W/s⌉. It has a
// bias if asked; else a normalisation or a [MaxPool] with bias follows. Weights are
// out×in×k×k and start uniform within ±1/√(in·k·k), as PyTorch's Conv2d.
//
// With a stride, pixels are sorted by their place within each s×s first. Then a
// kernel's neighbours are at fixed distances again, in one or another of s² planes,
// and no place is computed that is not wanted.
type Conv struct {
	in, out *Planes
	phases  *Planes // in, or its pixels sorted: s² times its channels
	size    int     // k, odd
	stride  int
	w, b    *Param  // b is nil without bias
	taps    []int   // bytes from a pixel to each number under the kernel, forward
	back    []phase // the way back, for each place within s×s
	flipped []Real  // weights as the way back reads them
	x       []Real  // the last input, sorted; not owned with stride 1
	y, dx   []Real
	sorted  []Real // x and dx by phases, with a stride
	dsorted []Real
	shifts  kernel.Shifts
}

// phase is what one place within s×s gets from dy.
type phase struct {
	places []int // of the kernel, that read this phase
	taps   []int // bytes on dy for each output channel and place
}

// NewConv makes a convolution from in to channels of kernels size×size. It
// returns the layout of its output too, whose halo is that of in. It panics if the
// kernel is even or reaches further than the halo.
func NewConv(in *Planes, channels, size, stride int, bias bool) (*Conv, *Planes) {
	if size%2 == 0 || size > 2*in.Pad+1 {
		panic("nn: the halo does not fit the kernel")
	}
	h, w := (in.H+stride-1)/stride, (in.W+stride-1)/stride
	out := NewPlanes(channels, h, w, in.Pad, in.N)
	fan := in.C * size * size
	l := &Conv{
		in: in, out: out, phases: in, size: size, stride: stride,
		w:       &Param{Name: "weight", Role: Weight, Size: channels * fan, Shape: []int{channels, in.C, size, size}, Init: uniform(1 / math.Sqrt(float64(fan)))},
		flipped: make([]Real, channels*fan),
		y:       out.Alloc(), dx: in.Alloc(),
	}
	if bias {
		l.b = &Param{Name: "bias", Role: Bias, Size: channels, Init: uniform(l.Bound())}
	}
	if stride > 1 {
		l.phases = NewPlanes(in.C*stride*stride, h, w, in.Pad, in.N)
		l.sorted, l.dsorted = l.phases.Alloc(), l.phases.Alloc()
	}
	l.lay()
	return l, out
}

// lay works out the distances.
func (l *Conv) lay() {
	g := l.phases
	l.back = make([]phase, l.stride*l.stride)
	shift := make([]int, l.size*l.size) // of each place, within its phase
	for t := range shift {
		dy, dx := t/l.size-l.size/2, t%l.size-l.size/2
		a, b := mod(dy, l.stride), mod(dx, l.stride)
		shift[t] = (dy-a)/l.stride*g.pitch + (dx-b)/l.stride
		l.back[a*l.stride+b].places = append(l.back[a*l.stride+b].places, t)
	}
	phaseOf := make([]int, len(shift))
	for f := range l.back {
		places := l.back[f].places
		for i, j := 0, len(places)-1; i < j; i, j = i+1, j-1 { // so that distances ascend
			places[i], places[j] = places[j], places[i]
		}
		for _, t := range places {
			phaseOf[t] = f
		}
		for o := range l.out.C {
			for _, t := range places {
				l.back[f].taps = append(l.back[f].taps, kernel.RealBytes*(o*l.out.stride+l.out.lead-shift[t]))
			}
		}
	}
	for c := range l.in.C {
		for t := range shift {
			l.taps = append(l.taps, kernel.RealBytes*((phaseOf[t]*l.in.C+c)*g.stride+g.lead+shift[t]))
		}
	}
}

func mod(a, n int) int { return ((a % n) + n) % n }

// Params are the weights, and the bias if there is one.
func (l *Conv) Params() []*Param {
	if l.b == nil {
		return []*Param{l.w}
	}
	return []*Param{l.w, l.b}
}

// Forward convolves (in the sense of networks: correlates).
func (l *Conv) Forward(x []Real, p Pass) []Real {
	l.x = x
	if l.stride > 1 {
		l.x = l.sorted
		l.sort(l.sorted, x, p.N, false)
	}
	l.shifts.Mul(p.Team, l.y[l.out.lead:], l.out.stride, l.w.W, l.x, l.taps, l.out.C, p.N*l.out.image)
	if l.b != nil {
		for c, b := range l.b.W {
			plane := l.out.plane(l.y, c, p.N)
			kernel.Affine(plane, plane, 1, b)
		}
	}
	l.out.ClearHalo(l.y, p.N)
	return l.y
}

// sort copies the pixels of x to their phases, or back again.
func (l *Conv) sort(sorted, x []Real, n int, back bool) {
	s := l.stride
	for c := range l.in.C {
		for i := range n {
			for h := range l.in.H {
				line := l.in.line(x, c, i, h)
				for b := range s {
					place := l.phases.line(sorted, (h%s*s+b)*l.in.C+c, i, h/s)
					for j, k := b, 0; j < len(line); j, k = j+s, k+1 {
						if back {
							line[j] = place[k]
						} else {
							place[k] = line[j]
						}
					}
				}
			}
		}
	}
}

// Backward correlates dy with x for the weights, and with the mirrored weights
// for dx.
func (l *Conv) Backward(dy []Real, p Pass, needX bool) []Real {
	pixels := p.N * l.out.image
	if p.N < l.out.N { // the kernel takes whole registers
		for c := range l.out.C {
			at := c*l.out.stride + l.out.lead + pixels
			clear(dy[at : at+16])
		}
	}
	if l.b != nil {
		for c := range l.b.G {
			l.b.G[c] = Real(kernel.Sum(l.out.plane(dy, c, p.N)))
		}
	}
	l.shifts.Grad(p.Team, l.w.G, dy[l.out.lead:], l.out.stride, l.x, l.taps, l.out.C, pixels)
	if !needX {
		return nil
	}
	to, g := l.dx, l.phases
	if l.stride > 1 {
		to = l.dsorted
	}
	k2 := l.size * l.size
	for f, part := range l.back {
		if len(part.places) == 0 {
			continue // no kernel looks there
		}
		at := 0
		for c := range l.in.C {
			for o := range l.out.C {
				from := l.w.W[(o*l.in.C+c)*k2:][:k2]
				for _, t := range part.places {
					l.flipped[at] = from[t]
					at++
				}
			}
		}
		l.shifts.Mul(p.Team, to[f*l.in.C*g.stride+g.lead:], g.stride, l.flipped, dy, part.taps, l.in.C, pixels)
	}
	if l.stride > 1 {
		l.sort(l.dsorted, l.dx, p.N, true)
	} else {
		l.in.ClearHalo(l.dx, p.N)
	}
	return l.dx
}

// Bound is the largest size of a weight or bias at the start.
func (l *Conv) Bound() float64 { return 1 / math.Sqrt(float64(l.in.C*l.size*l.size)) }
