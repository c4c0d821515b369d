package nn

import (
	"math"

	"github.com/danlu-ml/danlu/internal/trainer/kernel"
)

// Dense is y = x·Wᵀ + b with W out×in, as PyTorch's Linear, and starts like it:
// weights and biases uniform within ±1/√in.
type Dense struct {
	in, out int
	gemm    *kernel.Gemm
	w, b    *Param
	x       []Real // the last input, not owned
	y, dx   []Real
	taken   func(kernel.Piece) // gives a piece to take, the pass's Take
	take    func(*Param, kernel.Piece)
}

// NewDense makes a dense layer for batches of up to n.
func NewDense(gemm *kernel.Gemm, in, out, n int) *Dense {
	bound := 1 / math.Sqrt(float64(in))
	l := &Dense{
		in: in, out: out, gemm: gemm,
		w: &Param{Name: "weight", Role: Weight, Size: in * out, Shape: []int{out, in}, Pieces: kernel.Pieces(out), Init: uniform(bound)},
		b: &Param{Name: "bias", Role: Bias, Size: out, Init: uniform(bound)},
		y: make([]Real, n*out), dx: make([]Real, n*in),
	}
	l.taken = func(p kernel.Piece) { l.take(l.w, p) }
	return l
}

// Params are the weights and the biases.
func (l *Dense) Params() []*Param { return []*Param{l.w, l.b} }

// Forward maps n×in to n×out.
func (l *Dense) Forward(x []Real, p Pass) []Real {
	l.x = x
	y := l.y[:p.N*l.out]
	l.gemm.Affine(kernel.Rows(y, l.out), kernel.Rows(x, l.in), kernel.Rows(l.w.W, l.in), l.b.W, p.N, l.out, l.in)
	return y
}

// Backward does dx = dy·W, dW = dyᵀ·x, db = Σ dy, in this order: who takes dW may
// change W.
func (l *Dense) Backward(dy []Real, p Pass, needX bool) []Real {
	var dx []Real
	if needX {
		dx = l.dx[:p.N*l.in]
		l.gemm.Mul(kernel.Rows(dx, l.in), kernel.Rows(dy, l.out), kernel.Rows(l.w.W, l.in), p.N, l.in, l.out, false)
	}
	switch {
	case l.w.Frozen: // nobody asks
	case p.Take == nil:
		l.gemm.Mul(kernel.Rows(l.w.G, l.in), kernel.Rows(dy, l.out).T(), kernel.Rows(l.x, l.in), l.out, l.in, p.N, false)
	default:
		l.take = p.Take
		l.gemm.Each(kernel.Rows(dy, l.out), kernel.Rows(l.x, l.in), l.out, l.in, p.N, l.taken)
	}
	clear(l.b.G)
	for i := range p.N {
		kernel.Add(l.b.G, dy[i*l.out:(i+1)*l.out])
	}
	return dx
}
