package kernel

import "math"

// The assembly takes numbers below 1.2e-38 for zero: see FLUSH in vector_amd64.h.

// SGD holds the numbers of one step of stochastic gradient descent.
type SGD struct {
	LR, Momentum, Decay Real
	// The step taken is Direct·g + ByMomentum·buf: 0 and 1 for the plain
	// method, 1 and the momentum for Nesterov's.
	Direct, ByMomentum Real
}

// Step does g' = g + Decay·w; buf = Momentum·buf + g'; w −= LR·(Direct·g' +
// ByMomentum·buf). buf starts at zero.
func (s *SGD) Step(w, g, buf []Real) {
	n := sgdVec(w, g[:len(w)], buf[:len(w)], s)
	for i := n; i < len(w); i++ {
		d := g[i] + s.Decay*w[i]
		buf[i] = s.Momentum*buf[i] + d
		w[i] -= s.LR * (s.Direct*d + s.ByMomentum*buf[i])
	}
}

// Adam holds the numbers of one step of Adam or AdamW.
type Adam struct {
	Rate         Real // learning rate ÷ (1 − β₁ᵗ)
	Beta1, Beta2 Real
	RootCorrect  Real // 1 ÷ √(1 − β₂ᵗ)
	Eps          Real
	Decay        Real // coupled: added to the gradient
	Keep         Real // decoupled: w is multiplied by it first; 1 for none
}

// Step does w *= Keep; g' = g + Decay·w; m = β₁m + (1−β₁)g'; v = β₂v + (1−β₂)g'²;
// w −= Rate·m ÷ (RootCorrect·√v + Eps).
func (s *Adam) Step(w, g, m, v []Real) {
	n := adamVec(w, g[:len(w)], m[:len(w)], v[:len(w)], s)
	for i := n; i < len(w); i++ {
		x := w[i] * s.Keep
		d := g[i] + s.Decay*x
		m[i] += (1 - s.Beta1) * (d - m[i])
		v[i] = s.Beta2*v[i] + (1-s.Beta2)*d*d
		w[i] = x - s.Rate*m[i]/(s.RootCorrect*sqrt(v[i])+s.Eps)
	}
}

// RMSProp holds the numbers of one step of RMSProp.
type RMSProp struct {
	LR, Alpha, Eps, Decay, Momentum Real
}

// Step does g' = g + Decay·w; v = αv + (1−α)g'²; buf = Momentum·buf + g' ÷ (√v +
// Eps); w −= LR·buf.
func (s *RMSProp) Step(w, g, v, buf []Real) {
	n := rmspropVec(w, g[:len(w)], v[:len(w)], buf[:len(w)], s)
	for i := n; i < len(w); i++ {
		d := g[i] + s.Decay*w[i]
		v[i] = s.Alpha*v[i] + (1-s.Alpha)*d*d
		buf[i] = s.Momentum*buf[i] + d/(sqrt(v[i])+s.Eps)
		w[i] -= s.LR * buf[i]
	}
}

func sqrt(x Real) Real { return Real(math.Sqrt(float64(x))) }
