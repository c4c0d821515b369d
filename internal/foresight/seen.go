package foresight

import (
	"math"
	"slices"
)

// seen is what a model is made of.
type seen struct {
	x      [][]float64 // a row for every curve
	tau    []float64   // the moments of observations, rising
	points []point     // a curve's together
}

// point is an observation, or where there will be one: a curve at a moment.
type point struct{ curve, moment int }

// gather makes rows, moments and points of glimpses, points in their order.
func (o *Outlook) gather(some []glimpse) seen {
	var s seen
	steps := make([]int64, len(some))
	for i, g := range some {
		steps[i] = g.step
	}
	slices.Sort(steps)
	steps = slices.Compact(steps)
	for _, step := range steps {
		s.tau = append(s.tau, tau(step, o.last))
	}
	for i, g := range some {
		if i == 0 || some[i-1].trial != g.trial {
			s.x = append(s.x, o.columns.of(g.trial))
		}
		moment, _ := slices.BinarySearch(steps, g.step)
		s.points = append(s.points, point{len(s.x) - 1, moment})
	}
	return s
}

// tau is a step as a share of the training, by logarithms.
func tau(step, last int64) float64 {
	return math.Log(float64(max(step, 1))) / math.Log(float64(last))
}
