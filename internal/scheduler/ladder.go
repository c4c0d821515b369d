package scheduler

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/danlu-ml/danlu/internal/study"
)

// ladder keeps how trials stood where they came upon each rung, best first, so
// that a place among ten thousand is found without going through them. It is a
// cache of the view and holds nothing of its own: whatever view it is given, it
// catches up with what has changed since the one before.
//
// Trials under another horizon than the study's are left out: an equal step means
// something else to a schedule that ends elsewhere.
type ladder struct {
	rungs []int64 // ascending
	view  *study.View
	seq   int64
	at    [][]place   // by rung, best first
	own   [][]float64 // by trial: its losses at the rungs it came upon, the lowest first
}

// place is a trial's standing at a rung.
type place struct {
	loss  float64
	trial study.TrialID
}

func (p place) compare(q place) int {
	return cmp.Or(cmp.Compare(p.loss, q.loss), cmp.Compare(p.trial, q.trial))
}

// catchUp makes the ladder that of the view.
func (l *ladder) catchUp(v *study.View) {
	if l.view != v || v.Seq < l.seq {
		*l = ladder{rungs: l.rungs, view: v, at: make([][]place, len(l.rungs))}
	}
	if v.Seq == l.seq {
		return
	}
	for len(l.own) < len(v.Trials) {
		l.own = append(l.own, nil)
	}
	for t := range v.ChangedSince(l.seq) {
		l.update(v, t)
	}
	l.seq = v.Seq
}

// update puts one trial where it stands now.
func (l *ladder) update(v *study.View, t *study.Trial) {
	was := l.own[t.ID]
	n := 0 // rungs it came upon
	if v.Horizon(t) == v.Def.Fidelity.Max {
		for n < len(l.rungs) && t.Curve().Last() >= l.rungs[n] && len(t.Curve()) > 0 {
			n++
		}
	}
	// What stands at the highest rung can still change where reports come out of
	// order; below it, too, though rarely: all are looked at.
	for k := range max(n, len(was)) {
		if k >= n {
			l.remove(k, place{was[k], t.ID})
			continue
		}
		loss, _, _ := standing(v.Def, t, l.rungs[k])
		switch {
		case k >= len(was):
			l.own[t.ID] = append(l.own[t.ID], loss)
			l.insert(k, place{loss, t.ID})
		case loss != was[k]:
			l.remove(k, place{was[k], t.ID})
			l.own[t.ID][k] = loss
			l.insert(k, place{loss, t.ID})
		}
	}
	l.own[t.ID] = l.own[t.ID][:n]
}

func (l *ladder) insert(k int, p place) {
	i, _ := slices.BinarySearchFunc(l.at[k], p, place.compare)
	l.at[k] = slices.Insert(l.at[k], i, p)
}

func (l *ladder) remove(k int, p place) {
	if i, ok := slices.BinarySearchFunc(l.at[k], p, place.compare); ok {
		l.at[k] = slices.Delete(l.at[k], i, i+1)
	}
}

// better counts the trials whose loss at rung k is lower.
func (l *ladder) better(k int, loss float64) int {
	i, _ := slices.BinarySearchFunc(l.at[k], loss, func(p place, loss float64) int {
		if p.loss < loss {
			return -1
		}
		return 1
	})
	return i
}

// highest is the rung at or below a step, -1 if there is none.
func (l *ladder) highest(step int64) int {
	i, found := slices.BinarySearch(l.rungs, step)
	if found {
		return i
	}
	return i - 1
}

// rank is the number of trials that stood better at rung k than t, and says so
// with the bar that keep, of all that came there, passed.
func (l *ladder) rank(v *study.View, t *study.Trial, k int, step int64, keep func(n int) int) (rank int, why string) {
	own := l.own[t.ID][k]
	n := len(l.at[k])
	o := v.Def.Objectives[0]
	if n == 1 {
		return 0, fmt.Sprintf("%s at %s: the first to come so far", number(o, own), at(v.Def, step))
	}
	rank = l.better(k, own)
	best := keep(n)
	bar := l.at[k][best-1].loss
	return rank, fmt.Sprintf("%s at %s: rank %d of %d, the best %d go on (%s or better)",
		number(o, own), at(v.Def, step), rank+1, n, best, number(o, bar))
}

// above is where a trial that goes on past rung k is compared next, 0 for its own
// end.
func (l *ladder) above(k int) int64 {
	if k+1 < len(l.rungs) {
		return l.rungs[k+1]
	}
	return 0
}
