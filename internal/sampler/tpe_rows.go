package sampler

import (
	"sync"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

// rows are the coordinates of the trials in which a group exists.
func (s *tpe) rows(sp *space.Space, group []int, trials []*study.Trial) []float64 {
	x := make([]float64, 0, len(trials)*len(group))
	first := sp.Param(group[0])
	s.present.mu.Lock()
	defer s.present.mu.Unlock()
	for _, t := range trials {
		if len(first.When) > 0 && !s.present.has(sp, t, group[0]) {
			continue
		}
		for _, i := range group {
			x = append(x, t.Unit[i])
		}
	}
	return x
}

// presence remembers which parameters exist in which trial, since names are slow to
// look up. A trial's never change under one definition.
type presence struct {
	mu    sync.Mutex
	trial []*study.Trial // by ID: whose they are
	on    [][]bool       // by ID and parameter
}

func (p *presence) has(sp *space.Space, t *study.Trial, param int) bool {
	id := int(t.ID)
	if id < len(p.trial) && p.trial[id] == t {
		return p.on[id][param]
	}
	on := sp.Active(t.Params)
	if id == len(p.trial) {
		p.trial, p.on = append(p.trial, t), append(p.on, on)
	} else if id < len(p.trial) {
		p.trial[id], p.on[id] = t, on
	}
	return on[param]
}
