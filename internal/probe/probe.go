// Package probe finds a learning rate by short trainings at constant rates, for
// programs that can't be changed: which rate to try next, when a try can be ended,
// and what all of them say. It has never heard of a study or a process: whoever
// has a way to train for a few steps asks [Plan.Next], trains, asks [Plan.Judge]
// after each report, and in the end [Plan.Conclude].
//
// It climbs: from the user's own rate it goes up and down by half decades until
// both sides are clearly worse than the best, then looks a quarter decade beside
// the best. Runs that fall behind the best at the same step end at once, so that
// most of the steps go to rates that matter.
//
// Plan and runs say everything: the functions are pure, and the same runs in any
// order of ending give the same answers.
//
// Start reading at [Plan].
package probe

import (
	"cmp"
	"math"
	"slices"
)

// Plan says where to look and what it may cost.
type Plan struct {
	// Low and High are the rates the user allows, 0 < Low < High.
	Low, High float64
	// Start is tried first: the rate the user has. 0 is the middle of the range.
	Start float64
	// Inside keeps to [Low, High]. Else the search goes up to a decade outside
	// where the best is at its edge.
	Inside bool
	// Full is how many steps a full training has; 0 is unknown, and then Steps
	// must be given.
	Full int64
	// Steps is how long a probe may run. 0 is Full/60, and then all of them take
	// about a tenth of a training, which bounds how closely the best is looked at;
	// of a training shorter than 1800 steps it is 30 steps or a twentieth, since
	// fewer are noise.
	Steps int64
	// Most is how many probes there may be; 0 is 14.
	Most int
	// Larger names the metric that the losses are the negative of, for sentences;
	// "" is that they are losses.
	Larger string `json:"-"`
}

// Sample is what a run reported at a step. Loss is minimised; +Inf means that it
// diverged.
type Sample struct {
	Step int64
	Loss float64
}

// State is what has become of a run.
type State string

// The states of a run.
const (
	Running  State = "running"
	Ended    State = "ended" // at its horizon, by [Plan.Judge]'s word or by itself
	Diverged State = "diverged"
	Failed   State = "failed"
)

// Run is a training at one rate, as far as it has come.
type Run struct {
	Rate  float64
	Curve []Sample // steps rise
	State State
	Why   string // of one that failed
}

// last is the last step reported, 0 if none.
func (r *Run) last() int64 {
	if len(r.Curve) == 0 {
		return 0
	}
	return r.Curve[len(r.Curve)-1].Step
}

// Rates are placed on a grid of quarter decades around Start. The walk goes by
// two places.
const (
	perDecade = 4
	stride    = 2
	outside   = perDecade // how far beyond the range
)

func (p Plan) start() float64 {
	if p.Start > 0 {
		return min(max(p.Start, p.Low), p.High)
	}
	return math.Sqrt(p.Low * p.High)
}

// rate is the rate at a place of the grid, to three digits.
func (p Plan) rate(place int) float64 {
	if place == 0 {
		return p.start()
	}
	x := p.start() * math.Pow(10, float64(place)/perDecade)
	unit := math.Pow(10, math.Floor(math.Log10(x))-2)
	return math.Round(x/unit) * unit
}

// place is where a rate lies on the grid.
func (p Plan) place(rate float64) int {
	return int(math.Round(perDecade * math.Log10(rate/p.start())))
}

// ends are the outermost places that may be tried.
func (p Plan) ends() (low, high int) {
	low = int(math.Ceil(perDecade*math.Log10(p.Low/p.start()) - 1e-9))
	high = int(math.Floor(perDecade*math.Log10(p.High/p.start()) + 1e-9))
	if !p.Inside {
		low, high = low-outside, high+outside
	}
	return low, high
}

func (p Plan) most() int { return cmp.Or(p.Most, 14) }

// Horizon is how many steps a probe runs: as planned, and at least to the first
// report of the runs so far that came of training; one at step 0 came before it.
func (p Plan) Horizon(runs []Run) int64 {
	h := p.Steps
	if h == 0 {
		h = max(p.Full/60, min(30, p.Full/20), 1)
	}
	var first int64 = math.MaxInt64
	for i := range runs {
		for _, s := range runs[i].Curve {
			if s.Step > 0 {
				first = min(first, s.Step)
				break
			}
		}
	}
	if first != math.MaxInt64 {
		h = max(h, first)
	}
	return h
}

// Longer is the plan after one of such a horizon whose runs were noise: three times as
// long, and of four probes at most, since it costs enough. ok is false where a whole
// training is not so long.
func (p Plan) Longer(horizon int64) (longer Plan, ok bool) {
	if 3*horizon > p.Full {
		return p, false
	}
	p.Steps, p.Most = 3*horizon, min(p.most(), 4)
	return p, true
}

// Next says at which rates to begin probes now, most wanted first, beside those
// that run; done that no more will be wanted, whatever the running ones bring.
func (p Plan) Next(runs []Run) (start []float64, done bool) {
	f := p.read(runs)
	if reason := f.doubt(); reason != "" {
		return nil, true
	}
	want := slices.DeleteFunc(f.wanted(), func(place int) bool { return f.at(place) != nil })
	if room := p.most() - len(runs); len(want) > room {
		want = want[:max(room, 0)]
	}
	for _, place := range want {
		start = append(start, p.rate(place))
	}
	return start, len(start) == 0 && f.running == 0
}

// wanted are the places to look at next, tried or not.
func (f *field) wanted() []int {
	if len(f.tries) == 0 {
		return append(append(f.within(0), f.within(stride)...), f.within(-stride)...)
	}
	if f.best == nil {
		if f.running > 0 {
			return nil
		}
		lowest := f.tries[0].place // all diverged
		return f.within(lowest - stride)
	}
	var want []int
	for _, direction := range []int{1, -1} {
		if f.closed(direction) {
			continue
		}
		edge := f.best.place
		for f.at(edge+direction*stride) != nil {
			edge += direction * stride
		}
		want = append(want, f.within(edge+direction*stride)...)
	}
	if len(want) > 0 || f.running > 0 || !f.affordable() {
		return want
	}
	return append(f.within(f.best.place+1), f.within(f.best.place-1)...)
}

// affordable reports whether another probe keeps within a tenth of a training.
func (f *field) affordable() bool {
	if f.plan.Steps > 0 || f.plan.Full == 0 {
		return true
	}
	spent := f.horizon
	for i := range f.tries {
		spent += f.tries[i].run.last()
	}
	return spent*10 <= f.plan.Full
}

// closed reports whether a rate on this side of the best is clearly worse.
func (f *field) closed(direction int) bool {
	for i := range f.tries {
		t := &f.tries[i]
		if (t.place-f.best.place)*direction > 0 && f.worse(t) {
			return true
		}
	}
	return false
}

// within drops places beyond the ends.
func (f *field) within(place int) []int {
	low, high := f.plan.ends()
	if place < low || place > high {
		return nil
	}
	return []int{place}
}
