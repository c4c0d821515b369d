package gp

import (
	"math"

	"github.com/danlu-ml/danlu/internal/triangle"
)

// Model is a process given its observations, and perhaps fantasies of some more:
// each fantasy is one way the unknown values may turn out.
//
// It may be read from one goroutine at a time.
type Model struct {
	shape Shape
	theta Theta
	x     []float64 // n×Columns
	l     []float64
	z     [][]float64 // one a fantasy, n long; a single one while there are no fantasies
	alpha [][]float64
	known int // observations; the rest of the rows are fantasies
	cells []float64
}

// New is the process at theta given n ≥ 1 points and their finite values. Where
// points are so near that arithmetic can't tell them apart it adds noise.
func New(s Shape, theta Theta, x, y []float64) *Model {
	m := &Model{shape: s, theta: theta}
	d, n := s.Columns, len(y)
	m.known = n
	m.x, m.l = append([]float64(nil), x[:n*d]...), make([]float64, n*(n+1)/2)
	for {
		for i := range n {
			li := triangle.Row(m.l, i)
			m.covariances(li[:i], m.x[i*d:i*d+d])
			li[i] = m.theta.Scale + m.theta.Noise
		}
		if triangle.Cholesky(m.l, n) {
			break
		}
		m.theta.Noise = max(10*m.theta.Noise, 1e-8*theta.Scale)
	}
	z := append([]float64(nil), y...)
	triangle.Forward(m.l, z)
	m.z = [][]float64{z}
	m.solve()
	return m
}

// covariances fills in k between a point and the first len(k) rows.
func (m *Model) covariances(k, x []float64) {
	d := m.shape.Columns
	for i := range k {
		c, _ := Matern(distance(m.theta.Weights, x, m.x[i*d:i*d+d], m.shape.Numbers))
		k[i] = m.theta.Scale * c
	}
}

// Fantasise takes in the points x, whose values are not known, with draws for
// each: draws[f] has a standard normal number a point, from which fantasy f's
// values follow. What was fantasised before is forgotten. Afterwards the model
// answers with one mean a fantasy.
func (m *Model) Fantasise(x []float64, draws [][]float64) {
	n, d := m.known, m.shape.Columns
	m.x, m.l = m.x[:n*d], m.l[:n*(n+1)/2]
	z := m.z[0][:n:n]
	m.z = make([][]float64, max(len(draws), 1))
	for f := range m.z {
		m.z[f] = append(make([]float64, 0, n+len(x)/d), z...)
	}
	for p := range len(x) / d {
		point := x[p*d : p*d+d]
		at := len(m.x) / d
		m.l = append(m.l, make([]float64, at+1)...)
		li := triangle.Row(m.l, at)
		m.covariances(li[:at], point)
		triangle.Forward(m.l, li[:at])
		rest := max(m.theta.Scale+m.theta.Noise-triangle.Dot(li[:at], li[:at]), 1e-9*m.theta.Scale)
		li[at] = math.Sqrt(rest)
		m.x = append(m.x, point...)
		for f := range m.z {
			var e float64
			if f < len(draws) {
				e = draws[f][p]
			}
			// The value is v·z + √rest·e, so L⁻¹ of it is e.
			m.z[f] = append(m.z[f], e)
		}
	}
	m.solve()
}

func (m *Model) solve() {
	m.alpha = make([][]float64, len(m.z))
	for f, z := range m.z {
		m.alpha[f] = append([]float64(nil), z...)
		triangle.Backward(m.l, m.alpha[f])
	}
}

// Fantasies is the number of means a prediction has.
func (m *Model) Fantasies() int { return len(m.z) }

// AtKnown writes the posterior mean at every observation, and then at every
// point that is fantasised, under fantasy f: values without their noise.
func (m *Model) AtKnown(f int, mean []float64) []float64 {
	mean = mean[:0]
	for i, a := range m.alpha[f] {
		// K α = y and K = k + σ²I, so k α = y − σ²α.
		li := triangle.Row(m.l, i)
		mean = append(mean, triangle.Dot(li, m.z[f])-m.theta.Noise*a)
	}
	return mean
}

