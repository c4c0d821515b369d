// Package foresight predicts learning curves: given what trials have shown so
// far, what would each of them, and each configuration not yet tried, show at a
// later step, and how sure is that?
//
// The model is one Gaussian process over configurations and steps: all curves have
// a shape in common, near configurations have near curves, and a curve goes its own
// way round what its configuration suggests. It starts, pauses and proposes
// nothing: a scheduler and a sampler read it.
//
//	n     number of observations: a trial's losses at a few steps each
//	x     columns of a configuration (numbers in [0, 1], codes compared for equality)
//	τ     log(step) / log(last step), in [0, 1]
//	b(τ)  (1 − exp(−wτ)) / (1 − exp(−w)): bent time. A curve a + c·step^−p is a
//	      straight line in it where w = p·log(last step)
//	k     (v M(|x−x'|²) + v₀) M(|b−b'|²) + [same trial] v₁ exp(−|b−b'|/l₁) + [same point] σ²
//	M     Matérn-5/2, with a length scale for each column and one for b
//
// The product of kernels over configuration and step is that of multi-fidelity
// processes (Swersky et al. 2013, Multi-Task Bayesian Optimization; Klein et al.
// 2017, Fabolas, eq. 6); a term of its own for each curve that dies away with
// distance is Swersky et al. 2014, Freeze-Thaw Bayesian Optimization, section 3,
// with an Ornstein-Uhlenbeck kernel in place of theirs.
//
// What to train is chosen by the expected improvement a few steps ahead over the
// root of their number, at whichever horizon that is largest. Over the number itself
// it prefers ever new beginnings to finding out which of those begun ends best; not
// divided at all it is late. How far losses stray from their means is taken to be
// Student's. The probability of improvement over a random threshold at a random
// horizon (Rakotoarison et al. 2024, In-Context Freeze-Thaw Bayesian Optimization,
// section 4) was measured beside it and finds less.
//
// Start reading at [New] and [Outlook.Choose].
package foresight

import (
	"math"
	"slices"
)

// theta is the model's hyperparameters, as logarithms: a weight (inverse squared
// length scale) for every column and one for b, the variances v and v₁, the rate
// 1/l₁, the noise σ², the variance v₀ and the bend w.
type theta struct {
	columns []float64
	time    float64
	signal  float64
	own     float64
	rate    float64
	noise   float64
	common  float64
	bend    float64
}

// pack and unpack turn theta into the vector that a search moves.
func (t theta) pack() []float64 {
	return append(slices.Clone(t.columns), t.time, t.signal, t.own, t.rate, t.noise, t.common, t.bend)
}

func unpack(v []float64) theta {
	d := len(v) - 7
	return theta{v[:d], v[d], v[d+1], v[d+2], v[d+3], v[d+4], v[d+5], v[d+6]}
}

// belief is a normal distribution of each hyperparameter's logarithm: a length
// scale near √d/2 … √d for d columns (Hvarfner et al. 2024, Vanilla Bayesian
// Optimization Performs Great in High Dimensions, let it grow with √d), curves
// alike over most of their length, power laws with an exponent near a half, a
// third of the variance a curve's own and a third that of all, little noise.
//
// What is believed of time and of a curve's own way is held firmly. The curves of
// a study's beginning are short: left to them alone, a model takes what it sees in
// their first steps for all there is, expects nothing of the rest, and never trains
// a trial far enough to learn better.
func belief(columns int) (mean, sd theta) {
	d := float64(max(columns, 1))
	mean = theta{
		columns: make([]float64, columns),
		time:    -2 * math.Log(.7), own: math.Log(.3), rate: -math.Log(.7), noise: -5, common: math.Log(.3), bend: math.Log(2),
	}
	sd = theta{columns: make([]float64, columns), time: .7, signal: 1, own: .5, rate: .7, noise: 1, common: 1, bend: .35}
	for i := range columns {
		mean.columns[i] = -math.Log(d)
		sd.columns[i] = 2
	}
	return mean, sd
}
