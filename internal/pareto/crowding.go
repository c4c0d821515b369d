package pareto

import (
	"cmp"
	"math"
	"slices"
)

// Crowding is the crowding distance of each point of one front: the sum over the
// objectives of the distance between its two neighbours, as a share of the front's
// extent (Deb et al. 2002, § III-B). The ends of an objective have +Inf, so they
// are kept. An objective that is the same everywhere, or whose extent is not
// finite, adds nothing.
func Crowding(points [][]float64) []float64 {
	d := make([]float64, len(points))
	if len(points) == 0 {
		return d
	}
	order := make([]int, len(points))
	for i := range order {
		order[i] = i
	}
	for k := range points[0] {
		slices.SortFunc(order, func(i, j int) int { return cmp.Or(cmp.Compare(points[i][k], points[j][k]), i-j) })
		first, last := order[0], order[len(order)-1]
		extent := points[last][k] - points[first][k]
		if !(extent > 0) || math.IsInf(extent, 1) {
			continue
		}
		d[first], d[last] = math.Inf(1), math.Inf(1)
		for i := 1; i < len(order)-1; i++ {
			d[order[i]] += (points[order[i+1]][k] - points[order[i-1]][k]) / extent
		}
	}
	return d
}