// LeftOut is the share of the variance of the observations y, those the process was made
// of, that it predicts of each from all the others (Rasmussen and Williams, eq. 5.12): at most
// 1, and less than 0 where their mean does better. It is asked before Fantasise.
func (m *Model) LeftOut(y []float64) float64 {
	var mean, square, missed float64
	for _, v := range y {
		mean += v / float64(len(y))
	}
	column := make([]float64, len(y))
	for i, v := range y {
		square += (v - mean) * (v - mean)
		clear(column)
		column[i] = 1
		triangle.Forward(m.l, column)
		by := m.alpha[0][i] / triangle.Dot(column, column) // over an entry of K⁻¹'s diagonal
		missed += by * by
	}
	if square == 0 {
		return math.Inf(-1)
	}
	return 1 - missed/square
}

// Place is a point under study and what the model says of it.
type Place struct {
	Mean     []float64 // one a fantasy
	Variance float64   // of the signal, without noise

	x, dk, v, back []float64
}

// At predicts at x, and keeps in p what Gradient needs.
func (m *Model) At(p *Place, x []float64) {
	n, d := len(m.z[0]), m.shape.Columns
	p.grow(n, d, len(m.z))
	copy(p.x, x)
	for i := range n {
		var c float64
		c, p.dk[i] = Matern(distance(m.theta.Weights, p.x, m.x[i*d:i*d+d], m.shape.Numbers))
		p.v[i] = m.theta.Scale * c
	}
	for f, a := range m.alpha {
		p.Mean[f] = triangle.Dot(p.v, a)
	}
	triangle.Forward(m.l, p.v)
	p.Variance = m.positive(m.theta.Scale - triangle.Dot(p.v, p.v))
}

// positive keeps rounding from making a variance 0 or less.
func (m *Model) positive(v float64) float64 { return max(v, 1e-10*m.theta.Scale) }

func (p *Place) grow(n, d, fantasies int) {
	if cap(p.dk) < n || cap(p.x) < d {
		room := make([]float64, 3*(n+16)+d)
		cut := func(k int) []float64 {
			s := room[:k:k]
			room = room[k:]
			return s
		}
		p.x = cut(d)
		p.dk, p.v, p.back = cut(n+16), cut(n+16), cut(n+16)
	}
	p.x = p.x[:d]
	p.dk, p.v, p.back = p.dk[:n], p.v[:n], p.back[:n]
	if cap(p.Mean) < fantasies {
		p.Mean = make([]float64, fantasies)
	}
	p.Mean = p.Mean[:fantasies]
}

// Gradient adds to gradient, one entry a column that is a number, the derivative
// of a function of the last At(p)'s predictions by the point, given its
// derivatives by the means and by the variance.
func (m *Model) Gradient(p *Place, byMean []float64, byVariance float64, gradient []float64) {
	d, nums := m.shape.Columns, m.shape.Numbers
	copy(p.back, p.v)
	if byVariance != 0 {
		triangle.Backward(m.l, p.back) // K⁻¹k: the variance falls by twice that times dk
	}
	for i := range p.back {
		c := -2 * byVariance * p.back[i]
		for f, g := range byMean {
			c += g * m.alpha[f][i]
		}
		c *= 2 * m.theta.Scale * p.dk[i]
		xi := m.x[i*d : i*d+nums]
		for j, u := range xi {
			gradient[j] += c * m.theta.Weights[j] * (p.x[j] - u)
		}
	}
}

// Predict writes mean (under each fantasy) and variance at many points: mean is
// len(x)/Columns × Fantasies, row by row.
func (m *Model) Predict(x, mean, variance []float64) {
	n, d, fs := len(m.z[0]), m.shape.Columns, len(m.z)
	count := len(x) / d
	if cap(m.cells) < 4*n {
		m.cells = make([]float64, 4*n+64)
	}
	var k [4][]float64
	for c := range k {
		k[c] = m.cells[c*n : c*n+n]
	}
	for at := 0; at < count; at += 4 {
		for c := range k {
			i := min(at+c, count-1)
			m.covariances(k[c], x[i*d:i*d+d])
			for f, a := range m.alpha {
				mean[i*fs+f] = triangle.Dot(k[c], a)
			}
		}
		triangle.Forward4(m.l, k[0], k[1], k[2], k[3])
		for c := range k {
			variance[min(at+c, count-1)] = m.positive(m.theta.Scale - triangle.Dot(k[c], k[c]))
		}
	}
}
