package gp

import (
	"math"
	"slices"

	"github.com/danlu-ml/danlu/internal/triangle"
)

// memory is the number of steps from which a Descent learns curvature.
const memory = 8

// Descent minimises smooth functions within bounds by L-BFGS (Nocedal and
// Wright, Numerical Optimization, 2006, algorithm 7.4), its steps projected onto
// the box and its memory confined to the variables that are free. It may be used
// again and keeps its room.
type Descent struct {
	x, g, xn, gn, dir []float64
	s, y              [memory][]float64
	rho               [memory]float64
}

// Minimise moves x, within low and high, to where f is small, and says what f is
// there. f fills in its gradient. It calls f about evals times at most, and ends
// before when an improvement is below tol. Where f is NaN or +Inf it steps back.
func (m *Descent) Minimise(x, low, high []float64, evals int, tol float64, f func(x, gradient []float64) float64) float64 {
	d := len(x)
	for _, v := range []*[]float64{&m.x, &m.g, &m.xn, &m.gn, &m.dir} {
		*v = slices.Grow((*v)[:0], d)[:d]
	}
	for i := range x {
		m.x[i] = min(max(x[i], low[i]), high[i])
	}
	best := f(m.x, m.g)
	copy(x, m.x)
	if math.IsNaN(best) || math.IsInf(best, 0) {
		return best
	}
	kept, small := 0, 0
	for used := 1; used < evals; {
		m.direction(kept, low, high)
		slope := triangle.Dot(m.dir, m.g)
		if !(slope < 0) {
			if kept == 0 {
				break
			}
			kept = 0
			continue
		}
		step := 1.0
		if kept == 0 { // nothing is known of the scale
			step = min(1, .5/math.Sqrt(triangle.Dot(m.dir, m.dir)))
		}
		value, ok := best, false
		for ; used < evals; used++ {
			for i := range m.x {
				m.xn[i] = min(max(m.x[i]+step*m.dir[i], low[i]), high[i])
			}
			value = f(m.xn, m.gn)
			var gain float64
			for i := range m.x {
				gain += m.g[i] * (m.xn[i] - m.x[i])
			}
			if ok = value <= best+1e-4*gain && value < best; ok {
				used++
				break
			}
			// the minimum of the parabola through what is known
			shrink := .25
			if p := 2 * (value - best - step*slope); p > 0 && !math.IsInf(p, 0) {
				shrink = min(max(-slope*step/p, .1), .5)
			}
			if step *= shrink; step < 1e-10 {
				break
			}
		}
		if !ok {
			break
		}
		kept = m.remember(kept)
		small++
		if best-value > tol {
			small = 0
		}
		best = value
		m.x, m.xn = m.xn, m.x
		m.g, m.gn = m.gn, m.g
		if small >= 2 {
			break
		}
	}
	copy(x, m.x)
	return best
}

// remember keeps the step from x to xn, if it teaches anything.
func (m *Descent) remember(kept int) int {
	if kept == memory {
		first, y := m.s[0], m.y[0]
		copy(m.s[:], m.s[1:])
		copy(m.y[:], m.y[1:])
		copy(m.rho[:], m.rho[1:])
		m.s[memory-1], m.y[memory-1] = first, y
		kept--
	}
	d := len(m.x)
	s, y := slices.Grow(m.s[kept][:0], d)[:d], slices.Grow(m.y[kept][:0], d)[:d]
	for i := range s {
		s[i], y[i] = m.xn[i]-m.x[i], m.gn[i]-m.g[i]
	}
	m.s[kept], m.y[kept] = s, y
	if sy := triangle.Dot(s, y); sy > 1e-12*triangle.Dot(y, y) {
		m.rho[kept] = 1 / sy
		return kept + 1
	}
	return kept
}

// direction is −H∇f, without the variables that it would push out of the box.
func (m *Descent) direction(kept int, low, high []float64) {
	held := func(i int) bool {
		return m.x[i] <= low[i] && m.g[i] > 0 || m.x[i] >= high[i] && m.g[i] < 0
	}
	for i := range m.dir {
		m.dir[i] = -m.g[i]
		if held(i) {
			m.dir[i] = 0
		}
	}
	var a [memory]float64
	for k := kept - 1; k >= 0; k-- {
		a[k] = m.rho[k] * triangle.Dot(m.s[k], m.dir)
		triangle.Axpy(m.dir, -a[k], m.y[k])
	}
	if kept > 0 {
		y := m.y[kept-1]
		scale := 1 / (m.rho[kept-1] * triangle.Dot(y, y))
		for i := range m.dir {
			m.dir[i] *= scale
		}
	}
	for k := range kept {
		triangle.Axpy(m.dir, a[k]-m.rho[k]*triangle.Dot(m.y[k], m.dir), m.s[k])
	}
	for i := range m.dir {
		if held(i) {
			m.dir[i] = 0
		}
	}
}
