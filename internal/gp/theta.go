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
	Bend    []float64 // a and b of Kumaraswamy's distribution for every number, 2·Numbers; nil: straight
}

// LogNormal is a prior: the logarithm has this mean and standard deviation.
type LogNormal struct{ Mean, SD float64 }

// Prior is what is believed of hyperparameters before any observation. Its
// densities are those of the logarithms.
type Prior struct {
	Length LogNormal // of a length scale, not of a weight
	Scale  LogNormal
	Noise  LogNormal
	Bend   float64 // standard deviation of log a and log b around 0; 0: columns stay straight
}

// size is the number of hyperparameters: those of log w, log s, log σ², and log
// a, log b in turn.
func (p Prior) size(s Shape) int {
	if p.Bend > 0 {
		return s.Columns + 2 + 2*s.Numbers
	}
	return s.Columns + 2
}

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
	if p.Bend > 0 {
		t.Bend = make([]float64, 2*s.Numbers)
		for j := range t.Bend {
			t.Bend[j] = math.Exp(v[s.Columns+2+j])
		}
	}
	return t
}

func (p Prior) vector(s Shape, t Theta) []float64 {
	v := make([]float64, p.size(s))
	for j := range s.Columns {
		v[j] = math.Log(t.Weights[j])
	}
	v[s.Columns], v[s.Columns+1] = math.Log(t.Scale), math.Log(t.Noise)
	if p.Bend > 0 && t.Bend != nil {
		for j := range t.Bend {
			v[s.Columns+2+j] = math.Log(t.Bend[j])
		}
	}
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
			low[j], high[j] = math.Log(1e-6), math.Log(4e4)
		case j == s.Columns:
			low[j], high[j] = math.Log(1e-3), math.Log(1e3)
		case j == s.Columns+1:
			low[j], high[j] = math.Log(1e-6), math.Log(10)
		default:
			low[j], high[j] = math.Log(.2), math.Log(5)
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
	for j := s.Columns + 2; j < len(v); j++ {
		add(j, 0, p.Bend)
	}
	return sum
}

// bend writes row x into out, its numbers warped: 1 − (1 − x^a)^b.
func (t *Theta) bend(out, x []float64) {
	copy(out, x)
	for j := 0; 2*j < len(t.Bend); j++ {
		out[j], _, _, _ = kumaraswamy(x[j], t.Bend[2*j], t.Bend[2*j+1])
	}
}

// kumaraswamy is 1 − (1 − x^a)^b with its derivatives by x, log a and log b. x
// is held off the ends of [0, 1], where they need not exist.
func kumaraswamy(x, a, b float64) (y, dx, da, db float64) {
	const end = 1e-6
	x = min(max(x, end), 1-end)
	p := math.Pow(x, a)
	q := math.Pow(1-p, b)
	inner := b * q / (1 - p) // dy/dp
	return 1 - q, inner * a * p / x, inner * p * math.Log(x) * a, -q * math.Log1p(-p) * b
}
