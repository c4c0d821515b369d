package scheduler

import (
	"strconv"

	"github.com/danlu-ml/danlu/internal/study"
)

// membership keeps which trials belong to which bracket, in the order of their
// numbers: a cache of the view's trials' Bracket, which holds the bracket's number.
// Trials that a person asked for, and the default one, belong to none.
type membership struct {
	view    *study.View
	seq     int64
	planned int
	of      [][]study.TrialID
	// settled marks brackets in which nothing is left to do, until an event
	// touches a member.
	settled []bool
}

func (m *membership) catchUp(v *study.View) {
	if m.view != v || v.Seq < m.seq {
		*m = membership{view: v}
	}
	for _, t := range v.Trials[m.planned:] {
		b, ok := bracketOf(t)
		if !ok {
			continue
		}
		for len(m.of) <= b {
			m.of = append(m.of, nil)
			m.settled = append(m.settled, false)
		}
		m.of[b] = append(m.of[b], t.ID)
	}
	m.planned = len(v.Trials)
	for t := range v.ChangedSince(m.seq) {
		if b, ok := bracketOf(t); ok {
			m.settled[b] = false
		}
	}
	m.seq = v.Seq
}

// bracketOf is the number of a trial's bracket; ok is false for one without.
func bracketOf(t *study.Trial) (b int, ok bool) {
	b, err := strconv.Atoi(t.Bracket)
	return b, err == nil && b >= 0 && b <= int(t.ID)
}
