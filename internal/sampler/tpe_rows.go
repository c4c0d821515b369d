package sampler

import (
	"math"
	"slices"
	"sync"
	"time"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

// records has of every trial what TPE looks at, side by side, since trials lie far
// apart in memory: where it lies, which groups of parameters it has, where it
// stands. It follows a study.
type records struct {
	groups [][]int
	seen   follower
	unit   []float64 // a point of the cube a trial
	has    []bool    // an entry a trial and group
	all    []standing
	ok     []bool          // it has a standing
	told   []standing      // scratch of gather, like
	rest   []study.TrialID // this
}

func (r *records) catchUp(v *study.View) {
	trials, anew := r.seen.changed(v)
	if anew {
		*r = records{groups: r.groups, seen: r.seen}
	}
	more := len(v.Trials) - len(r.all)
	r.unit = append(r.unit, make([]float64, more*v.Def.Space.Len())...)
	r.has = append(r.has, make([]bool, more*len(r.groups))...)
	r.all = append(r.all, make([]standing, more)...)
	r.ok = append(r.ok, make([]bool, more)...)
	for t := range trials {
		i := int(t.ID)
		copy(r.unit[i*len(t.Unit):], t.Unit)
		for g, group := range r.groups {
			r.has[i*len(r.groups)+g] = exists(v.Def.Space, t, group)
		}
		r.all[i], r.ok[i] = stands(t)
	}
}

func exists(sp *space.Space, t *study.Trial, group []int) bool {
	first := sp.Param(group[0])
	_, ok := t.Params[first.Name]
	return ok || len(first.When) == 0
}

// gather takes as good those of best standing: the share gamma of all that have
// any, rounded up, but no more than 25 (Watanabe 2023, section 3.1), or than
// frontAtMost with several objectives. The evidence holds until the next call.
func (r *records) gather(def *study.Definition, gamma float64) evidence {
	e := evidence{front: len(def.Objectives) > 1}
	told := r.told[:0]
	for i, s := range r.all {
		if r.ok[i] {
			told = append(told, s)
		}
	}
	r.told = told
	e.finished = len(told)
	k := int(math.Ceil(gamma * float64(len(told))))
	var best []standing
	if e.front {
		best = foremost(told, min(k, frontAtMost))
	} else {
		best = least(told, min(k, 25))
	}
	for _, s := range best {
		e.good = append(e.good, s.trial.ID)
	}
	slices.Sort(e.good)
	e.rest = r.rest[:0]
	next := 0
	worked := sync.OnceValue(func() time.Time { return firstEnd(told) })
	for id := range study.TrialID(len(r.all)) {
		if next < len(e.good) && e.good[next] == id {
			next++
			continue
		}
		if t := r.all[id].trial; !r.ok[id] && t.State == study.Failed && t.Ended.Before(worked()) {
			continue // a program that did not work says nothing of its parameters
		}
		e.rest = append(e.rest, id)
	}
	r.rest = e.rest
	return e
}

// firstEnd is when the first of some trials ended; zero if there are none.
func firstEnd(told []standing) (first time.Time) {
	for _, s := range told {
		if t := s.trial.Ended; !t.IsZero() && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	return first
}

// add appends the coordinates, of a group's parameters, of the trials that have it.
func (r *records) add(x []float64, g int, trials []study.TrialID) []float64 {
	d, group := len(r.unit)/max(len(r.all), 1), r.groups[g]
	for _, id := range trials {
		if !r.has[int(id)*len(r.groups)+g] {
			continue
		}
		u := r.unit[int(id)*d : (int(id)+1)*d]
		for _, i := range group {
			x = append(x, u[i])
		}
	}
	return x
}

// addRows does so for trials of no study, or of another one.
func addRows(x []float64, sp *space.Space, group []int, trials []*study.Trial) []float64 {
	for _, t := range trials {
		if !exists(sp, t, group) {
			continue
		}
		for _, i := range group {
			x = append(x, t.Unit[i])
		}
	}
	return x
}
