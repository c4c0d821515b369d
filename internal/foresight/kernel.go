package foresight

import (
	"math"

	"github.com/danlu-ml/danlu/internal/gp"
)

// kernel is a theta made ready to compute with.
type kernel struct {
	weights                   []float64
	time, signal, common, own float64
	rate, noise, bend         float64
	numbers                   int // columns from here on are codes
}

func (t theta) kernel(numbers int) kernel {
	k := kernel{
		weights: make([]float64, len(t.columns)), numbers: numbers,
		time: math.Exp(t.time), signal: math.Exp(t.signal), common: math.Exp(t.common), own: math.Exp(t.own),
		rate: math.Exp(t.rate), noise: math.Exp(t.noise), bend: math.Exp(t.bend),
	}
	for i, w := range t.columns {
		k.weights[i] = math.Exp(w)
	}
	return k
}

// variance is what is not known of a loss before anything is observed.
func (k kernel) variance() float64 { return k.signal + k.common + k.own }

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

// alike is the correlation of two configurations, and its derivative by their
// squared distance.
func (k kernel) alike(a, b []float64) (kx, dx float64) {
	var r2 float64
	for i, w := range k.weights {
		r2 += w * k.apart(i, a[i], b[i])
	}
	return gp.Matern(r2)
}

// bent is b(τ).
func (k kernel) bent(tau float64) float64 { return math.Expm1(-k.bend*tau) / math.Expm1(-k.bend) }

// bentBy is the derivative of b(τ) by w.
func (k kernel) bentBy(tau float64) float64 {
	e := math.Expm1(-k.bend)
	return (math.Expm1(-k.bend*tau)*math.Exp(-k.bend) - tau*math.Exp(-k.bend*tau)*e) / (e * e)
}

// moments relates two times: the correlation that all curves share, and the
// covariance of a curve's own way.
func (k kernel) moments(b, c float64) (kt, own float64) {
	d := b - c
	kt, _ = gp.Matern(k.time * d * d)
	return kt, k.own * math.Exp(-k.rate*math.Abs(d))
}
