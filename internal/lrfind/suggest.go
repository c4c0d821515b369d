package lrfind

import (
	"fmt"
	"math"
)

// What is asked of a curve before a rate is read from it.
const (
	clearFall = 4    // fall of the smooth curve, in its own standard deviations
	leastFall = 0.01 // fall as a share of the start's loss
)

// fell says whether the loss has fallen more than noise does.
func (d *descent) fell() bool {
	fall := d.start - d.smooth[d.bottom].Loss
	return fall > clearFall*d.sure && fall > leastFall*math.Abs(d.start)
}

// doubt is why no rate can be read from the curve, or "".
func (d *descent) doubt() string {
	last := len(d.smooth) - 1
	top, low := number(d.smooth[last].LR), number(d.smooth[0].LR)
	rise := d.smooth[last].Loss - d.start
	switch {
	case !d.fell() && d.noise > 0.2*math.Abs(d.start):
		return fmt.Sprintf("batches differ by %s in their loss, more than the rate changes it: take larger batches, or the mean of several tests", number(d.noise))
	case !d.fell() && rise > clearFall*d.sure && rise > leastFall*math.Abs(d.start):
		return fmt.Sprintf("the loss only rises, from %s on: begin with a rate a thousand times lower; if it rises there too, the loss is the wrong way round", low)
	case !d.fell() && d.off > 0:
		return fmt.Sprintf("the loss takes off at %s, and before that it has not fallen by more than batches differ, %s: take more points or larger batches; if it is trained already, there is little to learn", number(d.off), number(d.noise))
	case !d.fell():
		return fmt.Sprintf("the loss stays at %s whatever the rate: the program ignores it, nothing is trained, or all rates up to %s are too low", number(d.start), top)
	case d.stable == last && d.tenth <= last/8:
		return fmt.Sprintf("the loss falls from the lowest rate on and never rises: the program ignores the rate, or the test has too small a range with %s to %s", low, top)
	case d.bottom == last && d.falling():
		return fmt.Sprintf("the loss still falls at the highest rate, %s: test up to a higher one", top)
	}
	return ""
}

// falling says whether the loss falls to the very end.
func (d *descent) falling() bool {
	last := len(d.smooth) - 1
	before := d.smooth[last-last/10].Loss
	return before-d.smooth[last].Loss > 2*d.sure+0.02*(d.start-d.smooth[last].Loss)
}

// middle is half-way, by logarithm, from where half of the fall is done to where the
// loss is least.
func (d *descent) middle() float64 {
	return math.Sqrt(d.smooth[d.half].LR * d.smooth[d.bottom].LR)
}

// share is how much of its loss the test has lost.
func (d *descent) share() float64 { return lost(d.start, d.smooth[d.bottom].Loss) }

// suggest is the rate for the training proper.
func (d *descent) suggest(o Options) float64 {
	return d.middle() * later(d.share(), ofShare) * o.long()
}

// span is where a search should look.
func (d *descent) span(o Options) Range {
	rate := d.suggest(o)
	half := math.Sqrt(10)
	return Range{rate / half, rate * half}
}

// why explains the suggestion.
func (d *descent) why(o Options) string {
	return fmt.Sprintf("half of the fall is done at %s and the loss is least at %s: between them", number(d.smooth[d.half].LR), number(d.smooth[d.bottom].LR)) + o.factors(d.share(), ofShare)
}
