package nn

import (
	"math/rand/v2"

	"github.com/danlu-ml/danlu/internal/trainer/kernel"
)

// Places adds to the vector of each row a learnt one of its place in its sequence
// (Gehring et al. 2017, section 3.1). They start normal with standard deviation 0.02,
// small beside what they are added to (Devlin et al. 2019).
type Places struct {
	q     *Sequences
	d     int
	count int
	w     *Param
	y     []Real
}

// NewPlaces makes the layer for up to n rows of d, with a vector for so many places:
// rows beyond them share the last.
func NewPlaces(q *Sequences, d, count, n int) *Places {
	start := func(w []Real, rng *rand.Rand) {
		for i := range w {
			w[i] = Real(0.02 * rng.NormFloat64())
		}
	}
	return &Places{
		q: q, d: d, count: count, y: make([]Real, n*d),
		w: &Param{Name: "weight", Role: Weight, Size: count * d, Shape: []int{count, d}, Init: start},
	}
}

// Params are the vectors.
func (l *Places) Params() []*Param { return []*Param{l.w} }

// Forward adds.
func (l *Places) Forward(x []Real, p Pass) []Real {
	y := l.y[:l.q.wide(p).N*l.d]
	copy(y, x)
	l.each(func(row, place int) { kernel.Add(y[row:row+l.d], l.w.W[place:place+l.d]) })
	return y
}

// Backward adds up the gradients of each place and passes dy on.
func (l *Places) Backward(dy []Real, _ Pass, _ bool) []Real {
	clear(l.w.G)
	l.each(func(row, place int) { kernel.Add(l.w.G[place:place+l.d], dy[row:row+l.d]) })
	return dy
}

// each calls f with where the vectors of each row of a sequence and of its place begin.
func (l *Places) each(f func(row, place int)) {
	for s := range l.q.count() {
		for t, row := range l.q.sequence(s) {
			f(int(row)*l.d, min(t, l.count-1)*l.d)
		}
	}
}
