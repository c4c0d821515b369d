package nn

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/danlu-ml/danlu/internal/trainer/kernel"
)

// Losses are the names NewLoss knows. A row of outputs z is compared with a class
// y; t is the row that is 1 at y and 0 elsewhere, p the softmax of z:
//
//	cross_entropy  −log p_y, with label smoothing
//	focal          −(1 − p_y)^γ·log p_y (Lin et al. 2017, eq. 4, for a softmax)
//	bce            mean of −t·log σ(z) − (1−t)·log(1 − σ(z)): one class against the others
//	mse            mean of (z − t)²
//	l1             mean of |z − t|
//	smooth_l1      mean of d²/2 where d = |z − t| is below 1, else d − 1/2
var Losses = []string{"cross_entropy", "focal", "bce", "mse", "l1", "smooth_l1"}

// LossOptions say which loss. Zero values are cross-entropy without extras.
type LossOptions struct {
	Kind      string
	Smoothing float64   // cross_entropy: ε; the target is (1−ε)·[class] + ε/C
	Gamma     float64   // focal: γ
	Weights   []float64 // of the classes; nil is 1 for each
}

// Targets are the classes of a batch.
type Targets struct {
	Labels []int32
	// Other is nil, or holds second classes: row i is Share[i] of Labels[i] and
	// the rest of Other[i], as MixUp makes them.
	Other []int32
	Share []float32
}

// Loss compares outputs with classes. The loss of a batch is the mean of its
// rows', weighted by the weights of their classes, as in PyTorch.
type Loss struct {
	LossOptions
	Classes int
	// Of the last call to Of: the softmax, n×Classes; of each row its cross-entropy
	// without weights and smoothing; the sum of the rows' weights.
	P      []Real
	Each   []float64
	Weight float64

	logits  []Real // not owned
	targets Targets
	norm    []float64 // of each row log Σeᶻ
	grad    []Real
}

// NewLoss makes a loss for batches of up to n. It panics on an unknown kind.
func NewLoss(classes, n int, o LossOptions) *Loss {
	o.Kind = cmp.Or(o.Kind, Losses[0])
	if !slices.Contains(Losses, o.Kind) || o.Weights != nil && len(o.Weights) != classes {
		panic(fmt.Sprintf("nn: no loss %q with %d weights for %d classes", o.Kind, len(o.Weights), classes))
	}
	return &Loss{
		LossOptions: o, Classes: classes,
		P: make([]Real, n*classes), Each: make([]float64, n), norm: make([]float64, n), grad: make([]Real, n*classes),
	}
}

// Of returns the loss of outputs (n×Classes), NaN if it is not finite, and the
// number of rows whose largest output is at the label. The first of equal ones
// counts; a row with NaN is wrong. The loss keeps both slices until [Loss.Gradient].
func (l *Loss) Of(logits []Real, t Targets) (mean float64, correct int) {
	l.logits, l.targets = logits, t
	c, n := l.Classes, len(t.Labels)
	p := l.P[:n*c]
	for i, label := range t.Labels {
		row, out := logits[i*c:(i+1)*c], p[i*c:(i+1)*c]
		best := 0
		for j, v := range row {
			if v > row[best] {
				best = j
			}
		}
		top := row[best]
		for j, v := range row {
			out[j] = v - top
		}
		l.norm[i] = float64(top)
		if best == int(label) && top == top {
			correct++
		}
	}
	kernel.Exp(p, p)
	for i := range n {
		out := p[i*c : (i+1)*c]
		total := Real(0)
		for _, v := range out {
			total += v
		}
		l.norm[i] += math.Log(float64(total))
		for j := range out {
			out[j] /= total
		}
	}
	sum := 0.0
	l.Weight = 0
	for i := range n {
		l.Each[i] = 0
		l.parts(i, func(label int, share float64) {
			l.Each[i] += share * l.crossEntropy(i, label)
			l.Weight += share * l.weight(label)
			sum += share * l.row(i, label)
		})
	}
	if l.Weight > 0 {
		sum /= l.Weight
	}
	if sum-sum != 0 { // NaN or infinite
		return math.NaN(), correct
	}
	return sum, correct
}

