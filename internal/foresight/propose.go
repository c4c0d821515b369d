package foresight

import (
	"maps"
	"math"
	"math/rand/v2"
	"sync"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

const (
	anywhere = 250 // candidates drawn from the whole space
	near     = 10  // candidates near each of the leaders
	leading  = 5
)

// Propose finds the configuration not yet tried with the most to gain by a step,
// and that gain, comparable with [Outlook.Gain]. What is not allowed is left out; nil
// allows all. There is none (found is false) where all that were looked at have been
// tried or are left out.
func (o *Outlook) Propose(v *study.View, allowed func(space.Values) bool) (params space.Values, gain float64, found bool) {
	if allowed != nil {
		return o.search(v, allowed)
	}
	o.found.Lock()
	defer o.found.Unlock()
	if p := o.found; p.params == nil || p.steps != v.Steps || p.trials != len(v.Trials) {
		params, gain, found := o.search(v, nil)
		p.steps, p.trials, p.params, p.gain, p.any = v.Steps, len(v.Trials), params, gain, found
	}
	return maps.Clone(o.found.params), o.found.gain, o.found.any
}

// proposed is what was found last: a scheduler asks whether something new is worth
// a slot, and a sampler then what it is.
type proposed struct {
	sync.Mutex
	steps  int64
	trials int
	params space.Values
	gain   float64
	any    bool
}

// search looks at configurations anywhere, and near those expected to end best.
func (o *Outlook) search(v *study.View, allowed func(space.Values) bool) (params space.Values, gain float64, found bool) {
	sp := v.Def.Space
	rng := rand.New(rand.NewPCG(v.Def.Seed^0x5eed, uint64(v.Steps)<<20^uint64(len(v.Trials))))
	var all []space.Values
	var at []point
	add := func(u []float64) {
		values := sp.At(u)
		unit := sp.Unit(values)
		if v.Tried.Has(unit, values) || (allowed != nil && !allowed(values)) {
			return
		}
		all = append(all, values)
		at = append(at, point{o.columns.row(unit, sp.Active(values)), 0, -1 - len(at)})
	}
	u := make([]float64, sp.Len())
	for range anywhere {
		for i := range u {
			u[i] = rng.Float64()
		}
		add(u)
	}
	for _, t := range o.leaders(v.Trials, leading) {
		for range near {
			for i := range u {
				u[i] = t.Unit[i]
				if rng.Float64() < 0.5 {
					u[i] = o.nudge(sp.Param(i).Domain, u[i], rng)
				}
			}
			add(u)
		}
	}
	if len(all) == 0 {
		return nil, 0, false
	}
	best, score := 0, math.Inf(-1)
	for i, p := range at {
		if g := o.gain(p, 0); g > score {
			best, score = i, g
		}
	}
	return all[best], score, true
}

// nudge moves a coordinate a little; an unordered choice is drawn anew.
func (o *Outlook) nudge(d space.Domain, u float64, rng *rand.Rand) float64 {
	if c, ok := d.(space.Choice); ok && !c.Ordered {
		return rng.Float64()
	}
	return min(max(u+0.1*rng.NormFloat64(), 0), 1)
}
