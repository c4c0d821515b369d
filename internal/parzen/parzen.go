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

// Mixture is an estimated density; the zero one is none until [Mixture.Fit].
// Evaluating it uses scratch of its own: one goroutine at a time.
type Mixture struct {
	axes    []Axis
	kernels int
	order   []int32   // which point a kernel is at: see arrange
	starts  []int     // where in it the narrow kernels of a bucket begin, and the others
	narrow  float64   // their width, on the first continuous axis
	weights []float64 // cumulative, the last is 1
	log     []float64 // of a kernel: its weight and its normalisers over continuous axes
	most    float64   // of those, but for the prior's

	smooth []int // continuous axes
	mu     [][]float64
	inv    [][]float64 // 1/σ; both by continuous axis and kernel

	rough  []int // discrete numeric axes
	kind   [][]int32
	shapes [][]normal  // kind is which of them; both by rough axis
	known  [][]float64 // of the point looked at: shapes' masses in its cell, and
	low    []float64   // where that begins
	high   []float64   // and ends

	words   []int     // categorical axes
	word    [][]int32 // by categorical axis and kernel: the category seen; -1 for the prior
	hit     []float64 // log probability of the category seen, by words
	miss    []float64
	uniform []float64
	p       []float64 // probability of the category seen

	sigma, recency, logs []float64 // scratch
	alive                []int32
}

// normal is a normal distribution truncated to the unit interval.
type normal struct {
	mu, sigma float64
	logMass   float64 // of the unit interval
}

// Recency weighs n points, the oldest first: the last 25 count fully, older ones
// linearly less, down to 1/n.
func Recency(n int) []float64 { return recency(make([]float64, n)) }

func recency(w []float64) []float64 {
	const full = 25
	n := len(w)
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

// New estimates the density of x: see [Mixture.Fit].
func New(axes []Axis, x, weights []float64, o Options) *Mixture {
	m := new(Mixture)
	m.Fit(axes, x, weights, o)
	return m
}

// Fit makes m an estimate of the density of x, in the memory it has. Weights, one a
// point and not negative, are relative to the prior's; nil means [Recency]. Without
// points the estimate is the prior. Only the axes are kept.
func (m *Mixture) Fit(axes []Axis, x, weights []float64, o Options) {
	d := len(axes)
	n := 0
	if d > 0 {
		n = len(x) / d
	}
	if weights == nil {
		m.recency = recency(sized(m.recency, n))
		weights = m.recency
	}
	prior := 1.0
	if o.PriorWeight > 0 {
		prior = o.PriorWeight
	}
	m.axes, m.kernels = axes, n+1
	m.smooth, m.rough, m.words = m.smooth[:0], m.rough[:0], m.words[:0]
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
	m.sigma = sized(m.sigma, n)
	m.arrange(x, d, o)
	m.weigh(weights, prior)
	m.addSmooth(x, d, o)
	m.addRough(x, d, o)
	m.addWords(x, d, n, prior)
	m.logs, m.alive = sized(m.logs, n), sized(m.alive, n)
	m.merge()
}

// merge makes one kernel of those that are alike, where all axes are discrete.
func (m *Mixture) merge() {
	n := m.kernels - 1
	if len(m.smooth) > 0 || n < few {
		return
	}
	at := map[uint64]int{}
	kept := 0
	for k := range n {
		key, kinds := uint64(0), 1.0
		for j, shapes := range m.shapes {
			key, kinds = key*uint64(len(shapes))+uint64(m.kind[j][k]), kinds*float64(len(shapes))
		}
		for j, axis := range m.words {
			count := m.axes[axis].Categories
			key, kinds = key*uint64(count)+uint64(m.word[j][k]), kinds*float64(count)
		}
		if kinds > 1<<62 { // not to be told apart so, nor likely to be alike
			return
		}
		weight := math.Exp(m.log[k])
		i, known := at[key]
		if !known {
			i = kept
			at[key], kept = i, kept+1
			m.move(k, i)
			m.log[i] = 0
		}
		m.log[i] += weight
	}
	m.move(n, kept)
	m.log[kept] = m.log[n]
	m.kernels, m.log, m.weights = kept+1, m.log[:kept+1], m.weights[:kept+1]
	sum := 0.0
	for k := range kept {
		sum += m.log[k]
		m.weights[k], m.log[k] = sum, math.Log(m.log[k])
	}
	m.weights[kept] = 1
}

// move puts a kernel's values on discrete axes elsewhere.
func (m *Mixture) move(from, to int) {
	for j := range m.kind {
		m.kind[j][to] = m.kind[j][from]
	}
	for j := range m.word {
		m.word[j][to] = m.word[j][from]
	}
}

// few is how many points are not worth putting in order.
const few = 256

// arrange orders the kernels by their places on the first continuous axis, but for
// wide ones, which come last: of narrow ones only those near a point say anything
// there. Where there are few, all count as wide.
func (m *Mixture) arrange(x []float64, d int, o Options) {
	n := m.kernels - 1
	m.order, m.starts = sized(m.order, n), sized(m.starts, buckets+1)
	clear(m.starts)
	if n < few || len(m.smooth) == 0 {
		for k := range m.order {
			m.order[k] = int32(k)
		}
		return
	}
	axis := m.smooth[0]
	widths(m.sigma, x, d, axis, o)
	m.narrow = leastWidth(n)
	part := func(k int) int {
		if m.sigma[k] > m.narrow {
			return buckets
		}
		return bucketOf(x[k*d+axis])
	}
	for k := range n {
		if p := part(k); p < buckets {
			m.starts[p+1]++
		}
	}
	for p := range buckets {
		m.starts[p+1] += m.starts[p]
	}
	var next [buckets + 1]int
	copy(next[:], m.starts)
	for k := range n {
		p := part(k)
		m.order[next[p]] = int32(k)
		next[p]++
	}
}

// sized is n elements, of s if it has room for them; what they are is left open.
func sized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, n+n/4) // a few more come soon
	}
	return s[:n]
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
	m.weights, m.log = sized(m.weights, n+1), sized(m.log, n+1)
	sum := 0.0
	for k := range m.weights {
		w := prior
		if k < n {
			w = weights[m.order[k]]
		}
		sum += w / total
		m.weights[k], m.log[k] = sum, math.Log(w/total)
	}
	m.weights[n] = 1
}