// Gradient is that of the loss of the batch last given to Of, with respect to its
// outputs. The loss owns the slice.
func (l *Loss) Gradient() []Real {
	c, n := l.Classes, len(l.targets.Labels)
	g := l.grad[:n*c]
	clear(g)
	if l.Weight == 0 {
		return g
	}
	for i := range n {
		l.parts(i, func(label int, share float64) { l.addGradient(g[i*c:(i+1)*c], i, label, share/l.Weight) })
	}
	return g
}

// parts calls each for the classes of a row, with their shares.
func (l *Loss) parts(i int, each func(label int, share float64)) {
	if l.targets.Other == nil {
		each(int(l.targets.Labels[i]), 1)
		return
	}
	share := float64(l.targets.Share[i])
	each(int(l.targets.Labels[i]), share)
	if share != 1 {
		each(int(l.targets.Other[i]), 1-share)
	}
}

func (l *Loss) weight(class int) float64 {
	if l.Weights == nil {
		return 1
	}
	return l.Weights[class]
}

func (l *Loss) crossEntropy(i, class int) float64 {
	return l.norm[i] - float64(l.logits[i*l.Classes+class])
}

// row is the loss of a row for one class, times its weight.
func (l *Loss) row(i, label int) float64 {
	plain := l.crossEntropy(i, label)
	switch l.Kind {
	case "cross_entropy":
		sum := (1 - l.Smoothing) * l.weight(label) * plain
		if l.Smoothing > 0 {
			for c := range l.Classes {
				sum += l.Smoothing / float64(l.Classes) * l.weight(c) * l.crossEntropy(i, c)
			}
		}
		return sum
	case "focal":
		return l.weight(label) * math.Pow(-math.Expm1(-plain), l.Gamma) * plain
	}
	sum := 0.0
	for c, z := range l.logits[i*l.Classes : (i+1)*l.Classes] {
		v, _ := l.compare(float64(z), c == label)
		sum += v
	}
	return l.weight(label) * sum / float64(l.Classes)
}

// addGradient adds factor times the gradient of [Loss.row] to g.
func (l *Loss) addGradient(g []Real, i, label int, factor float64) {
	p := l.P[i*l.Classes : (i+1)*l.Classes]
	weight := l.weight(label) * factor
	switch l.Kind {
	case "cross_entropy":
		// Of Σ a_c·(−log p_c) it is p_j·Σa − a_j.
		total := (1 - l.Smoothing) * weight
		rest := factor * l.Smoothing / float64(l.Classes)
		g[label] -= Real(total)
		if rest > 0 {
			for c := range g {
				a := rest * l.weight(c)
				g[c] -= Real(a)
				total += a
			}
		}
		kernel.Axpy(g, Real(total), p)
	case "focal":
		plain := l.crossEntropy(i, label)
		q := -math.Expm1(-plain) // 1 − p_y
		slope := math.Pow(q, l.Gamma)
		if plain > 0 && l.Gamma > 0 {
			slope += l.Gamma * math.Exp(-plain) * math.Pow(q, l.Gamma-1) * plain
		}
		kernel.Axpy(g, Real(weight*slope), p)
		g[label] -= Real(weight * slope)
	default:
		for c, z := range l.logits[i*l.Classes : (i+1)*l.Classes] {
			_, slope := l.compare(float64(z), c == label)
			g[c] += Real(weight / float64(l.Classes) * slope)
		}
	}
}

// compare is the loss of one output that should be 1, if on, or 0, and its slope.
func (l *Loss) compare(z float64, on bool) (loss, slope float64) {
	t := 0.0
	if on {
		t = 1
	}
	d := z - t
	switch l.Kind {
	case "bce":
		// log(1 + eᶻ) − t·z, without overflow.
		return max(z, 0) + math.Log1p(math.Exp(-math.Abs(z))) - t*z, 1/(1+math.Exp(-z)) - t
	case "mse":
		return d * d, 2 * d
	case "smooth_l1":
		if math.Abs(d) < 1 {
			return d * d / 2, d
		}
		return math.Abs(d) - 0.5, math.Copysign(1, d)
	}
	if d == 0 {
		return 0, 0
	}
	return math.Abs(d), math.Copysign(1, d) // l1
}
