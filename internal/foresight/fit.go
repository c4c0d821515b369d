package foresight

import (
	"math"

	"github.com/danlu-ml/danlu/internal/gp"
	"github.com/danlu-ml/danlu/internal/triangle"
)

// fit finds hyperparameters near a mode of their posterior (Rasmussen and Williams
// 2006, eq. 5.8 and 5.9). It takes about evals times n³/2 + n²d multiplications.
func fit(s seen, y []float64, numbers, evals int) theta {
	d := len(s.x[0])
	mean, sd := belief(d)
	m, width := mean.pack(), sd.pack()
	low, high := make([]float64, len(m)), make([]float64, len(m))
	for i := range m {
		low[i], high[i] = m[i]-3*width[i], m[i]+3*width[i]
	}
	low[d+4], high[d+4] = math.Log(1e-5), 0 // noise above the variance explains nothing
	v := mean.pack()
	p := posterior{seen: s, y: y, numbers: numbers, mean: m, sd: width}
	var search gp.Descent
	search.Minimise(v, low, high, evals, 1e-2, p.cost)
	return unpack(v)
}

// posterior is −log p(θ | observations) up to a constant.
type posterior struct {
	seen
	y        []float64
	numbers  int
	mean, sd []float64

	l, inv, square, alpha []float64
	pairs                 []pair // of configurations, a triangle
	moments               []lag  // of steps, a triangle
}

// pair relates two configurations, lag two steps; both with derivatives.
type pair struct{ kx, dx float64 }

type lag struct {
	kt, byTime, own, byRate float64
	byBend, ownByBend       float64
}

// relate fills in pairs and lags.
func (p *posterior) relate(k kernel) {
	p.pairs, p.moments = p.pairs[:0], p.moments[:0]
	for i, a := range p.x {
		for _, b := range p.x[:i+1] {
			kx, dx := k.alike(a, b)
			p.pairs = append(p.pairs, pair{kx, dx})
		}
	}
	for i, a := range p.tau {
		for _, b := range p.tau[:i+1] {
			gap := k.bent(a) - k.bent(b) // a is the later
			by := (k.bentBy(a) - k.bentBy(b)) * k.bend
			kt, dt := gp.Matern(k.time * gap * gap)
			own := k.own * math.Exp(-k.rate*gap)
			p.moments = append(p.moments, lag{
				kt: kt, byTime: dt * k.time * gap * gap, byBend: dt * 2 * k.time * gap * by,
				own: own, byRate: -own * k.rate * gap, ownByBend: -own * k.rate * by,
			})
		}
	}
}

// cost is the value at v; it fills in the gradient. It is +Inf where the
// covariance is not positive definite.
func (p *posterior) cost(v, gradient []float64) float64 {
	n, d := len(p.points), len(p.x[0])
	k := unpack(v).kernel(p.numbers)
	if p.l == nil {
		p.l, p.inv = make([]float64, triangle.Len(n)), make([]float64, triangle.Len(n))
		p.square, p.alpha = make([]float64, n*n), make([]float64, n)
	}
	p.relate(k)
	for i, a := range p.points {
		row := triangle.Row(p.l, i)
		for j, b := range p.points[:i+1] {
			t := p.moments[at(a.moment, b.moment)]
			row[j] = (k.signal*p.pairs[at(a.curve, b.curve)].kx + k.common) * t.kt
			if a.curve == b.curve {
				row[j] += t.own
			}
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
	clear(gradient)
	for i, a := range p.points {
		inv := triangle.Row(p.inv, i)
		for j, b := range p.points[:i+1] {
			g := inv[j] - p.alpha[i]*p.alpha[j] // twice the derivative by K_ij, once for each half
			if i == j {
				g /= 2
				gradient[d+4] += g * k.noise
			}
			c, t := p.pairs[at(a.curve, b.curve)], p.moments[at(a.moment, b.moment)]
			shared := k.signal*c.kx + k.common
			gradient[d] += g * shared * t.byTime
			gradient[d+1] += g * k.signal * c.kx * t.kt
			gradient[d+5] += g * k.common * t.kt
			gradient[d+6] += g * shared * t.byBend
			if a.curve == b.curve {
				gradient[d+2] += g * t.own
				gradient[d+3] += g * t.byRate
				gradient[d+6] += g * t.ownByBend
				continue // no column differs
			}
			s := g * k.signal * t.kt * c.dx
			x, z := p.x[a.curve], p.x[b.curve]
			for col, w := range k.weights {
				gradient[col] += s * w * k.apart(col, x[col], z[col])
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

// at is where a triangle has the entry of i and j.
func at(i, j int) int {
	if i < j {
		i, j = j, i
	}
	return i*(i+1)/2 + j
}

// jitter keeps the covariance of points that lie together positive definite.
const jitter = 1e-6