func (m *Mixture) addSmooth(x []float64, d int, o Options) {
	m.mu, m.inv = sized(m.mu, len(m.smooth)), sized(m.inv, len(m.smooth))
	for j, axis := range m.smooth {
		if j > 0 || m.kernels <= few { // else arrange has
			widths(m.sigma, x, d, axis, o)
		}
		m.mu[j], m.inv[j] = sized(m.mu[j], m.kernels), sized(m.inv[j], m.kernels)
		last, log := 1.0, 0.0 // most widths are the least
		for k := range m.kernels {
			mu, s := m.kernel(x, d, axis, k)
			if s != last {
				last, log = s, math.Log(s)
			}
			m.mu[j][k], m.inv[j][k] = mu, 1/s
			m.log[k] -= log + logUnitMass(mu, s) + logRoot2Pi
		}
	}
	m.most = math.Inf(-1)
	for _, log := range m.log[:m.kernels-1] {
		m.most = max(m.most, log)
	}
}

// addRough notes the shapes on discrete axes. There are few, since points share
// their places: one that a table of the last ones has is not made again.
func (m *Mixture) addRough(x []float64, d int, o Options) {
	c := len(m.rough)
	m.kind, m.shapes, m.known = sized(m.kind, c), sized(m.shapes, c), sized(m.known, c)
	m.low, m.high = sized(m.low, c), sized(m.high, c)
	for j, axis := range m.rough {
		widths(m.sigma, x, d, axis, o)
		kind, shapes := sized(m.kind[j], m.kernels), m.shapes[j][:0]
		var made [256]int32 // a shape's number + 1, by hash
		for k := range m.kernels {
			mu, s := m.kernel(x, d, axis, k)
			hash := (math.Float64bits(mu) ^ math.Float64bits(s)>>1) * 0x9e3779b97f4a7c15 >> 56
			id := made[hash] - 1
			if id < 0 || shapes[id].mu != mu || shapes[id].sigma != s {
				id = int32(len(shapes))
				shapes = append(shapes, normal{mu, s, logUnitMass(mu, s)})
				made[hash] = id + 1
			}
			kind[k] = id
		}
		m.kind[j], m.shapes[j], m.known[j] = kind, shapes, sized(m.known[j], len(shapes))
	}
}

// kernel is the centre and width of the k-th kernel on an axis.
func (m *Mixture) kernel(x []float64, d, axis, k int) (mu, s float64) {
	if k == len(m.sigma) {
		return 0.5, 1
	}
	i := int(m.order[k])
	return x[i*d+axis], m.sigma[i]
}

func (m *Mixture) addWords(x []float64, d, n int, prior float64) {
	m.word = sized(m.word, len(m.words))
	m.hit, m.miss, m.p, m.uniform = m.hit[:0], m.miss[:0], m.p[:0], m.uniform[:0]
	for j, axis := range m.words {
		m.word[j] = sized(m.word[j], m.kernels)
		for k := range n {
			m.word[j][k] = int32(category(x[int(m.order[k])*d+axis], m.axes[axis].Categories))
		}
		m.word[j][n] = -1
		count := float64(m.axes[axis].Categories)
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
		u[axis] = draw(rng, m.mu[j][k], 1/m.inv[j][k])
	}
	for j, axis := range m.rough {
		s := m.shapes[j][m.kind[j][k]]
		u[axis] = draw(rng, s.mu, s.sigma)
	}
	for j, axis := range m.words {
		n := m.axes[axis].Categories
		seen := int(m.word[j][k])
		if seen < 0 || n == 1 {
			seen = rng.IntN(n)
		} else if rng.Float64() >= m.p[j] {
			seen = (seen + 1 + rng.IntN(n-1)) % n
		}
		u[axis] = (float64(seen) + 0.5) / float64(n)
	}
}
