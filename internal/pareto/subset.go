package pareto

import (
	"cmp"
	"math"
	"slices"
)

// Subset chooses k of the points, all finite, that together dominate much volume:
// the one that adds most to those already chosen, time and again, which finds at
// least 1 − 1/e of the largest volume there is (Guerreiro, Fonseca and Paquete
// 2016). Objectives are brought to one scale first; the reference is a tenth of
// the points' extent beyond them. It lists the indices in the order of choice, and
// all of them where there are no more than k.
func Subset(points [][]float64, k int) []int {
	type candidate struct {
		index int
		gain  float64 // at most: what it added when last asked
	}
	if len(points) == 0 {
		return nil
	}
	scaled := unitScale(points)
	ref := make([]float64, len(points[0]))
	for i := range ref {
		ref[i] = 1.1
	}
	var chosen [][]float64
	queue := make([]candidate, len(points))
	for i, p := range scaled {
		queue[i] = candidate{i, Exclusive(p, nil, ref)}
	}
	byGain := func(a, b candidate) int { return cmp.Or(cmp.Compare(b.gain, a.gain), a.index-b.index) }
	slices.SortFunc(queue, byGain)
	var out []int
	for len(out) < k && len(queue) > 0 {
		// What a candidate adds only shrinks, so the first one that keeps its place
		// after being asked again is the best.
		c := queue[0]
		if len(chosen) > 0 {
			c.gain = Exclusive(scaled[c.index], chosen, ref)
		}
		at, _ := slices.BinarySearchFunc(queue[1:], c, byGain)
		if at > 0 {
			copy(queue, queue[1:at+1])
			queue[at] = c
			continue
		}
		queue = queue[1:]
		chosen = append(chosen, scaled[c.index])
		out = append(out, c.index)
	}
	return out
}

// unitScale moves the points so that every objective begins at 0 and, where it
// varies, ends at 1. There is at least one.
func unitScale(points [][]float64) [][]float64 {
	out := make([][]float64, len(points))
	for i := range out {
		out[i] = make([]float64, len(points[0]))
	}
	for k := range points[0] {
		low, high := math.Inf(1), math.Inf(-1)
		for _, p := range points {
			low, high = min(low, p[k]/2), max(high, p[k]/2) // halves don't overflow
		}
		if extent := high - low; extent > 0 {
			for i, p := range points {
				out[i][k] = (p[k]/2 - low) / extent
			}
		}
	}
	return out
}
