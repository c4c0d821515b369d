package foresight

import (
	"math"
	"slices"
)

// scale standardises losses.
type scale struct {
	highest  float64 // those beyond are cut
	mean, sd float64
}

// measure finds the scale: mean and deviation of the losses observed, cut far beyond
// the median, where they say no more than bad. ok is false where they don't differ.
func measure(some []glimpse) (s scale, ok bool) {
	var finite []float64
	for _, g := range some {
		if !math.IsInf(g.loss, 0) {
			finite = append(finite, g.loss)
		}
	}
	if len(finite) < 2 {
		return s, false
	}
	slices.Sort(finite)
	best, median := finite[0], finite[len(finite)/2]
	if best == finite[len(finite)-1] {
		return s, false
	}
	if median == best {
		median = finite[len(finite)-1]
	}
	s.highest = median + (median - best)
	n := float64(len(some))
	for _, g := range some {
		s.mean += min(g.loss, s.highest) / n
	}
	for _, g := range some {
		d := min(g.loss, s.highest) - s.mean
		s.sd += d * d / n
	}
	s.sd = math.Sqrt(s.sd)
	return s, s.sd > 0 && !math.IsInf(s.sd, 0)
}

// of are losses on that scale.
func (s scale) of(some []glimpse) []float64 {
	y := make([]float64, len(some))
	for i, g := range some {
		y[i] = (min(g.loss, s.highest) - s.mean) / s.sd
	}
	return y
}
