package nn

import (
	"math"
	"math/rand/v2"

	"github.com/danlu-ml/danlu/internal/trainer/kernel"
)

// attention is what is between the two dense layers of multi-head attention
// (Vaswani et al. 2017, eq. 1): of rows of queries, keys and values side by side,
// 3·d numbers, for each head and each row of a sequence the mean of the sequence's
// values, weighted by softmax(q·kᵀ/√(d/heads)). While training, weights are dropped
// as by [Dropout].
type attention struct {
	q        *Sequences
	gemm     *kernel.Gemm
	d, heads int
	dropout  float64
	index    uint64
	pcg      *rand.PCG
	x        []Real // the last input, not owned
	y, dx    []Real
	weights  []Real // length×length for each sequence and head
	kept     []Real // the same after dropping; weights itself without dropout
	in, din  []Real // rows of one sequence, side by side
	out      []Real
	dweights []Real
}

func newAttention(gemm *kernel.Gemm, q *Sequences, d, heads int, dropout float64, index, n int) *attention {
	if d%heads != 0 {
		panic("nn: the heads do not divide the size")
	}
	return &attention{
		q: q, gemm: gemm, d: d, heads: heads, dropout: dropout, index: uint64(index), pcg: rand.NewPCG(0, 0),
		y: make([]Real, n*d), dx: make([]Real, n*3*d),
	}
}

// room makes sure of buffers for the sequences of the pass. They grow to the
// largest that has come.
func (l *attention) room(dropping bool) {
	squares, longest := 0, 0
	for s := range l.q.count() {
		n := len(l.q.sequence(s))
		squares, longest = squares+n*n*l.heads, max(longest, n)
	}
	grow := func(x []Real, n int) []Real {
		if len(x) < n {
			return make([]Real, n)
		}
		return x
	}
	l.weights = grow(l.weights, squares)
	if dropping {
		l.kept = grow(l.kept, squares)
	}
	l.in, l.din = grow(l.in, longest*3*l.d), grow(l.din, longest*3*l.d)
	l.out, l.dweights = grow(l.out, longest*l.d), grow(l.dweights, longest*longest)
}

// part is a head's columns of rows that are width long.
func part(x []Real, at, width int) kernel.View { return kernel.View{Data: x[at:], Row: width, Col: 1} }

func (l *attention) forward(x []Real, rows int, p Pass) []Real {
	l.x = x
	dropping := p.Train && l.dropout > 0
	l.room(dropping)
	if dropping {
		l.pcg.Seed(p.Seed^(l.index+1)*0x9e3779b97f4a7c15, p.Step)
	}
	y := l.y[:rows*l.d]
	clear(y)
	d, h, at := l.d, l.d/l.heads, 0
	scale := Real(1 / math.Sqrt(float64(h)))
	for s := range l.q.count() {
		seq := l.q.sequence(s)
		n := len(seq)
		gather(l.in, x, seq, 3*d)
		for head := range l.heads {
			w := l.weights[at : at+n*n]
			l.gemm.Mul(kernel.Rows(w, n), part(l.in, head*h, 3*d), part(l.in, d+head*h, 3*d).T(), n, n, h, false)
			softmaxRows(w, n, scale)
			if dropping {
				kept := l.kept[at : at+n*n]
				drawMask(kept, l.dropout, l.pcg)
				kernel.Mul(kept, w)
				w = kept
			}
			l.gemm.Mul(part(l.out, head*h, d), kernel.Rows(w, n), part(l.in, 2*d+head*h, 3*d), n, h, n, false)
			at += n * n
		}
		for i, row := range seq {
			copy(y[int(row)*d:][:d], l.out[i*d:])
		}
	}
	return y
}

func (l *attention) backward(dy []Real, rows int, p Pass) []Real {
	dropping := p.Train && l.dropout > 0
	dx := l.dx[:rows*3*l.d]
	clear(dx)
	d, h, at := l.d, l.d/l.heads, 0
	scale := Real(1 / math.Sqrt(float64(h)))
	for s := range l.q.count() {
		seq := l.q.sequence(s)
		n := len(seq)
		gather(l.in, l.x, seq, 3*d)
		gather(l.out, dy, seq, d)
		for head := range l.heads {
			w := l.weights[at : at+n*n]
			kept := w
			if dropping {
				kept = l.kept[at : at+n*n]
			}
			q, k, v := head*h, d+head*h, 2*d+head*h
			dw := l.dweights[:n*n]
			l.gemm.Mul(part(l.din, v, 3*d), kernel.Rows(kept, n).T(), part(l.out, q, d), n, h, n, false)
			l.gemm.Mul(kernel.Rows(dw, n), part(l.out, q, d), part(l.in, v, 3*d).T(), n, n, h, false)
			// dropped weights pass on nothing: dy·kept is dy·mask·weight
			for i := range n {
				row, wi := dw[i*n:(i+1)*n], w[i*n:(i+1)*n]
				kernel.Mul(row, kept[i*n:(i+1)*n])
				sum := Real(kernel.Sum(row))
				kernel.Axpy(row, -sum, wi)
			}
			kernel.Scale(dw, scale)
			l.gemm.Mul(part(l.din, q, 3*d), kernel.Rows(dw, n), part(l.in, k, 3*d), n, h, n, false)
			l.gemm.Mul(part(l.din, k, 3*d), kernel.Rows(dw, n).T(), part(l.in, q, 3*d), n, h, n, false)
			at += n * n
		}
		for i, row := range seq {
			copy(dx[int(row)*3*d:][:3*d], l.din[i*3*d:])
		}
	}
	return dx
}

// gather copies rows of width into to, side by side.
func gather(to, x []Real, rows []int32, width int) {
	for i, row := range rows {
		copy(to[i*width:(i+1)*width], x[int(row)*width:])
	}
}

// softmaxRows turns rows of n into softmax(scale·row).
func softmaxRows(w []Real, n int, scale Real) {
	for i := 0; i < len(w); i += n {
		row := w[i : i+n]
		top := row[0]
		for _, v := range row {
			top = max(top, v)
		}
		kernel.Affine(row, row, scale, -scale*top)
		kernel.Exp(row, row)
		kernel.Scale(row, Real(1/kernel.Sum(row)))
	}
}
