package nn

import (
	"math"

	"github.com/danlu-ml/danlu/internal/trainer/kernel"
)

// CrossEntropy is the loss of a softmax over classes, with label smoothing: the
// target is (1−ε)·[class] + ε/C, as in PyTorch.
type CrossEntropy struct {
	Classes   int
	Smoothing float64 // ε, from 0 to below 1
	// Of the last call to Of: the probabilities, n×Classes, and of each example
	// the loss it would have without smoothing.
	P    []Real
	Each []float64
	grad []Real
}

// NewCrossEntropy makes the loss for batches of up to n.
func NewCrossEntropy(classes, n int, smoothing float64) *CrossEntropy {
	return &CrossEntropy{
		Classes: classes, Smoothing: smoothing,
		P: make([]Real, n*classes), Each: make([]float64, n), grad: make([]Real, n*classes),
	}
}

// Of returns the sum over the batch of the losses of logits (n×Classes), and the
// number of rows whose largest logit is at the label. The first of equal ones
// counts; a row with NaN is wrong.
func (l *CrossEntropy) Of(logits []Real, labels []int32) (sum float64, correct int) {
	c := l.Classes
	p := l.P[:len(labels)*c]
	eps := l.Smoothing
	for i, label := range labels {
		row, out := logits[i*c:(i+1)*c], p[i*c:(i+1)*c]
		best := 0
		for j, v := range row {
			if v > row[best] {
				best = j
			}
		}
		top := row[best]
		total := 0.0
		for j, v := range row {
			out[j] = v - top
			total += float64(v - top)
		}
		if best == int(label) && top == top {
			correct++
		}
		// −Σ target·log p = log Σe^z − (1−ε)z_label − ε·mean(z), less log Σe^z here.
		l.Each[i] = -float64(out[label])
		sum -= (1-eps)*float64(out[label]) + eps*total/float64(c)
	}
	kernel.Exp(p, p)
	for i := range labels {
		out := p[i*c : (i+1)*c]
		total := Real(0)
		for _, v := range out {
			total += v
		}
		norm := math.Log(float64(total))
		l.Each[i] += norm
		sum += norm
		for j := range out {
			out[j] /= total
		}
	}
	if sum != sum || math.IsInf(sum, 0) {
		return math.NaN(), correct
	}
	return sum, correct
}

// Gradient is that of the mean loss of the batch last given to Of, with respect
// to its logits. The loss owns the slice.
func (l *CrossEntropy) Gradient(labels []int32) []Real {
	c := l.Classes
	g := l.grad[:len(labels)*c]
	scale := 1 / Real(len(labels))
	rest := Real(l.Smoothing) / Real(c)
	for i, label := range labels {
		out, p := g[i*c:(i+1)*c], l.P[i*c:(i+1)*c]
		for j := range out {
			out[j] = (p[j] - rest) * scale
		}
		out[label] -= (1 - Real(l.Smoothing)) * scale
	}
	return g
}
