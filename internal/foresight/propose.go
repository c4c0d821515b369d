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
	closer   = 60 // candidates near the best of these, ever nearer
)

// Propose finds the configuration not yet tried with the most to gain by a step,
// and that gain, comparable with that of [Outlook.Choose]. What is not allowed is
// left out; nil allows all. There is none (found is false) where all that were looked
// at have been tried or are left out.
func (o *Outlook) Propose(v *study.View, allowed func(space.Values) bool) (params space.Values, gain float64, found bool) {
	p := o.found
	p.Lock()
	defer p.Unlock()
	if p.view != v || p.seq != v.Seq {
		p.view, p.seq = v, v.Seq
		p.params, p.gain, p.any = o.search(v, nil)
	}
	if !p.any || allowed == nil || allowed(p.params) {
		return maps.Clone(p.params), p.gain, p.any
	}
	return o.search(v, allowed)
}

// proposed is what was found last: a scheduler asks whether something new is worth
// a slot, and a sampler then what it is.
type proposed struct {
	sync.Mutex
	view   *study.View
	seq    int64
	params space.Values
	gain   float64
	any    bool
}

// search looks at configurations near those expected to end best, anywhere, and
// ever nearer to the best found; at such that can't be had as they are only where there are no others.
func (o *Outlook) search(v *study.View, allowed func(space.Values) bool) (params space.Values, gain float64, found bool) {
	gaps := voids(v)
	params, gain, found = o.searchOutside(v, gaps, allowed)
	if !found && len(gaps) > 0 {
		return o.searchOutside(v, nil, allowed)
	}
	return params, gain, found
}

func (o *Outlook) searchOutside(v *study.View, gaps []void, allowed func(space.Values) bool) (best space.Values, gain float64, found bool) {
	sp := v.Def.Space
	rng := rand.New(rand.NewPCG(v.Def.Seed^0x5eed, uint64(v.Steps)<<20^uint64(len(v.Trials))))
	gain = math.Inf(-1)
	shared := make([]float64, len(o.seen.x))
	try := func(u []float64) {
		params := sp.At(u)
		unit := sp.Unit(params)
		if within(gaps, unit) || v.Tried.Has(unit, params) || (allowed != nil && !allowed(params)) {
			return
		}
		o.alikes(o.columns.row(unit, sp.Active(params)), shared)
		if g := o.gain(shared, -1, 0, gain); g > gain || !found {
			best, gain, found = params, g, true
		}
	}
	u := make([]float64, sp.Len())
	nudged := func(from []float64, by float64) []float64 {
		for i := range u {
			u[i] = from[i]
			if rng.Float64() < 0.5 {
				u[i] = nudge(sp.Param(i).Domain, u[i], by, rng)
			}
		}
		return u
	}
	for _, t := range o.leaders(v.Trials, leading) {
		for range near {
			try(nudged(t.Unit, 0.1))
		}
	}
	for range anywhere {
		for i := range u {
			u[i] = rng.Float64()
		}
		try(u)
	}
	for i := range closer {
		if found {
			try(nudged(sp.Unit(best), 0.15*math.Pow(0.97, float64(i))))
		}
	}
	return best, gain, found
}

// nudge moves a coordinate a little; an unordered choice is drawn anew.
func nudge(d space.Domain, u, by float64, rng *rand.Rand) float64 {
	if c, ok := d.(space.Choice); ok && !c.Ordered {
		return rng.Float64()
	}
	return min(max(u+by*rng.NormFloat64(), 0), 1)
}
