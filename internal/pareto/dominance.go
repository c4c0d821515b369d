// Package pareto is the arithmetic of several objectives: who dominates whom, how
// much room a front dominates, and how much more a candidate may be expected to.
//
// A point is a slice of k losses, of which less is better; all points of a call
// have the same k. A loss may be +Inf, not NaN. The package has never heard of a
// trial; what a loss is, and which trials have one, is study's business.
//
//	k    objectives         n    points
//	r    reference point: only what is below it in every objective counts
//
// Start reading at [Dominates] for sorting, at [Hypervolume] for volumes, at
// [EHVI] for candidates.
package pareto

import (
	"cmp"
	"slices"
)

// Dominates reports whether a is at least as good as b in every objective and
// better in one.
func Dominates(a, b []float64) bool {
	better := false
	for i := range a {
		if a[i] > b[i] {
			return false
		}
		better = better || a[i] < b[i]
	}
	return better
}

// Front lists the points that none dominates, by index: of equal ones the first.
func Front(points [][]float64) []int {
	var front []int
	l := newLayer(points)
	for _, i := range sorted(points) {
		if !l.covers(points[i]) {
			l.add(i)
			front = append(front, i)
		}
	}
	slices.Sort(front)
	return front
}

// Ranks is the front each point is on: 0 for those that none dominates, 1 for
// those that none dominates but these, and so on (Deb et al. 2002, § III-A). Equal
// points are on one front. By binary search over the fronts found so far (ENS-BS,
// Zhang et al. 2015), each a staircase where there are up to three objectives:
// O(n log n log fronts); with more, the members of a front are compared one by one.
func Ranks(points [][]float64) []int {
	ranks := make([]int, len(points))
	var layers []*layer
	last := -1
	for _, i := range sorted(points) {
		if last >= 0 && slices.Equal(points[i], points[last]) {
			ranks[i] = ranks[last]
			continue
		}
		// A front that covers the point is itself covered by every earlier one.
		r, _ := slices.BinarySearchFunc(layers, points[i], func(l *layer, p []float64) int {
			if l.covers(p) {
				return -1
			}
			return 1
		})
		if r == len(layers) {
			layers = append(layers, newLayer(points))
		}
		layers[r].add(i)
		ranks[i] = r
		last = i
	}
	return ranks
}

// sorted lists the points' indices in lexicographic order of the points, the
// first of equals first: whoever dominates comes before whom it dominates.
func sorted(points [][]float64) []int {
	order := make([]int, len(points))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		return cmp.Or(slices.Compare(points[i], points[j]), i-j)
	})
	return order
}

// layer is a front to which points are added in lexicographic order.
type layer struct {
	points  [][]float64
	members []int
	stairs  staircase // of the last two objectives, where these decide
}

func newLayer(points [][]float64) *layer { return &layer{points: points} }

// covers reports whether a member is at least as good as p everywhere. No member
// comes after p in lexicographic order, so its first objective is.
func (l *layer) covers(p []float64) bool {
	if k := len(p); k <= 3 {
		return l.stairs.covers(p[max(k-2, 0)], p[k-1])
	}
	return slices.ContainsFunc(l.members, func(i int) bool {
		for k, x := range l.points[i] {
			if x > p[k] {
				return false
			}
		}
		return true
	})
}

func (l *layer) add(i int) {
	p := l.points[i]
	if k := len(p); k <= 3 {
		l.stairs.add(p[max(k-2, 0)], p[k-1])
		return
	}
	l.members = append(l.members, i)
}
