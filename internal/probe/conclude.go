package probe

import (
	"fmt"
	"math"

	"github.com/danlu-ml/danlu/internal/lrfind"
)

// margin is how far a suggestion stays below the largest rate that still learns:
// short runs are best at rates from which whole ones suffer.
const margin = 4

// Result is what the probes say.
type Result struct {
	// Rate is the suggestion, and [Low, High] where a search should look; 0
	// without Ok.
	Rate, Low, High float64
	// Best is the rate at which the short runs themselves did best, before the
	// correction of their horizon, and Spread the standard error of its natural
	// logarithm.
	Best, Spread float64
	// Stable is the largest rate at which the loss stayed below where it began.
	Stable float64
	Ok     bool
	Reason string // one sentence either way
	Noisy  bool   // without Ok: longer runs may tell more
	Points []Point
	Steps  int64 // spent by all
	// Horizon is the step at which losses were compared.
	Horizon int64
}

// Point is one probe in the result, by rate.
type Point struct {
	Rate, Loss float64 // Loss at the horizon, or the last
	Steps      int64
	Verdict    string // measured, hopeless, diverged, failed
	Why        string
}

// Reach is the result for a program whose schedule was, in the short runs, at this
// share of the rate it was given, its peak: the runs tell what that share is good
// for, and of the whole training it is the peak that counts. The points keep the
// rates that were given.
func (r Result) Reach(share float64) Result {
	r.Rate, r.Low, r.High = r.Rate*share, r.Low*share, r.High*share
	return r
}

// Conclude says what the runs tell, also before all of them have ended.
func (p Plan) Conclude(runs []Run) Result {
	f := p.read(runs)
	res := Result{Horizon: f.horizon}
	for i := range f.tries {
		t := &f.tries[i]
		res.Steps += t.run.last()
		res.Points = append(res.Points, Point{Rate: t.run.Rate, Loss: t.loss, Steps: t.run.last(), Verdict: t.verdict, Why: t.run.Why})
		if (t.verdict == measured || t.verdict == hopeless) && !(t.loss >= f.start) {
			res.Stable = max(res.Stable, t.run.Rate)
		}
	}
	if res.Reason = f.doubt(); res.Reason == "" {
		if res.Reason = f.noisy(); res.Reason != "" {
			res.Noisy = true
		} else {
			res.Reason = f.unsettled()
		}
	}
	switch t := f.harmless(); {
	case res.Reason == "":
		res.Best, res.Spread = f.vertex()
		res.Rate = min(math.Sqrt(res.Best*f.edge())*f.later(), res.Stable/margin)
		res.Low, res.High = f.span(res.Rate)
		res.settle(p, f.reason(&res))
	case res.Noisy && t != nil:
		res.Noisy = false
		res.Rate = t.run.Rate / math.Sqrt(10) // early on, rates do no harm that do later
		res.Low, res.High = res.Rate/10, t.run.Rate
		res.settle(p, fmt.Sprintf("nothing is learnt for certain by step %d; above %.3g the loss begins to suffer, and this is half a decade below: --steps N looks longer", res.Horizon, t.run.Rate))
	}
	return res
}

// settle makes a suggestion of a rate and its range.
func (r *Result) settle(p Plan, reason string) {
	r.Ok, r.Reason = true, reason
	*r = r.Within(p)
}

// Within is the result within the rates that the plan allows, where it keeps to them.
func (r Result) Within(p Plan) Result {
	if p.Inside {
		r.Rate = min(max(r.Rate, p.Low), p.High)
		span := lrfind.Range{Low: r.Low, High: r.High}.Within(p.Low, p.High)
		r.Low, r.High = span.Low, span.High
	}
	return r
}

// ceiling is the lowest rate above the best that diverged, +Inf if none did.
func (f *field) ceiling() float64 {
	for i := range f.tries {
		t := &f.tries[i]
		if t.place > f.best.place && (t.verdict == diverged || t.verdict == failed) {
			return t.run.Rate
		}
	}
	return math.Inf(1)
}

// vertex is the minimum of the parabola through the best and its neighbours in
// the logarithm of the rate, and its standard error. Where a neighbour was not
// measured to the horizon, it counts with all there was to gain lost.
func (f *field) vertex() (rate, spread float64) {
	below, above := f.neighbour(-1), f.neighbour(1)
	spread = math.Ln10 / perDecade / 2
	if below == nil || above == nil {
		return f.best.run.Rate, spread
	}
	x := func(t *try) float64 { return math.Log(t.run.Rate / f.best.run.Rate) }
	y := func(t *try) float64 {
		if t.verdict != measured {
			return f.scale
		}
		return min(t.loss-f.best.loss, f.scale)
	}
	a, b := x(below), x(above)
	ya, yb := y(below), y(above)
	curve := (yb/b - ya/a) / (b - a) // of y = slope·x + curve·x²
	if curve <= 0 {
		return f.best.run.Rate, spread
	}
	slope := ya/a - curve*a
	at := min(max(-slope/(2*curve), a/2), b/2)
	noise := max(f.best.noise, below.noise, above.noise)
	spread = max(spread/2, noise/(curve*(b-a)))
	return f.best.run.Rate * math.Exp(at), spread
}

// neighbour is the try next to the best that has ended, nil if there is none.
func (f *field) neighbour(direction int) *try {
	low, high := f.tries[0].place, f.tries[len(f.tries)-1].place
	for place := f.best.place + direction; place >= low && place <= high; place += direction {
		if t := f.at(place); t != nil && t.verdict != going {
			return t
		}
	}
	return nil
}

// span is the range for a search: half a decade either way, wider where rates did
// as well as the best, below what diverged.
func (f *field) span(rate float64) (low, high float64) {
	low, high = rate/math.Sqrt(10), rate*math.Sqrt(10)
	for i := range f.tries {
		if t := &f.tries[i]; t.verdict == measured && !f.worse(t) {
			low, high = min(low, t.run.Rate), max(high, t.run.Rate)
		}
	}
	return low, min(high, f.ceiling())
}

func (f *field) reason(res *Result) string {
	text := fmt.Sprintf("of %d short trainings to step %d the best rate was %.3g, and from %.3g on they come almost as far", len(res.Points), res.Horizon, res.Best, f.edge())
	switch l := f.later(); {
	case l < 1 && math.IsNaN(f.start):
		text += fmt.Sprintf("; between the two, times %.2g, since what is best so early is too high later", l)
	case l < 1:
		text += fmt.Sprintf("; between the two, times %.2g, since the best had lost %.0f%% of its loss and what is best so early is too high later", l, 100*l*l)
	}
	if res.Rate == res.Stable/margin {
		text += fmt.Sprintf("; whole ones suffer near the largest that still learns, %.3g, so that the suggestion stays at a quarter of that", res.Stable)
	} else if c := f.ceiling(); !math.IsInf(c, 1) {
		text += fmt.Sprintf(", and %.3g diverged", c)
	}
	low, high := f.plan.ends()
	switch {
	case f.best.place <= low && !f.closed(-1):
		text += "; it is the lowest that may be tried, and lower ones may be better"
	case f.best.place >= high && !f.closed(1):
		text += "; it is the highest that may be tried, and higher ones may be better"
	}
	return text
}
