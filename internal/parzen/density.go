package parzen

import "math"

// negligible is the logarithm of a share of a sum that its double hardly shows, be
// there thousands.
const negligible = -37

// LogDensity is the logarithm of the density at u; over discrete axes, of the
// probability of u's values.
//
// No axis adds to a kernel: those that fall far below another one, as the prior,
// which is never far off, are left behind on the way.
func (m *Mixture) LogDensity(u []float64) float64 {
	for j, known := range m.known {
		m.low[j], m.high[j] = m.axes[m.rough[j]].Cell(u[m.rough[j]])
		for i := range known {
			known[i] = math.NaN()
		}
	}
	prior := m.ofPrior(u)
	logs, alive := m.near(u, prior+negligible)
	most := prior
	if len(alive) > 0 {
		k := argmax(logs)
		most = max(most, m.rest(int(alive[k]), u, logs[k], most+negligible))
	}
	least := most + negligible
	n := 0
	for i, k := range alive {
		log := logs[i]
		if log < least {
			continue
		}
		if log = m.rest(int(k), u, log, least); log >= least {
			logs[n] = log
			most = max(most, log)
			n++
		}
	}
	sum := math.Exp(prior - most)
	for _, log := range logs[:n] {
		sum += math.Exp(log - most)
	}
	return most + math.Log(sum)
}

func argmax(x []float64) int {
	best := 0
	for i, v := range x {
		if v > x[best] {
			best = i
		}
	}
	return best
}

// rest adds to what a kernel has on continuous axes that of the others; -Inf where
// that comes to less than least.
func (m *Mixture) rest(k int, u []float64, log, least float64) float64 {
	for j, axis := range m.words {
		switch seen := m.word[j][k]; {
		case seen < 0:
			log += m.uniform[j]
		case int(seen) == category(u[axis], m.axes[axis].Categories):
			log += m.hit[j]
		default:
			log += m.miss[j]
		}
	}
	for j := range m.rough {
		shape := m.kind[j][k]
		s := &m.shapes[j][shape]
		// No cell has more than exp(-z²/2) of a normal distribution that is z away.
		z := max(m.low[j]-s.mu, s.mu-m.high[j], 0) / s.sigma
		if log-0.5*z*z-s.logMass < least {
			return math.Inf(-1)
		}
		log += m.cellMass(j, shape)
	}
	return log
}

// ofPrior is what the prior's kernel has at u.
func (m *Mixture) ofPrior(u []float64) float64 {
	last := m.kernels - 1
	log := m.log[last]
	for _, axis := range m.smooth {
		log -= 0.5 * (u[axis] - 0.5) * (u[axis] - 0.5)
	}
	return m.rest(last, u, log, math.Inf(-1))
}

// near finds the other kernels that on continuous axes have at least a density, in
// scratch.
func (m *Mixture) near(u []float64, least float64) (logs []float64, alive []int32) {
	logs, alive = m.logs, m.alive
	n := 0
	if len(m.smooth) == 0 {
		for k, log := range m.log[:m.kernels-1] {
			logs[k], alive[k] = log, int32(k)
		}
		return logs[:m.kernels-1], alive[:m.kernels-1]
	}
	x, mu, inv := u[m.smooth[0]], m.mu[0], m.inv[0]
	reach := m.narrow * math.Sqrt(2*max(m.most-least, 0))
	from, to := m.starts[bucketOf(x-reach)], m.starts[bucketOf(x+reach)+1]
	for _, part := range [][2]int{{from, to}, {m.starts[buckets], m.kernels - 1}} {
		for k := part[0]; k < part[1]; k++ {
			t := (x - mu[k]) * inv[k]
			if log := m.log[k] - 0.5*t*t; log >= least {
				logs[n], alive[n] = log, int32(k)
				n++
			}
		}
	}
	for j, axis := range m.smooth[1:] {
		x, mu, inv := u[axis], m.mu[j+1], m.inv[j+1]
		logs, alive = logs[:n], alive[:n]
		n = 0
		for i, k := range alive {
			t := (x - mu[k]) * inv[k]
			if log := logs[i] - 0.5*t*t; log >= least {
				logs[n], alive[n] = log, k
				n++
			}
		}
	}
	return logs[:n], alive[:n]
}

// cellMass is the log probability of u's cell under a shape.
func (m *Mixture) cellMass(j int, shape int32) float64 {
	if v := m.known[j][shape]; !math.IsNaN(v) {
		return v
	}
	s := m.shapes[j][shape]
	v := logMass((m.low[j]-s.mu)/s.sigma, (m.high[j]-s.mu)/s.sigma) - s.logMass
	m.known[j][shape] = v
	return v
}
