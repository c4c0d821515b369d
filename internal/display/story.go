package display

import (
	"math"
	"slices"
	"time"

	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/text"
)

// story is what the display remembers from event to event.
type story struct {
	now   func() time.Time
	total int
	begun bool          // something was observed before
	best  study.TrialID // that was last said to be the best; -1: none
	alike bool          // it was said that all values are the same
	scale scale
}

func (s *story) learn(v *study.View, events []study.Event) {
	if !s.begun {
		s.scale = newScale(v)
		return
	}
	for _, e := range events {
		if b, ok := e.Body.(study.Points); ok {
			s.scale.add(v.Def.Objectives[0], b)
		}
	}
}

// trials is how many trials the study will have, 0 if that is unknown.
func (s *story) trials(v *study.View) int {
	if s.total > 0 {
		return s.total
	}
	return v.Def.Budget.Trials
}

// scale is the range in which curves and values of the first objective are
// shown: over the whole study, so that trials can be compared at a glance.
//
// It reaches from the best value to the middle one of the trials' first values.
// What is worse lies below it: a single bad start would else make all other
// curves flat.
type scale struct {
	maximize  bool
	low, high float64 // of all finite values
	firsts    []float64
	begun     map[study.TrialID]bool
}

func newScale(v *study.View) scale {
	o := v.Def.Objectives[0]
	s := scale{maximize: o.Maximize, low: math.Inf(1), high: math.Inf(-1), begun: map[study.TrialID]bool{}}
	for _, t := range v.Trials {
		for _, p := range t.Curve() {
			s.point(t.ID, o.Value(p.Loss))
		}
	}
	return s
}

func (s *scale) add(o study.Objective, b study.Points) {
	for _, p := range b.Rows {
		if p.Metric == o.Metric {
			s.point(b.Trial, p.Value)
		}
	}
}

func (s *scale) point(id study.TrialID, value float64) {
	if math.IsNaN(value) || math.IsInf(value, 0) {
		return
	}
	s.low, s.high = min(s.low, value), max(s.high, value)
	if !s.begun[id] {
		s.begun[id] = true
		i, _ := slices.BinarySearch(s.firsts, value)
		s.firsts = slices.Insert(s.firsts, i, value)
	}
}

// spread is the range; its Low is above its High where there is none.
func (s *scale) spread() text.Spread {
	if len(s.firsts) == 0 {
		return text.Spread{}
	}
	middle := s.firsts[len(s.firsts)/2]
	switch {
	case s.maximize && middle < s.high:
		return text.Spread{Low: middle, High: s.high}
	case !s.maximize && middle > s.low:
		return text.Spread{Low: s.low, High: middle}
	}
	return text.Spread{Low: s.low, High: s.high}
}
