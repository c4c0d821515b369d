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
}

// NewDense makes a dense layer for batches of up to n.
func NewDense(gemm *kernel.Gemm, in, out, n int) *Dense {
	bound := 1 / math.Sqrt(float64(in))
	return &Dense{
		in: in, out: out, gemm: gemm,
		w: &Param{Name: "weight", Role: Weight, Size: in * out, Shape: []int{out, in}, Init: uniform(bound)},
		b: &Param{Name: "bias", Role: Bias, Size: out, Init: uniform(bound)},
		y: make([]Real, n*out), dx: make([]Real, n*in),
	}
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

// Backward does dW = dyᵀ·x, db = Σ dy, dx = dy·W.
func (l *Dense) Backward(dy []Real, p Pass, needX bool) []Real {
	l.gemm.Mul(kernel.Rows(l.w.G, l.in), kernel.Rows(dy, l.out).T(), kernel.Rows(l.x, l.in), l.out, l.in, p.N, false)
	clear(l.b.G)
	for i := range p.N {
		kernel.Add(l.b.G, dy[i*l.out:(i+1)*l.out])
	}
	if !needX {
		return nil
	}
	dx := l.dx[:p.N*l.in]
	l.gemm.Mul(kernel.Rows(dx, l.in), kernel.Rows(dy, l.out), kernel.Rows(l.w.W, l.in), p.N, l.in, l.out, false)
	return dx
}
