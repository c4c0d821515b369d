package nn

import "github.com/danlu-ml/danlu/internal/trainer/kernel"

// Planes is the layout of a batch of pictures inside the network. Each channel
// is one long line of numbers: a guard of zeros, then picture after picture,
// each H+Pad lines of W+Pad numbers whose last Pad are zero, as are the last Pad
// lines. So every neighbour within Pad of a pixel lies at a fixed distance from
// it and is zero where the picture has ended, and a convolution is a matrix
// product whose rows are shifts of the same line: nothing is copied.
//
// The zeros around a picture are its halo. Whatever writes planes leaves it zero.
type Planes struct {
	C, H, W, Pad, N int // N: largest batch
	pitch           int // from line to line
	image           int // from picture to picture
	lead            int // the guard
	stride          int // from channel to channel
}

// NewPlanes lays out up to n pictures with a halo for kernels of 2·pad+1.
func NewPlanes(c, h, w, pad, n int) *Planes {
	g := &Planes{C: c, H: h, W: w, Pad: pad, N: n, pitch: w + pad}
	g.image = (h + pad) * g.pitch
	// At least 16, for kernels that take whole registers past the last picture.
	g.lead = (max(16, pad*g.pitch+pad) + 15) &^ 15
	g.stride = (g.lead + n*g.image + 15) &^ 15
	return g
}

// Alloc makes planes full of zeros, with room for kernels to read past the end.
func (g *Planes) Alloc() []Real { return make([]Real, g.C*g.stride+g.lead+kernel.Overread) }

// plane is channel c of the first n pictures, halo included.
func (g *Planes) plane(x []Real, c, n int) []Real {
	at := c*g.stride + g.lead
	return x[at : at+n*g.image]
}

// at is where channel c of picture i begins.
func (g *Planes) at(c, i int) int { return c*g.stride + g.lead + i*g.image }

// line is line y of channel c of picture i, without halo.
func (g *Planes) line(x []Real, c, i, y int) []Real {
	at := g.at(c, i) + y*g.pitch
	return x[at : at+g.W : at+g.W]
}

// ClearHalo makes the halo of the first n pictures zero.
func (g *Planes) ClearHalo(x []Real, n int) {
	for c := range g.C {
		p := g.plane(x, c, n)
		for len(p) > 0 {
			for end := g.W; end < g.H*g.pitch; end += g.pitch {
				for j := end; j < end+g.Pad; j++ { // too few for clear
					p[j] = 0
				}
			}
			clear(p[g.H*g.pitch : g.image])
			p = p[g.image:]
		}
	}
}

// ToPlanes is the layer that lays out rows of C·H·W numbers as planes.
type ToPlanes struct {
	g *Planes
	y []Real
}

// NewToPlanes makes the layer for a layout.
func NewToPlanes(g *Planes) *ToPlanes { return &ToPlanes{g, g.Alloc()} }

// Params are none.
func (l *ToPlanes) Params() []*Param { return nil }

// Forward copies rows into planes.
func (l *ToPlanes) Forward(x []Real, p Pass) []Real {
	for i := range p.N {
		for c := range l.g.C {
			for y := range l.g.H {
				copy(l.g.line(l.y, c, i, y), x)
				x = x[l.g.W:]
			}
		}
	}
	return l.y
}

// Backward is never asked for: pictures are the input of a network.
func (l *ToPlanes) Backward([]Real, Pass, bool) []Real {
	panic("nn: the input's gradient is not computed")
}

// Flatten is the layer that turns planes into rows of C·H·W numbers.
type Flatten struct {
	g     *Planes
	y, dx []Real
}

// NewFlatten makes the layer for a layout.
func NewFlatten(g *Planes) *Flatten {
	return &Flatten{g, make([]Real, g.N*g.C*g.H*g.W), g.Alloc()}
}

// Params are none.
func (l *Flatten) Params() []*Param { return nil }

// Forward copies planes into rows.
func (l *Flatten) Forward(x []Real, p Pass) []Real {
	y := l.y
	for i := range p.N {
		for c := range l.g.C {
			for h := range l.g.H {
				y = y[copy(y, l.g.line(x, c, i, h)):]
			}
		}
	}
	return l.y[:p.N*l.g.C*l.g.H*l.g.W]
}

// Backward copies rows into planes.
func (l *Flatten) Backward(dy []Real, p Pass, needX bool) []Real {
	if !needX {
		return nil
	}
	for i := range p.N {
		for c := range l.g.C {
			for h := range l.g.H {
				dy = dy[copy(l.g.line(l.dx, c, i, h), dy):]
			}
		}
	}
	return l.dx
}
