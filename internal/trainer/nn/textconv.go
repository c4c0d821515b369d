package nn

import (
	"math"

	"github.com/danlu-ml/danlu/internal/trainer/kernel"
)

// TextConv convolves sequences of vectors with filters of several widths, takes
// the largest value of each filter over the sequence, adds its bias and rectifies:
// the middle of TextCNN (Kim 2014). Rows of length·size become rows of a number
// for each filter, width after width.
type TextConv struct {
	length, size, filters int
	widths                []int
	gemm                  *kernel.Gemm
	w, b                  []*Param
	x                     []Real // the last input, not owned
	scores                []Real // every filter at every position
	at                    []int32
	y, dx                 []Real
	width                 int                        // the one in progress, by its place in widths
	largest               func(sequence, thread int) // of each filter of that width
}

// NewTextConv makes the layer for up to n sequences of length vectors of size,
// with so many filters of each width. Weights start as those of [Conv].
func NewTextConv(gemm *kernel.Gemm, length, size, filters int, widths []int, n int) *TextConv {
	l := &TextConv{length: length, size: size, filters: filters, widths: widths, gemm: gemm}
	for _, k := range widths {
		start := uniform(1 / math.Sqrt(float64(k*size)))
		l.w = append(l.w, &Param{Name: "weight", Role: Weight, Size: filters * k * size, Shape: []int{filters, k, size}, Init: start})
		l.b = append(l.b, &Param{Name: "bias", Role: Bias, Size: filters, Init: start})
	}
	out := n * l.Out()
	l.scores, l.at = make([]Real, n*length*filters), make([]int32, out)
	l.y, l.dx = make([]Real, out), make([]Real, n*length*size)
	l.largest = l.pool
	return l
}

// Out is the number of features that come out.
func (l *TextConv) Out() int { return l.filters * len(l.widths) }

// Params are weights and biases, width after width.
func (l *TextConv) Params() []*Param {
	var all []*Param
	for i := range l.widths {
		all = append(all, l.w[i], l.b[i])
	}
	return all
}

// Forward convolves: the vectors under a filter lie side by side, so each width
// is one matrix product whose left rows overlap. It runs over the borders between
// sequences too; what it finds there is not looked at.
func (l *TextConv) Forward(x []Real, p Pass) []Real {
	l.x = x
	f := l.filters
	for i, k := range l.widths {
		windows := p.N*l.length - k + 1
		l.gemm.Mul(kernel.Rows(l.scores, f), kernel.View{Data: x, Row: l.size, Col: 1},
			kernel.Rows(l.w[i].W, k*l.size).T(), windows, f, k*l.size, false)
		l.width = i
		p.Team.Do(p.N, l.largest)
	}
	return l.y[:p.N*l.Out()]
}

// pool takes the largest values of a sequence, for the filters of one width.
func (l *TextConv) pool(s, _ int) {
	i, f := l.width, l.filters
	out := l.y[s*l.Out()+i*f:][:f]
	at := l.at[s*l.Out()+i*f:][:f]
	copy(out, l.scores[s*l.length*f:])
	for j := range at {
		at[j] = 0
	}
	for t := 1; t <= l.length-l.widths[i]; t++ {
		for j, v := range l.scores[(s*l.length+t)*f:][:f] {
			if v > out[j] {
				out[j], at[j] = v, int32(t)
			}
		}
	}
	kernel.Add(out, l.b[i].W)
	kernel.ReLU(out, out)
}

// Backward follows the largest values to where they were found.
func (l *TextConv) Backward(dy []Real, p Pass, needX bool) []Real {
	dx := l.dx[:p.N*l.length*l.size]
	clear(dx)
	for i, k := range l.widths {
		clear(l.w[i].G)
		clear(l.b[i].G)
		span := k * l.size
		for s := range p.N {
			for j := range l.filters {
				o := s*l.Out() + i*l.filters + j
				if l.y[o] <= 0 || dy[o] == 0 {
					continue
				}
				from := (s*l.length + int(l.at[o])) * l.size
				l.b[i].G[j] += dy[o]
				kernel.Axpy(l.w[i].G[j*span:(j+1)*span], dy[o], l.x[from:from+span])
				if needX {
					kernel.Axpy(dx[from:from+span], dy[o], l.w[i].W[j*span:(j+1)*span])
				}
			}
		}
	}
	if !needX {
		return nil
	}
	return dx
}
