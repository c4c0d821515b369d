package foresight

import (
	"slices"
	"sync"

	"github.com/danlu-ml/danlu/internal/study"
)

// A scheduler and a sampler ask for the same outlook, one after the other, and ask
// again where nothing has been reported since. The last few are kept: what they
// are made of decides, so nothing depends on who asked before.
var kept struct {
	sync.Mutex
	ring [4]memory
	next int
}

type memory struct {
	def             *study.Definition
	points, pending []point
	losses          []float64
	outlook         *Outlook
}

// recall is an outlook made of these observations, nil if none is kept; whole says
// whether what was pending is the same, too.
func recall(def *study.Definition, points, pending []point, losses []float64) (known *Outlook, whole bool) {
	kept.Lock()
	defer kept.Unlock()
	for _, m := range kept.ring {
		if m.def != def || !slices.Equal(m.losses, losses) || !slices.EqualFunc(m.points, points, point.same) {
			continue
		}
		copied := *m.outlook // one a caller: it notes what it is asked
		known = &copied
		if slices.EqualFunc(m.pending, pending, point.same) {
			return known, true
		}
	}
	return known, false
}

// remember keeps an outlook in place of the oldest.
func remember(m memory) {
	known := *m.outlook
	m.outlook = &known
	kept.Lock()
	defer kept.Unlock()
	kept.ring[kept.next] = m
	kept.next = (kept.next + 1) % len(kept.ring)
}

func (p point) same(q point) bool {
	return p.curve == q.curve && p.tau == q.tau && slices.Equal(p.x, q.x)
}
