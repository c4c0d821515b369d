package nn

// MaxPool takes the largest of each 2×2 pixels, of a line or column that is left
// over nothing, and adds a bias to each channel if it has one. The bias is that
// of the convolution before: added after the maximum it gives the same numbers
// for a quarter of the work.
type MaxPool struct {
	in, out *Planes
	b       *Param // nil without bias
	from    []uint8
	y, dx   []Real
}

// NewMaxPool makes a pooling layer and returns the layout of its output, which
// has a halo of pad.
func NewMaxPool(in *Planes, pad int, bias bool, biasBound float64) (*MaxPool, *Planes) {
	out := NewPlanes(in.C, in.H/2, in.W/2, pad, in.N)
	l := &MaxPool{in: in, out: out, y: out.Alloc(), dx: in.Alloc(), from: make([]uint8, in.N*in.C*out.H*out.W)}
	if bias {
		l.b = &Param{Name: "bias", Role: Bias, Size: in.C, Init: uniform(biasBound)}
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

// Forward pools. Of equal pixels the first counts.
func (l *MaxPool) Forward(x []Real, p Pass) []Real {
	from := l.from
	for c := range l.in.C {
		bias := Real(0)
		if l.b != nil {
			bias = l.b.W[c]
		}
		for i := range p.N {
			for h := range l.out.H {
				top, low := l.in.line(x, c, i, 2*h), l.in.line(x, c, i, 2*h+1)
				out := l.out.line(l.y, c, i, h)
				at := from[:len(out)]
				from = from[len(out):]
				for j := range out {
					best, which := top[2*j], uint8(0)
					if v := top[2*j+1]; v > best {
						best, which = v, 1
					}
					if v := low[2*j]; v > best {
						best, which = v, 2
					}
					if v := low[2*j+1]; v > best {
						best, which = v, 3
					}
					out[j], at[j] = best+bias, which
				}
			}
		}
	}
	return l.y
}

// Backward sends each gradient to the pixel that was the largest.
func (l *MaxPool) Backward(dy []Real, p Pass, needX bool) []Real {
	from := l.from
	for c := range l.in.C {
		sum := Real(0)
		for i := range p.N {
			for h := range l.out.H {
				in := l.out.line(dy, c, i, h)
				top, low := l.in.line(l.dx, c, i, 2*h), l.in.line(l.dx, c, i, 2*h+1)
				clear(top)
				clear(low)
				at := from[:len(in)]
				from = from[len(in):]
				for j, v := range in {
					sum += v
					if at[j] < 2 {
						top[2*j+int(at[j])] = v
					} else {
						low[2*j+int(at[j])-2] = v
					}
				}
			}
		}
		if l.b != nil {
			l.b.G[c] = sum
		}
	}
	if !needX {
		return nil
	}
	return l.dx
}
