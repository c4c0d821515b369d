package nn

import (
	"math/rand/v2"

	"github.com/danlu-ml/danlu/internal/trainer/kernel"
)

// Embedding turns numbers of words into vectors: rows of d numbers of words become
// rows of d·size.
type Embedding struct {
	words, d, size int
	unknown        Real
	w              *Param
	x              []Real // the last input, not owned
	y              []Real
}

// NewEmbedding makes the layer for a vocabulary of so many words and up to n rows
// of d. A number beyond the vocabulary is taken for unknown. Vectors start normal
// with standard deviation std; PyTorch's is 1, which short trainings hardly change.
func NewEmbedding(words, unknown, d, size, n int, std float64) *Embedding {
	start := func(w []Real, rng *rand.Rand) {
		for i := range w {
			w[i] = Real(std * rng.NormFloat64())
		}
	}
	return &Embedding{
		words: words, d: d, size: size, unknown: Real(unknown),
		w: &Param{Name: "weight", Role: Weight, Size: words * size, Shape: []int{words, size}, Init: start},
		y: make([]Real, n*d*size+size*8),
	}
}

// Params are the vectors.
func (l *Embedding) Params() []*Param { return []*Param{l.w} }

// Forward looks the vectors up.
func (l *Embedding) Forward(x []Real, p Pass) []Real {
	l.x = x
	for i, word := range x[:p.N*l.d] {
		at := l.row(word) * l.size
		copy(l.y[i*l.size:(i+1)*l.size], l.w.W[at:])
	}
	return l.y[:p.N*l.d*l.size]
}

func (l *Embedding) row(word Real) int {
	if word >= Real(l.words) {
		word = l.unknown
	}
	return int(word)
}

// Backward adds up the gradients of each word. Numbers of words have none.
func (l *Embedding) Backward(dy []Real, p Pass, _ bool) []Real {
	clear(l.w.G)
	for i, word := range l.x[:p.N*l.d] {
		at := l.row(word) * l.size
		kernel.Add(l.w.G[at:at+l.size], dy[i*l.size:(i+1)*l.size])
	}
	return nil
}
