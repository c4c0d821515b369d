// Package parzen estimates densities on the unit cube by mixtures of products of
// kernels: truncated normals for numbers, their masses over cells for discrete
// numbers, and smoothed indicators for categories. They are what the
// tree-structured Parzen estimator compares (Bergstra et al. 2011; Watanabe 2023,
// arXiv 2304.11127, whose section 3.3 discusses every choice below).
//
// It does not know what its points are, nor which of them are good.
//
//	n      points                        x      n×d, row by row
//	d      axes                          w      n, weights, any scale
//	μ, σ   centre and width of a kernel  the prior is kernel n+1: μ = ½, σ = 1
//
// Start reading at [New].
package parzen

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Axis is one dimension of the cube.
type Axis struct {
	// Categories is the number of unordered values, the k-th (from 0) at
	// (k+½)/Categories; 0 for a number.
	Categories int
	// Cell is the interval that means the same value as u, for discrete numbers;
	// nil for continuous ones.
	Cell func(u float64) (low, high float64)
}

// Options are the choices that are left to the caller. The zero value is Optuna's.
type Options struct {
	PriorWeight float64 // of the prior among the kernels, whose weights are relative to it; 0 means 1
	Endpoints   bool    // the ends of an axis are neighbours of its outermost points
}

// Mixture is an estimated density. It does not change once made, but evaluating it
// uses scratch of its own: one goroutine at a time.
type Mixture struct {
	axes    []Axis
	kernels int
	weights []float64 // cumulative, the last is 1
	log     []float64 // of a kernel: its weight and its normalisers over continuous axes

	smooth []int // continuous axes
	mu     []float64
	inv    []float64 // 1/σ; both are kernels×len(smooth), row by row

	rough  []int      // discrete numeric axes
	kind   []int32    // kernels×len(rough): which of shapes
	shapes [][]normal // by rough axis, each only once
	known  [][]float64

	words   []int     // categorical axes
	word    []int32   // kernels×len(words): the category seen; -1 for the prior
	hit     []float64 // log probability of the category seen, by words
	miss    []float64
	uniform []float64
	p       []float64 // probability of the category seen
}

// normal is a normal distribution truncated to the unit interval.
type normal struct {
	mu, sigma float64
	logMass   float64 // of the unit interval
}

// Recency weighs n points, the oldest first: the last 25 count fully, older ones
// linearly less, down to 1/n.
func Recency(n int) []float64 {
	const full = 25
	w := make([]float64, n)
	for i := range w {
		w[i] = 1
		if ramp := n - full; i < ramp {
			w[i] = 1 / float64(n)
			if ramp > 1 {
				w[i] += (1 - 1/float64(n)) * float64(i) / float64(ramp-1)
			}
		}
	}
	return w
}

// New estimates the density of x. Weights, one a point and not negative, are
// relative to the prior's; nil means [Recency]. Without points the estimate is the
// prior.
func New(axes []Axis, x, weights []float64, o Options) *Mixture {
	d := len(axes)
	n := 0
	if d > 0 {
		n = len(x) / d
	}
	if weights == nil {
		weights = Recency(n)
	}
	prior := 1.0
	if o.PriorWeight > 0 {
		prior = o.PriorWeight
	}
	m := &Mixture{axes: axes, kernels: n + 1}
	m.weigh(weights, prior)
	for i, a := range axes {
		switch {
		case a.Categories > 0:
			m.words = append(m.words, i)
		case a.Cell != nil:
			m.rough = append(m.rough, i)
		default:
			m.smooth = append(m.smooth, i)
		}
	}
	m.addNumbers(x, d, n, o)
	m.addWords(x, d, n, prior)
	return m
}

func (m *Mixture) weigh(weights []float64, prior float64) {
	n := m.kernels - 1
	if n == 0 {
		prior = 1
	}
	total := prior
	for _, w := range weights {
		total += w
	}
	m.weights, m.log = make([]float64, n+1), make([]float64, n+1)
	sum := 0.0
	for k := range m.weights {
		w := prior
		if k < n {
			w = weights[k]
		}
		sum += w / total
		m.weights[k], m.log[k] = sum, math.Log(w/total)
	}
	m.weights[n] = 1
}

func (m *Mixture) addNumbers(x []float64, d, n int, o Options) {
	cs, cr := len(m.smooth), len(m.rough)
	m.mu, m.inv = make([]float64, m.kernels*cs), make([]float64, m.kernels*cs)
	m.kind, m.shapes, m.known = make([]int32, m.kernels*cr), make([][]normal, cr), make([][]float64, cr)
	sigma := make([]float64, n)
	for j, axis := range m.smooth {
		widths(sigma, x, d, axis, o)
		last, log := 1.0, 0.0 // most widths are the least
		for k := range m.kernels {
			mu, s := kernel(x, sigma, d, axis, k)
			if s != last {
				last, log = s, math.Log(s)
			}
			m.mu[k*cs+j], m.inv[k*cs+j] = mu, 1/s
			m.log[k] -= log + logUnitMass(mu, s) + logRoot2Pi
		}
	}
	for j, axis := range m.rough {
		widths(sigma, x, d, axis, o)
		ids := map[[2]uint64]int32{} // by bits, which hash faster
		for k := range m.kernels {
			mu, s := kernel(x, sigma, d, axis, k)
			key := [2]uint64{math.Float64bits(mu), math.Float64bits(s)}
			id, ok := ids[key]
			if !ok {
				id = int32(len(m.shapes[j]))
				ids[key] = id
				m.shapes[j] = append(m.shapes[j], normal{mu, s, logUnitMass(mu, s)})
			}
			m.kind[k*cr+j] = id
		}
		m.known[j] = make([]float64, len(m.shapes[j]))
	}
}

