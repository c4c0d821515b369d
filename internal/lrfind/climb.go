package lrfind

import (
	"context"
	"math"
	"slices"
)

// Places of the climb are eighths of a decade from the center; it goes by half a
// decade.
const (
	perDecade = 8
	stride    = perDecade / 2
)

// search is a Find under way.
type search struct {
	loop    Loop
	left    int // steps
	spent   func(left int)
	center  float64
	start   float64 // loss of the untrained network, the median of so many batches
	level   int
	noise   float64 // standard deviation of a batch's loss
	sure    bool    // the center is the sweep's
	cliff   float64 // rate at which the sweep took off, or its highest; 0 is unknown
	horizon int     // steps of a probe that is not given up
	tries   map[int]*try
}

// try is a training at one rate.
type try struct {
	place    int
	rate     float64
	losses   []float64
	diverged bool
}

// What counts as learning, and when a probe is given up half-way: it is behind the
// best by so much of what that has gained.
const (
	leastGain = 0.02
	hopeless  = 0.5
)

func (f *search) spend(steps int) {
	f.left -= steps
	f.spent(f.left)
}

// climb probes until both neighbours of the best are worse, or the steps are spent.
func (f *search) climb(ctx context.Context) error {
	for place := 0; f.left > f.horizon/2; {
		if err := f.probe(ctx, place); err != nil {
			return err
		}
		next, ok := f.next()
		if !ok {
			return nil
		}
		place = next
	}
	return nil
}

// next is the place to probe now. Rates that are too high often look well at first,
// so what is below the best comes before what is above; not where the start was a
// guess, which mostly are too low.
func (f *search) next() (place int, ok bool) {
	all := f.sorted()
	low, high := all[0], all[len(all)-1]
	b := f.best()
	switch {
	case b == nil:
		return low.place - stride, true
	case f.gain(b) > leastGain:
		sides := []int{b.place - stride, b.place + stride, b.place - stride/2}
		if !f.sure {
			sides[0], sides[1] = sides[1], sides[0]
		}
		for _, place := range sides {
			if f.tries[place] == nil {
				return place, true
			}
		}
		return 0, false
	case !f.harmed(high, min(len(high.losses), f.horizon), f.start):
		return high.place + stride, true // nothing gained, nothing lost: too low
	case len(all) < probes:
		return low.place - stride, true
	}
	return 0, false
}

// probe trains at a place to the horizon, or half-way where that is hopeless.
func (f *search) probe(ctx context.Context, place int) error {
	t := &try{place: place, rate: f.center * math.Pow(10, float64(place)/perDecade)}
	b := f.best()
	f.tries[place] = t
	half := f.horizon / 2
	if err := f.train(ctx, t, half); err != nil || t.diverged {
		return err
	}
	if len(f.tries) == 1 && half >= leastProbe && f.start-t.loss(half) < leastGain*math.Abs(f.start) {
		f.horizon = half // nothing is learnt so soon: rather look at more rates
		return nil
	}
	if b != nil && f.gain(b) > leastGain && f.common(t, b) == half && t.loss(half)-b.loss(half) > hopeless*(f.above(half)-b.loss(half)) {
		return nil
	}
	return f.train(ctx, t, f.horizon-half)
}

func (f *search) train(ctx context.Context, t *try, steps int) error {
	losses, err := f.loop.Probe(ctx, t.rate, min(steps, f.left))
	if err != nil {
		return err
	}
	f.spend(len(losses))
	t.losses = append(t.losses, losses...)
	t.diverged = len(losses) > 0 && losses[len(losses)-1]-losses[len(losses)-1] != 0
	return nil
}

// loss is a try's mean over the second half of so many steps; +Inf where it
// diverged, or has not come so far.
func (t *try) loss(steps int) float64 {
	if t.diverged || len(t.losses) < steps {
		return math.Inf(1)
	}
	return mean(t.losses[steps/2 : steps])
}

// best is the try with the least loss where it and the others have come, half-way at
// least; nil if none has.
func (f *search) best() *try {
	var b *try
	for _, t := range f.sorted() {
		if t.diverged || len(t.losses) < f.horizon/2 {
			continue
		}
		if b == nil || t.loss(f.common(t, b)) < b.loss(f.common(t, b)) {
			b = t
		}
	}
	return b
}

// common is how far two tries can be compared.
func (f *search) common(a, b *try) int { return min(len(a.losses), len(b.losses), f.horizon) }

// above is the loss of having learnt nothing after so many steps: on those batches,
// that of the lowest rate, if that is not below the untrained network's.
func (f *search) above(steps int) float64 {
	if v := f.sorted()[0].loss(steps); v-v == 0 {
		return max(v, f.start)
	}
	return f.start
}

// gain is the share of its loss that a try has lost at the horizon, or where it
// ended, for certain: the untrained network's loss is known from a few batches, the
// lowest rate's from the same ones.
func (f *search) gain(t *try) float64 {
	n := min(len(t.losses), f.horizon)
	from := f.start - 2*f.noise*math.Sqrt(1/float64(f.level)+2/float64(n))
	if v := f.sorted()[0].loss(n); v-v == 0 {
		from = max(from, v)
	}
	return (from - t.loss(n)) / math.Abs(from)
}

// sorted are the tries by rate.
func (f *search) sorted() []*try {
	all := make([]*try, 0, len(f.tries))
	for _, t := range f.tries {
		all = append(all, t)
	}
	slices.SortFunc(all, func(a, b *try) int { return a.place - b.place })
	return all
}

func mean(v []float64) float64 {
	sum := 0.0
	for _, x := range v {
		sum += x
	}
	return sum / float64(len(v))
}
