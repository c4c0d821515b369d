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
	def           *study.Definition
	some, pending []glimpse
	outlook       *Outlook
}

// recall is an outlook made of these observations, nil if none is kept; whole says
// whether what was pending is the same, too.
func recall(def *study.Definition, some, pending []glimpse) (known *Outlook, whole bool) {
	kept.Lock()
	defer kept.Unlock()
	for _, m := range kept.ring {
		if m.def != def || !slices.EqualFunc(m.some, some, glimpse.same) {
			continue
		}
		known = m.outlook.copied()
		if slices.EqualFunc(m.pending, pending, glimpse.same) {
			return known, true
		}
	}
	return known, false
}

// remember keeps an outlook in place of the oldest.
func remember(m memory) {
	m.outlook = m.outlook.copied()
	kept.Lock()
	defer kept.Unlock()
	kept.ring[kept.next] = m
	kept.next = (kept.next + 1) % len(kept.ring)
}

// copied is an outlook with notes of its own: one a caller.
func (o *Outlook) copied() *Outlook {
	c := *o
	c.ahead, c.room = nil, [horizons][]float64{}
	return &c
}

func (g glimpse) same(h glimpse) bool {
	return g.trial.ID == h.trial.ID && g.step == h.step && g.loss == h.loss && slices.Equal(g.trial.Unit, h.trial.Unit)
}
