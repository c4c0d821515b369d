package gp

import (
	"math"

	"github.com/danlu-ml/danlu/internal/triangle"
)

// Fit finds hyperparameters near a mode of their posterior, given n points x
// (n×Columns, row by row) and their values y, starting from start. It computes
// the likelihood about evals times at most, each in n³/2 multiplications. The
// cost returned is the mode's: −log of the posterior up to a constant. Values must
// be finite.
func Fit(s Shape, p Prior, x, y []float64, start Theta, evals int) (t Theta, cost float64) {
	f := newPosterior(s, p, x, y)
	low, high := p.box(s)
	v := p.vector(s, start)
	var d Descent
	cost = d.Minimise(v, low, high, evals, 1e-3, f.cost)
	return p.theta(s, v), cost
}

// posterior is −log p(θ | x, y) with its gradient, and room to compute it in.
type posterior struct {
	shape Shape
	prior Prior
	x, y  []float64

	n           int
	l, dk       []float64 // triangles: K and then L; dk/dr²
	inv, square []float64
	alpha       []float64
}

func newPosterior(s Shape, p Prior, x, y []float64) *posterior {
	n := len(y)
	tri := n * (n + 1) / 2
	return &posterior{
		shape: s, prior: p, x: x, y: y, n: n, alpha: make([]float64, n),
		l: make([]float64, tri), dk: make([]float64, tri), inv: make([]float64, tri), square: make([]float64, n*n),
	}
}

// cost is the posterior at the logarithms v; it fills in the gradient.
func (f *posterior) cost(v, gradient []float64) float64 {
	s, n := f.shape, f.n
	d, m := s.Columns, s.Numbers
	t := f.prior.theta(s, v)
	for i := range n {
		li, di, xi := triangle.Row(f.l, i), triangle.Row(f.dk, i), f.x[i*d:i*d+d]
		for k := range i {
			var c float64
			c, di[k] = Matern(distance(t.Weights, xi, f.x[k*d:k*d+d], m))
			li[k] = t.Scale * c
		}
		li[i] = t.Scale + t.Noise
	}
	copy(f.inv, f.l) // K, to be read below
	clear(gradient)
	if !triangle.Cholesky(f.l, n) {
		return math.Inf(1)
	}
	copy(f.alpha, f.y)
	triangle.Forward(f.l, f.alpha)
	cost := triangle.Dot(f.alpha, f.alpha) / 2
	for i := range n {
		cost += math.Log(triangle.Row(f.l, i)[i])
	}
	triangle.Backward(f.l, f.alpha)

	// The derivative by K_ik is (K⁻¹ − ααᵀ)_ik / 2, and every pair is there twice.
	k := f.inv
	f.inv = f.l // the factor's room is free once upper is known
	triangle.Inverse(f.inv, f.square, f.l, n)
	f.l = k
	var gs, gn float64
	gw := gradient[:d]
	for i := range n {
		ki, vi, di, xi := triangle.Row(k, i), triangle.Row(f.inv, i), triangle.Row(f.dk, i), f.x[i*d:i*d+d]
		for j := range i {
			g := vi[j] - f.alpha[i]*f.alpha[j]
			gs += g * ki[j]
			h := g * di[j]
			xj := f.x[j*d : j*d+d]
			for c, w := range xi[:m] {
				u := w - xj[c]
				gw[c] += h * u * u
			}
			for c := m; c < d; c++ {
				if xi[c] != xj[c] {
					gw[c] += h
				}
			}
		}
		g := (vi[i] - f.alpha[i]*f.alpha[i]) / 2
		gs += g * t.Scale
		gn += g
	}
	for c := range gw {
		gw[c] *= t.Scale * t.Weights[c]
	}
	gradient[d], gradient[d+1] = gs, gn*t.Noise
	return cost + f.prior.penalty(s, v, gradient)
}

// distance is r² between two points of which the first m columns are numbers.
func distance(w, x, y []float64, m int) float64 {
	var r2 float64
	w, y = w[:len(x)], y[:len(x)]
	for j := range m {
		u := x[j] - y[j]
		r2 += w[j] * u * u
	}
	for j := m; j < len(x); j++ {
		if x[j] != y[j] {
			r2 += w[j]
		}
	}
	return r2
}
