// Package foresight predicts learning curves: given what trials have shown so
// far, what would each of them, and each configuration not yet tried, show at a
// later step, and how sure is that?
//
// The model is one Gaussian process over configurations and steps: near
// configurations have near curves, and a curve goes its own way round what its
// configuration suggests. It starts, pauses and proposes nothing: a scheduler and
// a sampler read it.
//
//	n     number of observations: a trial's losses at a few steps each
//	x     columns of a configuration (numbers in [0, 1], codes compared for equality)
//	τ     log(step) / log(last step), in [0, 1]
//	k     v M(|x−x'|²) M(|τ−τ'|²) + [same trial] v₁ exp(−|τ−τ'|/l₁) + [same point] σ²
//	M     Matérn-5/2, with a length scale for each column and one for τ
//
// The product of kernels over configuration and step is that of multi-fidelity
// processes (Swersky et al. 2013, Multi-Task Bayesian Optimization; Klein et al.
// 2017, Fabolas, eq. 6); a term of its own for each curve that dies away with
// distance is Swersky et al. 2014, Freeze-Thaw Bayesian Optimization, section 3,
// with an Ornstein-Uhlenbeck kernel in place of theirs. What to train is chosen by
// the expected improvement per step, at whichever horizon that is largest. The
// probability of improvement over a random threshold at a random horizon
// (Rakotoarison et al. 2024, In-Context Freeze-Thaw Bayesian Optimization, section
// 4) was measured beside it and spends more steps for less.
//
// Start reading at [New] and [Outlook.Gain].
package foresight

import (
	"math"
	"slices"

	"github.com/danlu-ml/danlu/internal/gp"
)

// theta is the model's hyperparameters, as logarithms: a weight (inverse squared
// length scale) for every column and one for τ, the variances v and v₁, the rate
// 1/l₁ and the noise σ².
type theta struct {
	columns []float64
	time    float64
	signal  float64
	own     float64
	rate    float64
	noise   float64
}

// pack and unpack turn theta into the vector that a search moves.
func (t theta) pack() []float64 {
	return append(slices.Clone(t.columns), t.time, t.signal, t.own, t.rate, t.noise)
}

func unpack(v []float64) theta {
	d := len(v) - 5
	return theta{v[:d], v[d], v[d+1], v[d+2], v[d+3], v[d+4]}
}

// belief is a normal distribution of each hyperparameter's logarithm: a length
// scale near √d/2 … √d for d columns (Hvarfner et al. 2024, Vanilla Bayesian
// Optimization Performs Great in High Dimensions, let it grow with √d), curves
// alike over most of their length, a tenth of the variance a curve's own, little
// noise.
func belief(columns int) (mean, sd theta) {
	d := float64(max(columns, 1))
	mean = theta{columns: make([]float64, columns), time: -2 * math.Log(.7), own: math.Log(.1), rate: -math.Log(.7), noise: -5}
	sd = theta{columns: make([]float64, columns), time: 1.4, signal: 1, own: 1, rate: .7, noise: 1}
	for i := range columns {
		mean.columns[i] = -math.Log(d)
		sd.columns[i] = 2
	}
	return mean, sd
}

// point is one observation, or a place to predict at.
type point struct {
	x     []float64
	tau   float64
	curve int // the same for points of one trial
}

// kernel is a theta made ready to compute with.
type kernel struct {
	weights                 []float64
	time, signal, own, rate float64
	noise                   float64
	numbers                 int // columns from here on are codes
}

func (t theta) kernel(numbers int) kernel {
	k := kernel{
		weights: make([]float64, len(t.columns)), numbers: numbers,
		time: math.Exp(t.time), signal: math.Exp(t.signal), own: math.Exp(t.own), rate: math.Exp(t.rate), noise: math.Exp(t.noise),
	}
	for i, w := range t.columns {
		k.weights[i] = math.Exp(w)
	}
	return k
}

// apart is the squared difference in column i.
func (k kernel) apart(i int, a, b float64) float64 {
	if i >= k.numbers {
		if a == b {
			return 0
		}
		return 1
	}
	return (a - b) * (a - b)
}

// between is the covariance of two points, without noise.
func (k kernel) between(p, q point) float64 {
	d := p.tau - q.tau
	kx := k.alike(p.x, q.x)
	kt, _ := gp.Matern(k.time * d * d)
	c := k.signal * kx * kt
	if p.curve == q.curve {
		c += k.own * math.Exp(-k.rate*math.Abs(d))
	}
	return c
}

// alike is the correlation of two configurations.
func (k kernel) alike(a, b []float64) float64 {
	var r2 float64
	for i, w := range k.weights {
		r2 += w * k.apart(i, a[i], b[i])
	}
	kx, _ := gp.Matern(r2)
	return kx
}
