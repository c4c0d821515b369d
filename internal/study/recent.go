package study

import "iter"

// recency keeps trials in the order in which events last touched them: a doubly
// linked list whose links are trial numbers. It lets an index over trials catch up
// in time proportional to what has changed.
type recency struct {
	seq        []int64   // the last event that touched a trial
	prev, next []TrialID // -1: none
	last       TrialID   // touched last; meaningless without trials
}

// add makes room for one more trial, which no event has touched yet.
func (r *recency) add() {
	r.seq = append(r.seq, 0)
	r.prev = append(r.prev, -1)
	r.next = append(r.next, -1)
}

// touch moves a trial to the end.
func (r *recency) touch(id TrialID, seq int64) {
	linked := r.seq[id] > 0
	r.seq[id] = seq
	if linked && r.last == id {
		return
	}
	if linked {
		before, after := r.prev[id], r.next[id]
		if before >= 0 {
			r.next[before] = after
		}
		r.prev[after] = before
	}
	r.prev[id], r.next[id] = -1, -1
	if linked || id > 0 { // somebody is there before it
		r.prev[id] = r.last
		r.next[r.last] = id
	}
	r.last = id
}

// ChangedSince goes through the trials that events after seq have touched, the
// most recent first, each once. It takes time in proportion to their number.
func (v *View) ChangedSince(seq int64) iter.Seq[*Trial] {
	return func(yield func(*Trial) bool) {
		if len(v.Trials) == 0 {
			return
		}
		for id := v.recent.last; id >= 0 && v.recent.seq[id] > seq; id = v.recent.prev[id] {
			if !yield(v.Trials[id]) {
				return
			}
		}
	}
}
