package sampler

import (
	"fmt"
	"math"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

// With many numbers, a few points spread over the cube say next to nothing, and nearly
// all of the cube is worse than its middle. There a process begins with one step along
// every axis, each from the best so far, as linear models do (Powell 1994, COBYLA); and
// with more of them it goes on near the best: what it learns of slopes holds there.
const (
	// stepping is from how many numbers on the start is by steps, and nearing from how
	// many the search keeps near the best. In 8 dimensions that gained nothing more.
	stepping, nearing = 8, 10
	// stride is the length of a step.
	stride = 1. / 6
	// nearSD is the deviation of the normal density about the best by which improvements
	// are weighed.
	nearSD = .25
)

// stepwise reports whether a study is one for steps: of one objective, its parameters
// being at least so many numbers that always exist and of which users believe nothing.
func (c *columns) stepwise(def *study.Definition, numbers int) bool {
	return len(def.Objectives) == 1 && c.shape.Columns >= numbers && len(c.plain) == c.shape.Columns
}

// atSteps reports whether a study is still at steps.
func (s *process) atSteps(v *study.View) bool {
	return s.steps && len(v.Trials) < s.options.Startup && len(v.Earlier) == 0
}

// byStep reports whether a trial of the start is a step: there is one an axis, and none
// where earlier studies know more, nor as long as all that ended has failed, which
// neighbours may do as well.
func (s *process) byStep(p *past, trial int) bool {
	return s.steps && trial > 0 && trial <= len(s.columns.plain) && len(p.earlier) == 0 &&
		(p.told > 0 || len(p.trials) == 0 && len(p.refused) == 0)
}

// step is one along the axis of a trial of the start: from the best so far, or from what is
// customary while nothing is known; or a configuration at random where that is not new.
func (s *process) step(p *past, f *fresh, trial int) (params space.Values, why string, ok bool) {
	axis := s.columns.plain[trial-1]
	from, origin := s.columns.customs, "what is customary"
	best, least := -1, math.Inf(1)
	for i, l := range p.losses[0] {
		if l < least {
			best, least = i, l
		}
	}
	if best >= 0 {
		from, origin = p.trials[best].Unit, fmt.Sprintf("trial %d", p.trials[best].ID)
	}
	why = fmt.Sprintf("a step from %s along %s", origin, f.space.Param(axis).Name)
	first := true
	params, ok = f.take(func(u []float64) {
		if !first {
			why = "at random"
			uniform(f.rng, u)
			return
		}
		first = false
		copy(u, from)
		length := stride
		if n := f.space.Param(axis).Domain.Count(); n > 0 {
			length = max(length, 1/float64(n))
		}
		if u[axis] += length; u[axis] > 1 {
			u[axis] -= 2 * length
		}
	})
	return params, fmt.Sprintf("%s: the model begins after %d trials", why, s.options.Startup), ok
}

// nearness is what closeness to the best adds for a number at u, and its derivative.
func (a *aim) nearness(i int, u float64) (v, du float64) {
	if a.near == 0 {
		return 0, 0
	}
	z := (u - a.trials[0].Unit[i]) / a.near
	return -z * z / 2, -z / a.near
}
