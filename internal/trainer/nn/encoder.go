package nn

import (
	"math"

	"github.com/danlu-ml/danlu/internal/trainer/kernel"
)

// EncoderOptions say what an encoder layer is made of.
type EncoderOptions struct {
	Size, Heads int // numbers of a row; Heads divides Size
	Feedforward int // units of the hidden dense layer
	Activation  string
	Dropout     float64
	NormFirst   bool // normalise before each half, not after
	Index       int  // no other layer that drops has Index … Index+3
}

// Encoder is PyTorch's TransformerEncoderLayer: attention along sequences, then two
// dense layers on each row, both added to what came in and normalised (Vaswani et
// al. 2017, section 3.1; NormFirst as Xiong et al. 2020).
type Encoder struct {
	q                   *Sequences
	o                   EncoderOptions
	attention           *attention
	in, out             *Dense
	linear1, linear2    *Dense
	act                 *Activation
	norm1, norm2        *GroupNorm
	drop1, drop2, drop3 *Dropout // after attention, inside and after the dense layers
	mid, y              []Real
	dmid, dx            []Real
	params              []*Param
}

// NewEncoder makes the layer for up to n rows.
func NewEncoder(gemm *kernel.Gemm, q *Sequences, o EncoderOptions, n int) *Encoder {
	d, f := o.Size, o.Feedforward
	l := &Encoder{
		q: q, o: o,
		attention: newAttention(gemm, q, d, o.Heads, o.Dropout, o.Index, n),
		in:        NewDense(gemm, d, 3*d, n), out: NewDense(gemm, d, d, n),
		linear1: NewDense(gemm, d, f, n), linear2: NewDense(gemm, f, d, n),
		act:   NewActivation(o.Activation, f, n),
		norm1: NewLayerNorm(d, n), norm2: NewLayerNorm(d, n),
		drop1: NewDropout(o.Dropout, o.Index+1, d, n), drop2: NewDropout(o.Dropout, o.Index+2, f, n), drop3: NewDropout(o.Dropout, o.Index+3, d, n),
		mid: make([]Real, n*d), y: make([]Real, n*d), dmid: make([]Real, n*d), dx: make([]Real, n*d),
	}
	l.in.w.Init, l.in.b.Init, l.out.b.Init = uniform(math.Sqrt(6/float64(4*d))), constant(0), constant(0)
	for _, part := range []Part{
		{"self_attn.in_proj", l.in},
		{"self_attn.out_proj", l.out},
		{"linear1", l.linear1},
		{"linear2", l.linear2},
		{"act", l.act},
		{"norm1", l.norm1},
		{"norm2", l.norm2},
	} {
		adopt([]Part{part})
		l.params = append(l.params, part.Params()...)
	}
	return l
}

// Params are, in PyTorch's order, those of attention, the dense layers and the
// normalisations.
func (l *Encoder) Params() []*Param { return l.params }

func (l *Encoder) children() []Layer { return []Layer{l.act} }

// Forward maps rows to rows.
func (l *Encoder) Forward(x []Real, p Pass) []Real {
	p = l.q.wide(p)
	if l.o.NormFirst {
		mid := join(l.mid, l.attend(l.norm1.Forward(x, p), p), x)
		return join(l.y, l.feed(l.norm2.Forward(mid, p), p), mid)
	}
	mid := l.norm1.Forward(join(l.mid, l.attend(x, p), x), p)
	return l.norm2.Forward(join(l.y, l.feed(mid, p), mid), p)
}

// Backward goes back through both halves.
func (l *Encoder) Backward(dy []Real, p Pass, _ bool) []Real {
	p = l.q.wide(p)
	if l.o.NormFirst {
		dmid := join(l.dmid, l.norm2.Backward(l.feedBack(dy, p), p, true), dy)
		return join(l.dx, l.norm1.Backward(l.attendBack(dmid, p), p, true), dmid)
	}
	dy = l.norm2.Backward(dy, p, true)
	dmid := l.norm1.Backward(join(l.dmid, l.feedBack(dy, p), dy), p, true)
	return join(l.dx, l.attendBack(dmid, p), dmid)
}

func (l *Encoder) attend(x []Real, p Pass) []Real {
	x = l.attention.forward(l.in.Forward(x, p), p.N, p)
	return l.drop1.Forward(l.out.Forward(x, p), p)
}

func (l *Encoder) attendBack(dy []Real, p Pass) []Real {
	dy = l.out.Backward(l.drop1.Backward(dy, p, true), p, true)
	return l.in.Backward(l.attention.backward(dy, p.N, p), p, true)
}

func (l *Encoder) feed(x []Real, p Pass) []Real {
	x = l.drop2.Forward(l.act.Forward(l.linear1.Forward(x, p), p), p)
	return l.drop3.Forward(l.linear2.Forward(x, p), p)
}

func (l *Encoder) feedBack(dy []Real, p Pass) []Real {
	dy = l.linear2.Backward(l.drop3.Backward(dy, p, true), p, true)
	return l.linear1.Backward(l.act.Backward(l.drop2.Backward(dy, p, true), p, true), p, true)
}

// SequenceNorm is layer normalisation of the rows of sequences, texts' too.
type SequenceNorm struct {
	*GroupNorm
	q *Sequences
}

// NewSequenceNorm makes the layer for up to n rows of d.
func NewSequenceNorm(q *Sequences, d, n int) SequenceNorm {
	return SequenceNorm{NewLayerNorm(d, n), q}
}

// Forward normalises.
func (l SequenceNorm) Forward(x []Real, p Pass) []Real { return l.GroupNorm.Forward(x, l.q.wide(p)) }

// Backward is that of [GroupNorm.Backward].
func (l SequenceNorm) Backward(dy []Real, p Pass, needX bool) []Real {
	return l.GroupNorm.Backward(dy, l.q.wide(p), needX)
}
