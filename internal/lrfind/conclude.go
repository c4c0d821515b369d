package lrfind

import (
	"fmt"
	"math"
)

// reading is what the probes say, before what the training proper wants.
type reading struct {
	doubt   string  // why they say nothing
	at      float64 // rate
	steps   int     // of the probes
	tries   int
	learned bool // else at is the highest that did no harm
	best    float64
	edge    float64 // the lowest rate that comes almost as far as the best
	open    bool    // no higher rate was tried than the best
}

// The edge of the valley is where a tenth of the best one's gain is missing. Without
// gain, a rate does harm that raises the loss by a hundredth; and one that does not
// change it by so much of itself is ignored.
const (
	edgeShare = 0.1
	harm      = 0.01
	ignored   = 1e-5
)

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
		if t.loss(n) < low*(1+harm) {
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
	for i > 0 && behind(all[i-1]) < edgeShare*fall {
		i--
	}
	if i == 0 {
		return bottom, float64(all[0].place) - stride/2
	}
	in, out := behind(all[i]), behind(all[i-1])
	width := float64(all[i].place - all[i-1].place)
	return bottom, float64(all[i].place) - width*(edgeShare*fall-in)/(out-in)
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

// rate is that for the training proper.
func (r reading) rate(o Options) float64 {
	rate := r.at * o.early(0.75*float64(r.steps))
	if r.learned {
		rate *= o.long()
	}
	return rate
}

// early is the ratio of the optimiser's steps in the long run, inverse, to those it
// makes at about step t, which is where the probes are compared. RMSProp divides by an
// average of squares that begins at zero, so its first steps are too long: by
// 1/√(1−α^t). Momentum gathers: its first steps are 1−β^t of what they become. Adam
// corrects both.
func (o Options) early(t float64) float64 {
	switch o.Optimizer {
	case "rmsprop":
		const alpha = 0.99
		return 1 / math.Sqrt(1-math.Pow(alpha, t))
	case "sgd":
		return 1 - math.Pow(o.Momentum, t)
	}
	return 1
}

// What a whole training wants beside what is best at constant rates in its first
// thirtieth, from trainings that docs/benchmarks-lr.md names (its development half,
// 31 tasks): a schedule that ends low bears a peak a quarter higher; a rate that
// stays where it is has to be lower; momentum makes what is too high show late.
const (
	ofPeak       = 1.25
	ofConstant   = 0.7
	withMomentum = 0.75
)

// long is the factor from the rate that is best at first to the highest rate of the
// training proper.
func (o Options) long() float64 {
	factor := 1.0
	switch o.Schedule {
	case "", "plateau":
	case "constant":
		factor = ofConstant
	default:
		factor = ofPeak
	}
	if o.Optimizer == "sgd" && o.Momentum >= 0.5 {
		factor *= withMomentum
	}
	return factor
}

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
		return fmt.Sprintf("nothing is learnt in the %d steps of a short training yet; this is below where the loss begins to suffer", r.steps)
	}
	text := fmt.Sprintf("of %d short trainings of up to %d steps the one at %s came lowest, and from %s on they come almost as far", r.tries, r.steps, number(r.best), number(r.edge))
	if r.open {
		text += "; no higher one was tried"
	}
	if o.long() != 1 {
		text += fmt.Sprintf("; between the two, times %s, which is what whole trainings of this kind want of the rate that is best at first", number(o.long()))
	}
	return text
}
