package lrfind

import (
	"fmt"
	"math"
	"slices"
)

// reading is what the probes say, before what the training proper wants.
type reading struct {
	doubt   string  // why they say nothing
	at      float64 // rate
	steps   int     // of the probes
	tries   int
	learned bool    // else at is below the highest that did no harm
	share   float64 // of its loss that the best has lost
	best    float64
	edge    float64 // the lowest rate that comes almost as far as the best
	open    bool    // no higher rate was tried than the best
	cliff   float64 // rate at which the sweep took off, or its highest; 0 is unknown
}

// ignored is by how much of itself a loss changes at least where the program heeds the
// rate.
const ignored = 1e-5

// read takes a rate from the tries: half-way between the parabola's minimum about the
// best and the lower edge of the valley. The minimum alone is drawn to rates that are
// too high for a long training; the edge alone suffers from what is between two
// tries.
func (f *search) read() reading {
	r := reading{steps: f.horizon, tries: len(f.tries)}
	b := f.best()
	switch {
	case b == nil:
		low := f.sorted()[0]
		r.doubt = fmt.Sprintf("training diverges at every rate that was tried, down to %s: the data or the network is at fault, or it wants a far lower rate", number(low.rate))
		return r
	case f.gain(b) > leastGain:
		all := f.sorted()
		r.learned, r.best, r.open = true, b.rate, b == all[len(all)-1]
		bottom, edge := f.valley(b)
		r.edge = f.rate(edge)
		r.at = f.rate((bottom + edge) / 2)
		r.share, r.cliff = f.share(b), f.cliff
		return r
	}
	// Nothing is learnt yet by any: what can be told is where harm begins.
	all := f.sorted()
	n := f.horizon
	for _, t := range all {
		if !t.diverged {
			n = min(n, len(t.losses))
		}
	}
	low, at, same := all[0].loss(n), float64(all[0].place), true
	for _, t := range all {
		if !f.harmed(t, n, low) {
			at = float64(t.place)
		}
		same = same && math.Abs(t.loss(n)-low) < ignored*math.Abs(low)
	}
	if same {
		r.doubt = fmt.Sprintf("the loss stays at %s at every rate from %s to %s: the program ignores the rate, or nothing is trained", number(low), number(all[0].rate), number(all[len(all)-1].rate))
		return r
	}
	r.at = f.rate(at - stride) // early on, rates do no harm that do later
	return r
}

// harmed says whether a try is above a loss for certain after so many steps, or a
// batch of it has been far above the untrained network's.
func (f *search) harmed(t *try, steps int, loss float64) bool {
	return !(t.loss(steps) < loss+Harm*math.Abs(loss)) ||
		slices.Max(t.losses) > Spike(f.start, f.noise)
}

// share is how much of its loss a try has lost where it ended.
func (f *search) share(t *try) float64 {
	n := f.common(t, t)
	return lost(f.above(n), t.loss(n))
}

// valley are the places of the least loss and of the lower edge.
func (f *search) valley(b *try) (bottom, edge float64) {
	end := f.common(b, b)
	fall := f.above(end) - b.loss(end)
	// behind is how far a try is behind the best at its end; of one given up before,
	// as much of the fall as at its own.
	behind := func(t *try) float64 {
		n := f.common(t, b)
		if t.diverged || n < 2 {
			return fall
		}
		part := max(f.above(n)-b.loss(n), 1e-9)
		return min((t.loss(n)-b.loss(n))*fall/part, fall)
	}
	all := f.sorted()
	i := 0
	for all[i] != b {
		i++
	}
	bottom = float64(b.place)
	if i > 0 && i+1 < len(all) {
		bottom += vertex(float64(all[i-1].place-b.place), behind(all[i-1]), float64(all[i+1].place-b.place), behind(all[i+1]))
	}
	for i > 0 && behind(all[i-1]) < EdgeShare*fall {
		i--
	}
	if i == 0 {
		return bottom, float64(all[0].place) - stride/2
	}
	in, out := behind(all[i]), behind(all[i-1])
	width := float64(all[i].place - all[i-1].place)
	return bottom, float64(all[i].place) - width*(EdgeShare*fall-in)/(out-in)
}

// vertex is the minimum of the parabola through (0, 0), (a, ya) and (b, yb), a below
// and b above 0; at most half-way to either.
func vertex(a, ya, b, yb float64) float64 {
	curve := (yb/b - ya/a) / (b - a)
	if curve <= 0 {
		return 0
	}
	slope := ya/a - curve*a
	return min(max(-slope/(2*curve), a/2), b/2)
}

func (f *search) rate(place float64) float64 { return f.center * math.Pow(10, place/perDecade) }

// span is where a search should look.
func (r reading) span(o Options) Range {
	rate, half := r.rate(o), math.Sqrt(10)
	if r.open {
		return Range{rate / half, rate * half * half}
	}
	return Range{rate / half, rate * half}
}

// why explains the suggestion.
func (r reading) why(o Options) string {
	if !r.learned {
		return fmt.Sprintf("nothing is learnt in the %d steps of a short training yet; this is below where the loss begins to suffer; if it does not fall in a longer one either, look whether the loss has the right sign, and what is trained", r.steps)
	}
	text := fmt.Sprintf("of %d short trainings of up to %d steps the one at %s came lowest, and from %s on they come almost as far", r.tries, r.steps, number(r.best), number(r.edge))
	if r.open {
		text += "; no higher one was tried"
	}
	text += "; between the two" + o.factors(r.share, r.power())
	if r.cliff > 0 {
		text += fmt.Sprintf("; a quarter of the way from there to a fiftieth of %s, where the sweep took off or ended", number(r.cliff))
	}
	return text
}
