package foresight

import (
	"cmp"
	"iter"
	"math"
	"slices"
	"sort"

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
// of stretches and the last, thinned.
func glimpses(v *study.View) []glimpse {
	var all []glimpse
	for _, t := range v.Trials {
		all = append(all, glimpsesOf(t, v.Def.Fidelity.Max)...)
	}
	return thinned(all, mostSeen)
}

// thinned is at most n of them, a trial's together: all of those that got farthest,
// of equals the better, for two thirds, and of the others some, evenly, at their
// last step. Both are needed: curves over their length, and the landscape.
func thinned(all []glimpse, n int) []glimpse {
	if len(all) <= n {
		return all
	}
	curves := slices.Collect(chunks(all))
	end := func(g []glimpse) glimpse { return g[len(g)-1] }
	slices.SortStableFunc(curves, func(a, b []glimpse) int {
		return cmp.Or(cmp.Compare(end(b).step, end(a).step), cmp.Compare(end(a).loss, end(b).loss))
	})
	var taken []glimpse
	for len(curves) > 0 && len(taken)+len(curves[0]) <= n*2/3 {
		taken = append(taken, curves[0]...)
		curves = curves[1:]
	}
	for _, g := range evenly(curves, n-len(taken)) {
		taken = append(taken, end(g))
	}
	slices.SortStableFunc(taken, func(a, b glimpse) int { return cmp.Compare(a.trial.ID, b.trial.ID) })
	return taken
}

// chunks are the glimpses of one trial after another.
func chunks(all []glimpse) iter.Seq[[]glimpse] {
	return func(yield func([]glimpse) bool) {
		for from, i := 0, 1; i <= len(all); i++ {
			if i == len(all) || all[i].trial != all[from].trial {
				if !yield(all[from:i]) {
					return
				}
				from = i
			}
		}
	}
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
	end := len(c) - 1
	for next := Stretch(0, last); ; {
		i := sort.Search(end, func(i int) bool { return c[i].Step >= next })
		g = append(g, glimpse{t, c[i].Step, c[i].Loss})
		if i == end {
			break
		}
		for next <= c[i].Step {
			next += Stretch(next, last)
		}
	}
	return g
}

// Stretch is how much farther a trial gets before it is worth asking again, in
// steps: a twenty-fifth of a training at first, then two fifths of what it has.
func Stretch(from, last int64) int64 {
	return max(1, last/25, int64(math.Ceil(float64(from)*0.4)))
}

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

// landmarks are at most n of them: the last of every trial first, which have most of
// the landscape, then earlier ones, evenly.
func landmarks(all []glimpse, n int) []glimpse {
	if len(all) <= n {
		return all
	}
	var last, rest []int
	for i, g := range all {
		if i+1 == len(all) || all[i+1].trial != g.trial {
			last = append(last, i)
		} else {
			rest = append(rest, i)
		}
	}
	picked := append(evenly(last, n), evenly(rest, max(n-len(last), 0))...)
	slices.Sort(picked)
	some := make([]glimpse, len(picked))
	for i, at := range picked {
		some[i] = all[at]
	}
	return some
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
