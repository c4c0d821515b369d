package kernel

import (
	"sync"
	"sync/atomic"
)

// Team shares work out to threads. A nil Team is the caller's thread alone. Its threads
// live only while there is work, so that there is nothing to end; a steady state
// allocates nothing. It is not safe for concurrent use, and work must not share out
// work of its own with the same Team.
//
// What is computed must not depend on who computes it: then the numbers are the same
// whatever the number of threads.
type Team struct {
	part    func(part, thread int)
	parts   int
	next    atomic.Int64
	left    sync.WaitGroup
	helpers []func() // one for each thread but the caller's
}

// NewTeam makes a team of so many threads; of one or fewer it is nil.
func NewTeam(threads int) *Team {
	if threads <= 1 {
		return nil
	}
	t := &Team{}
	for i := 1; i < threads; i++ {
		t.helpers = append(t.helpers, func() {
			t.work(i)
			t.left.Done()
		})
	}
	return t
}

// Threads is their number, at least 1.
func (t *Team) Threads() int {
	if t == nil {
		return 1
	}
	return 1 + len(t.helpers)
}

// Do calls part for 0 … parts−1, each once, and returns when all have returned. thread
// is below Threads; no two calls at a time have the same.
func (t *Team) Do(parts int, part func(part, thread int)) {
	if t == nil || parts <= 1 {
		for i := range parts {
			part(i, 0)
		}
		return
	}
	t.part, t.parts = part, parts
	t.next.Store(0)
	helpers := t.helpers[:min(len(t.helpers), parts-1)]
	t.left.Add(len(helpers))
	for _, help := range helpers {
		go help()
	}
	t.work(0)
	t.left.Wait()
}

// work takes one part after another until none is left.
func (t *Team) work(thread int) {
	for {
		i := int(t.next.Add(1)) - 1
		if i >= t.parts {
			return
		}
		t.part(i, thread)
	}
}
