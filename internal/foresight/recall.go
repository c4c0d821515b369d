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
	def     *study.Definition
	losses  []float64
	outlook *Outlook
}

// recall is the outlook made of these observations, nil if it isn't kept.
func recall(def *study.Definition, points []point, losses []float64) *Outlook {
	kept.Lock()
	defer kept.Unlock()
	for _, m := range kept.ring {
		if m.def == def && slices.Equal(m.losses, losses) && slices.EqualFunc(m.outlook.points, points, point.same) {
			return m.outlook
		}
	}
	return nil
}

// remember keeps an outlook in place of the oldest.
func remember(def *study.Definition, losses []float64, o *Outlook) {
	kept.Lock()
	defer kept.Unlock()
	kept.ring[kept.next] = memory{def, losses, o}
	kept.next = (kept.next + 1) % len(kept.ring)
}

func (p point) same(q point) bool {
	return p.curve == q.curve && p.tau == q.tau && slices.Equal(p.x, q.x)
}
