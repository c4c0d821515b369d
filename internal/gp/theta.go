package gp

import "math"

// Shape says what the columns of points are.
type Shape struct {
	Columns int
	Numbers int // the first of them; the others are codes
}

// Theta are the hyperparameters of a process.
type Theta struct {
	Weights []float64 // inverse squared length scales, one a column
	Scale   float64   // variance of the signal
	Noise   float64   // variance of the noise
}

// LogNormal is a prior: the logarithm has this mean and standard deviation.
type LogNormal struct{ Mean, SD float64 }

// Prior is what is believed of hyperparameters before any observation. Its
// densities are those of the logarithms.
type Prior struct {
	Length LogNormal // of a length scale, not of a weight
	Scale  LogNormal
	Noise  LogNormal
}

// size is the number of hyperparameters: those of log w, log s and log σ².
func (p Prior) size(s Shape) int { return s.Columns + 2 }

// Start is the prior's mode.
func (p Prior) Start(s Shape) Theta {
	v := make([]float64, p.size(s))
	for j := range s.Columns {
		v[j] = -2 * p.Length.Mean
	}
	v[s.Columns], v[s.Columns+1] = p.Scale.Mean, p.Noise.Mean
	return p.theta(s, v)
}

func (p Prior) theta(s Shape, v []float64) Theta {
	t := Theta{Weights: make([]float64, s.Columns)}
	for j := range t.Weights {
		t.Weights[j] = math.Exp(v[j])
	}
	t.Scale, t.Noise = math.Exp(v[s.Columns]), math.Exp(v[s.Columns+1])
	return t
}

func (p Prior) vector(s Shape, t Theta) []float64 {
	v := make([]float64, p.size(s))
	for j := range s.Columns {
		v[j] = math.Log(t.Weights[j])
	}
	v[s.Columns], v[s.Columns+1] = math.Log(t.Scale), math.Log(t.Noise)
	return v
}

// box bounds the logarithms, wide enough for any belief and narrow enough for
// arithmetic.
func (p Prior) box(s Shape) (low, high []float64) {
	n := p.size(s)
	low, high = make([]float64, n), make([]float64, n)
	for j := range low {
		switch {
		case j < s.Columns:
			low[j], high[j] = math.Log(1e-6), math.Log(4e4)+max(0, -2*p.Length.Mean)
		case j == s.Columns:
			low[j], high[j] = math.Log(1e-3), math.Log(1e3)
		default:
			low[j], high[j] = math.Log(1e-6), math.Log(10)
		}
	}
	return low, high
}

// penalty is −log of the prior's density, up to a constant, and adds its gradient.
func (p Prior) penalty(s Shape, v, g []float64) float64 {
	var sum float64
	add := func(i int, mean, sd float64) {
		z := (v[i] - mean) / sd
		sum += z * z / 2
		g[i] += z / sd
	}
	for j := range s.Columns {
		add(j, -2*p.Length.Mean, 2*p.Length.SD)
	}
	add(s.Columns, p.Scale.Mean, p.Scale.SD)
	add(s.Columns+1, p.Noise.Mean, p.Noise.SD)
	return sum
}
