package foresight

import (
	"cmp"
	"math"
	"slices"

	"github.com/danlu-ml/danlu/internal/study"
)

// seen is what a model is made of.
type seen struct {
	x      [][]float64 // a row for every curve
	tau    []float64   // the moments of observations, rising
	points []point     // a curve's together
}

// point is an observation, or where there will be one: a curve at a moment.
type point struct{ curve, moment int }

// glimpse is a loss of a trial at a step.
type glimpse struct {
	trial *study.Trial
	step  int64
	loss  float64
}

// glimpses are what is taken in of a study: of every trial its losses at the ends
// of stretches and the last. Where that is more than mostSeen, it is all of those
// that got farthest, of equals the better, and of the rest some, evenly, at their
// last step.
func glimpses(v *study.View) []glimpse {
	last := v.Def.Fidelity.Max
	curves := make([][]glimpse, 0, len(v.Trials))
	n := 0
	for _, t := range v.Trials {
		g := glimpsesOf(t, last)
		if len(g) > 0 {
			curves = append(curves, g)
			n += len(g)
		}
	}
	if n <= mostSeen {
		return slices.Concat(curves...)
	}
	end := func(g []glimpse) glimpse { return g[len(g)-1] }
	slices.SortStableFunc(curves, func(a, b []glimpse) int {
		return cmp.Or(cmp.Compare(end(b).step, end(a).step), cmp.Compare(end(a).loss, end(b).loss))
	})
	var taken []glimpse
	for len(curves) > 0 && len(taken)+len(curves[0]) <= mostSeen*2/3 {
		taken = append(taken, curves[0]...)
		curves = curves[1:]
	}
	for _, g := range evenly(curves, mostSeen-len(taken)) {
		taken = append(taken, end(g))
	}
	slices.SortStableFunc(taken, func(a, b glimpse) int { return cmp.Compare(a.trial.ID, b.trial.ID) })
	return taken
}

// glimpsesOf are those of one trial; one that ended with nothing to show is as bad
// as can be.
func glimpsesOf(t *study.Trial, last int64) (g []glimpse) {
	c := t.Curve()
	if len(c) == 0 {
		if t.State.Open() {
			return nil
		}
		return []glimpse{{t, 1, math.Inf(1)}}
	}
	next := Stretch(0, last)
	for i, s := range c {
		if s.Step < next && i < len(c)-1 {
			continue
		}
		for next <= s.Step {
			next += Stretch(next, last)
		}
		g = append(g, glimpse{t, s.Step, s.Loss})
	}
	return g
}

// Stretch is how much farther a trial gets before it is worth asking again, in
// steps: a twenty-fifth of a training at first, then two fifths of what it has.
func Stretch(from, last int64) int64 {
	return max(1, last/25, int64(math.Ceil(float64(from)*0.4)))
}

// gather makes rows, moments and points of glimpses and of what is pending. Points
// of both come in their order.
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

// some is the part of it with these points, in rising order.
func (s seen) some(points []int) seen {
	var part seen
	moments := make([]int, 0, len(points))
	for _, i := range points {
		moments = append(moments, s.points[i].moment)
	}
	slices.Sort(moments)
	moments = slices.Compact(moments)
	for _, m := range moments {
		part.tau = append(part.tau, s.tau[m])
	}
	curve := -1
	for _, i := range points {
		p := s.points[i]
		if p.curve != curve {
			curve = p.curve
			part.x = append(part.x, s.x[curve])
		}
		moment, _ := slices.BinarySearch(moments, p.moment)
		part.points = append(part.points, point{len(part.x) - 1, moment})
	}
	return part
}

// sample picks at most n observations: the last of every curve first, then
// earlier ones, evenly.
func sample(points []point, n int) []int {
	var last, rest []int
	for i, p := range points {
		if i+1 == len(points) || points[i+1].curve != p.curve {
			last = append(last, i)
		} else {
			rest = append(rest, i)
		}
	}
	picked := append(evenly(last, n), evenly(rest, max(n-len(last), 0))...)
	slices.Sort(picked)
	return picked
}

// evenly takes n of them at equal distances, all where there are no more.
func evenly[T any](from []T, n int) []T {
	if len(from) <= n {
		return from
	}
	some := make([]T, n)
	for i := range some {
		some[i] = from[i*len(from)/n]
	}
	return some
}

// tau is a step as a share of the training, by logarithms.
func tau(step, last int64) float64 {
	return math.Log(float64(max(step, 1))) / math.Log(float64(last))
}
