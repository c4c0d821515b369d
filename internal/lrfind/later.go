package lrfind

import (
	"fmt"
	"math"
)

// What a sweep tells of a whole training by where it takes off: a fiftieth of that. It
// errs by 0.48 decades, standard deviation, and the short trainings by 0.31, correlated
// by 0.44, over the trainings of both development halves; so it has a quarter of the
// say, between the 0.15 that is best by these figures and the half that those in PyTorch
// alone would give it.
const (
	ofCliff     = 1. / 50
	cliffWeight = 0.25
)

// The powers of the share of its loss that a short training has lost: a root where
// there is nothing else to go by, a cube root where the cliff has its say, which is
// the lower, too, the flatter the network is that has not begun to learn.
const (
	ofShare      = 1. / 2
	besideACliff = 1. / 3
)

// rate is that for the training proper.
func (r reading) rate(o Options) float64 {
	rate := r.at * o.early(int(0.75*float64(r.steps)))
	if !r.learned {
		return rate
	}
	rate *= later(r.share, r.power()) * o.long()
	if r.cliff > 0 {
		rate *= math.Pow(ofCliff*r.cliff/rate, cliffWeight)
	}
	return rate
}

func (r reading) power() float64 {
	if r.cliff > 0 {
		return besideACliff
	}
	return ofShare
}

// Later is what a rate that was best while a loss fell from one value to another is
// multiplied with for the training after that.
func Later(from, to float64) float64 { return later(lost(from, to), ofShare) }

// later is the factor from the rate that is best at first to the one that is best
// once a network has learnt, where the loss is steeper in more directions (Cohen et
// al. 2021 call it progressive sharpening): a power of the share of the loss that
// was lost until then. Who has hardly begun to learn says how to begin.
func later(share, power float64) float64 { return math.Pow(share, power) }

// lost is the share of a loss that is gone, at most 1; never nothing.
func lost(from, to float64) float64 { return min(max((from-to)/math.Abs(from), leastGain), 1) }

// factors says by which a rate is multiplied.
func (o Options) factors(share, power float64) string {
	text := fmt.Sprintf(", times %s, since by then %.0f%% of the loss was lost and what is best so early is too high later", number(later(share, power)), 100*share)
	if o.long() != 1 {
		text += fmt.Sprintf(", and times %s, which is what whole trainings of this kind want", number(o.long()))
	}
	return text
}

// early is the ratio of the optimiser's steps in the long run, inverse, to the mean
// of those it makes up to about step t, which is where the probes are compared.
// RMSProp divides by an average of squares that begins at zero, so its first steps
// are too long: by 1/√(1−α^s). Momentum gathers: its first steps are 1−β^s of what
// they become. Adam corrects both.
func (o Options) early(t int) float64 {
	step := func(float64) float64 { return 1 }
	switch o.Optimizer {
	case "rmsprop":
		const alpha = 0.99
		step = func(s float64) float64 { return 1 / math.Sqrt(1-math.Pow(alpha, s)) }
	case "sgd":
		step = func(s float64) float64 { return 1 - math.Pow(o.Momentum, s) }
	}
	t = max(t, 1)
	sum := 0.0
	for s := range t {
		sum += step(float64(s + 1))
	}
	return sum / float64(t)
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

// Peak is what the rate that short trainings at constant rates say is multiplied with
// to become the peak of a schedule, by its name; empty is unknown. A study of schedules
// found more between each at its own best rate: the best peak of One Cycle, cosine or
// steps was 2.2 to 2.3 times the best constant rate (docs/learning-rate.md).
func Peak(schedule string) float64 {
	switch schedule {
	case "", "plateau": // in between
		return 1
	case "constant":
		return ofConstant
	}
	return ofPeak
}

// long is the factor from the rate that is best at first to the highest rate of the
// training proper.
func (o Options) long() float64 {
	factor := Peak(o.Schedule)
	if o.Optimizer == "sgd" && o.Momentum >= 0.5 {
		factor *= withMomentum
	}
	return factor
}
