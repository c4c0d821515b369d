package foresight

import (
	"math"

	"github.com/danlu-ml/danlu/internal/gp"
	"github.com/danlu-ml/danlu/internal/triangle"
)

// fit finds hyperparameters near a mode of their posterior (Rasmussen and Williams
// 2006, eq. 5.8 and 5.9). It takes about evals times n³/2 + n²d multiplications.
func fit(points []point, y []float64, numbers, evals int) theta {
	d := len(points[0].x)
	mean, sd := belief(d)
	m, s := mean.pack(), sd.pack()
	low, high := make([]float64, len(m)), make([]float64, len(m))
	for i := range m {
		low[i], high[i] = m[i]-3*s[i], m[i]+3*s[i]
	}
	high[len(m)-1] = 0 // noise above the variance explains nothing
	low[len(m)-1] = math.Log(1e-5)
	v := mean.pack()
	p := posterior{points: points, y: y, numbers: numbers, mean: m, sd: s}
	var search gp.Descent
	search.Minimise(v, low, high, evals, 1e-2, p.cost)
	return unpack(v)
}

// posterior is −log p(θ | observations) up to a constant.
type posterior struct {
	points   []point
	y        []float64
	numbers  int
	mean, sd []float64

	l, inv, square, alpha []float64
}

// cost is the value at v; it fills in the gradient. It is +Inf where the
// covariance is not positive definite.
func (p *posterior) cost(v, gradient []float64) float64 {
	n := len(p.points)
	th := unpack(v)
	k := th.kernel(p.numbers)
	if p.l == nil {
		p.l, p.inv = make([]float64, triangle.Len(n)), make([]float64, triangle.Len(n))
		p.square, p.alpha = make([]float64, n*n), make([]float64, n)
	}
	for i, a := range p.points {
		row := triangle.Row(p.l, i)
		for j, b := range p.points[:i+1] {
			row[j] = k.between(a, b)
		}
		row[i] += k.noise + jitter
	}
	if !triangle.Cholesky(p.l, n) {
		return math.Inf(1)
	}
	copy(p.alpha, p.y)
	triangle.Forward(p.l, p.alpha)
	cost := 0.0
	for i, z := range p.alpha {
		cost += z*z/2 + math.Log(triangle.Row(p.l, i)[i])
	}
	triangle.Backward(p.l, p.alpha)
	triangle.Inverse(p.inv, p.square, p.l, n)
	d := len(k.weights)
	clear(gradient)
	for i, a := range p.points {
		inv := triangle.Row(p.inv, i)
		for j, b := range p.points[:i+1] {
			g := inv[j] - p.alpha[i]*p.alpha[j] // twice the derivative by K_ij, once for each half
			if i == j {
				g /= 2
				gradient[d+4] += g * k.noise
			}
			var r2 float64
			for c, w := range k.weights {
				r2 += w * k.apart(c, a.x[c], b.x[c])
			}
			dt := math.Abs(a.tau - b.tau)
			kx, dx := gp.Matern(r2)
			kt, dtime := gp.Matern(k.time * dt * dt)
			gradient[d+1] += g * k.signal * kx * kt
			gradient[d] += g * k.signal * kx * dtime * k.time * dt * dt
			s := g * k.signal * kt * dx
			for c, w := range k.weights {
				gradient[c] += s * w * k.apart(c, a.x[c], b.x[c])
			}
			if a.curve == b.curve {
				e := k.own * math.Exp(-k.rate*dt)
				gradient[d+2] += g * e
				gradient[d+3] -= g * e * k.rate * dt
			}
		}
	}
	for i, x := range v {
		z := (x - p.mean[i]) / p.sd[i]
		cost += z * z / 2
		gradient[i] += z / p.sd[i]
	}
	return cost
}

// jitter keeps the covariance of points that lie together positive definite.
const jitter = 1e-6
