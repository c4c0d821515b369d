package pareto

import (
	"cmp"
	"math"
	"slices"
)

// Hypervolume is the volume that the points dominate within the reference point:
// exactly, in O(n log n) comparisons up to three objectives; beyond, by exclusive
// volumes (WFG: While, Bradstreet and Barone 2012), which is exponential in k at
// worst. Points not below the reference in every objective add nothing. A loss of
// −Inf makes the volume infinite.
func Hypervolume(points [][]float64, ref []float64) float64 {
	inside := within(points, ref)
	if len(inside) == 0 {
		return 0
	}
	return volume(inside, ref)
}

// Contributions is what each point adds to the volume of all the others: 0 for
// one that is dominated, or there twice.
func Contributions(points [][]float64, ref []float64) []float64 {
	out := make([]float64, len(points))
	others := make([][]float64, 0, len(points))
	for i, p := range points {
		if len(within(points[i:i+1], ref)) == 0 {
			continue
		}
		others = append(others[:0], within(points[:i], ref)...)
		others = append(others, within(points[i+1:], ref)...)
		out[i] = Exclusive(p, others, ref)
	}
	return out
}

// Exclusive is the volume within the reference that p dominates and none of the
// points does. p is below the reference.
func Exclusive(p []float64, points [][]float64, ref []float64) float64 {
	whole := 1.0
	for k := range p {
		whole *= ref[k] - p[k]
	}
	return max(whole-Hypervolume(limited(points, p), ref), 0)
}

// limited is the points' share of what p dominates: where they are better than
// p, they are put level with it. Those that others dominate are left out.
func limited(points [][]float64, p []float64) [][]float64 {
	flat := make([]float64, 0, len(points)*len(p))
	cut := make([][]float64, 0, len(points))
	for _, q := range points {
		for k := range p {
			flat = append(flat, max(p[k], q[k]))
		}
		cut = append(cut, flat[len(flat)-len(p):])
	}
	return front(cut)
}

// within is the front of the points below the reference.
func within(points [][]float64, ref []float64) [][]float64 {
	var inside [][]float64
	for _, p := range points {
		if !slices.ContainsFunc(p, math.IsNaN) && below(p, ref) {
			inside = append(inside, p)
		}
	}
	return front(inside)
}

func below(p, ref []float64) bool {
	for k := range p {
		if p[k] >= ref[k] {
			return false
		}
	}
	return true
}

func front(points [][]float64) [][]float64 {
	indices := Front(points)
	out := make([][]float64, len(indices))
	for j, i := range indices {
		out[j] = points[i]
	}
	return out
}

// volume is that of a front, not empty, below the reference. It changes the
// front's order.
func volume(front [][]float64, ref []float64) float64 {
	switch len(ref) {
	case 1:
		return ref[0] - front[0][0]
	case 2:
		var s staircase
		area := 0.0
		for _, p := range front {
			area += s.gain(p[0], p[1], ref[0], ref[1])
			s.add(p[0], p[1])
		}
		return area
	case 3:
		return volume3(front, ref)
	}
	return volumeWFG(front, ref)
}

// volume3 sweeps the third objective from below: the area that is dominated in
// the other two grows by a step at each point (Fonseca et al. 2006).
func volume3(front [][]float64, ref []float64) float64 {
	sortBy(front, 2)
	var s staircase
	total := 0.0
	for _, p := range front {
		if s.covers(p[0], p[1]) {
			continue
		}
		total += s.gain(p[0], p[1], ref[0], ref[1]) * (ref[2] - p[2])
		s.add(p[0], p[1])
	}
	return total
}

// volumeWFG adds up what each point dominates and the later ones do not, the
// worst in the last objective first: then all of its limit set is level with it
// there, and one objective less remains to be dealt with.
func volumeWFG(front [][]float64, ref []float64) float64 {
	last := len(ref) - 1
	sortBy(front, last)
	slices.Reverse(front)
	flat := make([][]float64, len(front)) // without the last objective
	for i, p := range front {
		flat[i] = p[:last]
	}
	total := 0.0
	for i, p := range front {
		total += (ref[last] - p[last]) * Exclusive(flat[i], flat[i+1:], ref[:last])
	}
	return total
}

func sortBy(points [][]float64, k int) {
	slices.SortStableFunc(points, func(p, q []float64) int { return cmp.Compare(p[k], q[k]) })
}

// Reference is a point a little beyond the front in every objective: by a tenth
// of the front's extent, or of the value where the front has none, or by one where
// that is 0. It is nil without a finite point.
func Reference(points [][]float64) []float64 {
	finite := slices.DeleteFunc(slices.Clone(points), func(p []float64) bool {
		return slices.ContainsFunc(p, func(x float64) bool { return math.IsInf(x, 0) || math.IsNaN(x) })
	})
	best := front(finite)
	if len(best) == 0 {
		return nil
	}
	ref := make([]float64, len(best[0]))
	for k := range ref {
		low, high := best[0][k], best[0][k]
		for _, p := range best {
			low, high = min(low, p[k]), max(high, p[k])
		}
		ref[k] = high + cmp.Or(0.1*(high-low), 0.1*math.Abs(high), 1)
	}
	return ref
}