// kernel is the centre and width of the k-th kernel on an axis.
func kernel(x, sigma []float64, d, axis, k int) (mu, s float64) {
	if k == len(sigma) {
		return 0.5, 1
	}
	return x[k*d+axis], sigma[k]
}

func (m *Mixture) addWords(x []float64, d, n int, prior float64) {
	cw := len(m.words)
	m.word = make([]int32, m.kernels*cw)
	for j, axis := range m.words {
		count := float64(m.axes[axis].Categories)
		for k := range n {
			m.word[k*cw+j] = int32(category(x[k*d+axis], m.axes[axis].Categories))
		}
		m.word[n*cw+j] = -1
		each := prior / float64(m.kernels)
		row := 1 + count*each
		m.hit = append(m.hit, math.Log((1+each)/row))
		m.miss = append(m.miss, math.Log(each/row))
		m.p = append(m.p, (1+each)/row)
		m.uniform = append(m.uniform, -math.Log(count))
	}
}

func category(u float64, n int) int { return min(max(int(u*float64(n)), 0), n-1) }

// Sample draws a point into u, of length d.
func (m *Mixture) Sample(rng *rand.Rand, u []float64) {
	k, _ := slices.BinarySearch(m.weights, rng.Float64())
	k = min(k, m.kernels-1)
	for j, axis := range m.smooth {
		i := k*len(m.smooth) + j
		u[axis] = draw(rng, m.mu[i], 1/m.inv[i])
	}
	for j, axis := range m.rough {
		s := m.shapes[j][m.kind[k*len(m.rough)+j]]
		u[axis] = draw(rng, s.mu, s.sigma)
	}
	for j, axis := range m.words {
		n := m.axes[axis].Categories
		seen := int(m.word[k*len(m.words)+j])
		if seen < 0 || n == 1 {
			seen = rng.IntN(n)
		} else if rng.Float64() >= m.p[j] {
			seen = (seen + 1 + rng.IntN(n-1)) % n
		}
		u[axis] = (float64(seen) + 0.5) / float64(n)
	}
}

// negligible is the logarithm of a share of a sum that its double does not show.
const negligible = -45

// LogDensity is the logarithm of the density at u; over discrete axes, of the
// probability of u's values.
func (m *Mixture) LogDensity(u []float64) float64 {
	cs, cr, cw := len(m.smooth), len(m.rough), len(m.words)
	at := make([]float64, 0, 32)
	for _, axis := range m.smooth {
		at = append(at, u[axis])
	}
	for _, known := range m.known {
		for i := range known {
			known[i] = math.NaN()
		}
	}
	most, sum := math.Inf(-1), 0.0
	for k := m.kernels - 1; k >= 0; k-- { // the prior first: it is never far off
		log := m.log[k]
		mu, inv := m.mu[k*cs:(k+1)*cs], m.inv[k*cs:(k+1)*cs]
		for j, x := range at {
			t := (x - mu[j]) * inv[j]
			if log -= 0.5 * t * t; log < most+negligible {
				break
			}
		}
		if log < most+negligible {
			continue
		}
		for j, axis := range m.words {
			switch seen := m.word[k*cw+j]; {
			case seen < 0:
				log += m.uniform[j]
			case int(seen) == category(u[axis], m.axes[axis].Categories):
				log += m.hit[j]
			default:
				log += m.miss[j]
			}
		}
		for j, axis := range m.rough {
			if log < most+negligible {
				break
			}
			log += m.cellMass(j, int(m.kind[k*cr+j]), axis, u[axis])
		}
		switch {
		case log > most:
			sum, most = sum*math.Exp(most-log)+1, log
		case log >= most+negligible:
			sum += math.Exp(log - most)
		}
	}
	return most + math.Log(sum)
}

// cellMass is the log probability of u's cell under a shape.
func (m *Mixture) cellMass(j, shape, axis int, u float64) float64 {
	if v := m.known[j][shape]; !math.IsNaN(v) {
		return v
	}
	s := m.shapes[j][shape]
	low, high := m.axes[axis].Cell(u)
	v := logMass((low-s.mu)/s.sigma, (high-s.mu)/s.sigma) - s.logMass
	m.known[j][shape] = v
	return v
}
