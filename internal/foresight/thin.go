package foresight

import (
	"cmp"
	"iter"
	"slices"

	"github.com/danlu-ml/danlu/internal/study"
)

// thinned is at most n of them, a trial's together: all of self's, which may be nil,
// and of those that got farthest, of equals the better, for two thirds, and of the
// others some, evenly, at their last step. Both are needed: curves over their length,
// and the landscape.
func thinned(all []glimpse, n int, self *study.Trial) []glimpse {
	if len(all) <= n {
		return all
	}
	curves := slices.Collect(chunks(all))
	end := func(g []glimpse) glimpse { return g[len(g)-1] }
	slices.SortStableFunc(curves, func(a, b []glimpse) int {
		switch self {
		case a[0].trial:
			return -1
		case b[0].trial:
			return 1
		}
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
