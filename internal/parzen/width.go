package parzen

import "math"

// buckets is the number of equal parts into which an axis is divided to find
// neighbours without sorting. A part is narrower than the smallest width there
// is, 1/100, so within one only its outermost points have neighbours that matter.
const buckets = 128

// widths fills in the widths of the kernels on one axis: the distance to the
// farther of the two neighbours (Bergstra et al. 2011, section 4.2), of the
// outermost points to the only one; at least 1/min(100, n+2) and at most 1.
func widths(sigma, x []float64, d, axis int, o Options) {
	n := len(sigma)
	if n == 0 {
		return
	}
	least := leastWidth(n)
	bucketWidths(sigma, x, d, axis, o.Endpoints)
	for k := range sigma {
		sigma[k] = min(max(sigma[k], least), 1)
	}
}

// leastWidth is that of a kernel among n.
func leastWidth(n int) float64 { return 1 / min(100, float64(n)+2) }

// bucketOf is the part of the axis that has a coordinate, or is nearest to it.
func bucketOf(v float64) int { return min(max(int(v*buckets), 0), buckets-1) }

// bucket is what is known of the points in one part of the axis. Of equal points
// the earlier one counts as the lower.
type bucket struct {
	low, high   float64
	first, last int // the points that low and high are of
}

// bucketWidths finds the distances that are not below 1/buckets; others are less
// than that.
func bucketWidths(sigma, x []float64, d, axis int, endpoints bool) {
	var parts [buckets]bucket
	for b := range parts {
		parts[b] = bucket{low: math.Inf(1), high: math.Inf(-1)}
	}
	for k := range sigma {
		sigma[k] = 0
		v := x[k*d+axis]
		p := &parts[bucketOf(v)]
		if v < p.low {
			p.low, p.first = v, k
		}
		if v >= p.high {
			p.high, p.last = v, k
		}
	}
	left, at := 0.0, -1 // the last point so far, and which
	for b := range parts {
		p := &parts[b]
		if p.low > p.high {
			continue
		}
		gap := p.low - left
		if at >= 0 {
			sigma[at] = max(sigma[at], gap)
		}
		if at >= 0 || endpoints || len(sigma) == 1 {
			sigma[p.first] = max(sigma[p.first], gap)
		}
		left, at = p.high, p.last
	}
	if endpoints || len(sigma) == 1 {
		sigma[at] = max(sigma[at], 1-left)
	}
}
