package probe

import (
	"cmp"
	"math"
	"slices"
)

// field is what a plan's runs say together.
type field struct {
	plan    Plan
	horizon int64
	tries   []try // by place
	running int
	best    *try    // the lowest loss at the horizon; nil if none got there
	start   float64 // loss before training; NaN where nobody reported that early
	scale   float64 // what there is to gain: from start, else from the worst, to the best
}

// Verdicts on a probe.
const (
	measured = "measured"
	hopeless = "hopeless" // ended early, behind others at the same step
	diverged = "diverged"
	failed   = "failed"
	going    = "running"
)

// try is one run as it counts.
type try struct {
	run     *Run
	place   int
	verdict string
	loss    float64 // at the horizon, or the last one
	noise   float64 // standard error of loss by the scatter of reports; 0 unknown
}

func (p Plan) read(runs []Run) *field {
	f := &field{plan: p, horizon: p.Horizon(runs), start: beginning(runs, p.Horizon(runs))}
	for i := range runs {
		r := &runs[i]
		t := try{run: r, place: p.place(r.Rate)}
		t.loss, t.noise = tail(r.Curve, f.horizon)
		if len(r.Curve) > 0 && r.Curve[0].Step > f.horizon { // it reports later than others
			t.loss = r.Curve[0].Loss
		}
		switch {
		case r.State == Failed:
			t.verdict = failed
		case r.State == Diverged || math.IsInf(t.loss, 1) && len(r.Curve) > 0:
			t.verdict = diverged
		case r.State == Running && r.last() < f.horizon:
			t.verdict = going
			f.running++
		case len(r.Curve) == 0:
			t.verdict = failed
		case f.behind(runs, i):
			t.verdict = hopeless
		default:
			t.verdict = measured
		}
		f.tries = append(f.tries, t)
	}
	slices.SortStableFunc(f.tries, func(a, b try) int { return cmp.Compare(a.place, b.place) })
	f.rank()
	f.pool()
	return f
}

// pool raises the noise of each run to the median of all: reports scatter by chance
// too, and a run that was lucky is no surer than the others.
func (f *field) pool() {
	var all []float64
	for i := range f.tries {
		if t := &f.tries[i]; t.verdict == measured || t.verdict == hopeless {
			all = append(all, t.noise)
		}
	}
	if len(all) == 0 {
		return
	}
	slices.Sort(all)
	for i := range f.tries {
		f.tries[i].noise = max(f.tries[i].noise, all[len(all)/2])
	}
}

// rank finds the best, what there is to gain, and those that have lost more than
// that: their loss is finite, and they have diverged all the same.
func (f *field) rank() {
	worst := math.Inf(-1)
	for i := range f.tries {
		if t := &f.tries[i]; t.verdict == measured {
			if f.best == nil || t.loss < f.best.loss {
				f.best = t
			}
			worst = max(worst, t.loss)
		}
	}
	if f.best == nil {
		return
	}
	f.scale = worst - f.best.loss
	if !(f.start > f.best.loss) {
		return
	}
	f.scale = f.start - f.best.loss
	for i := range f.tries {
		t := &f.tries[i]
		if (t.verdict == measured || t.verdict == hopeless) && t.loss > f.start+f.scale {
			t.verdict = diverged
		}
	}
}

// at is the try at a place, nil if there is none.
func (f *field) at(place int) *try {
	for i := range f.tries {
		if f.tries[i].place == place {
			return &f.tries[i]
		}
	}
	return nil
}

// clear is the difference that counts: a tenth of what there is to gain, and twice
// the noise.
func (f *field) clear(t *try) float64 {
	return max(f.scale/10, 2*math.Hypot(t.noise, f.best.noise))
}

// worse reports whether a run is clearly behind the best.
func (f *field) worse(t *try) bool {
	switch t.verdict {
	case going:
		return false
	case measured:
		return t.loss > f.best.loss+f.clear(t) && t.loss > f.best.loss
	}
	return true
}

// tail is the loss around a step: the mean of the reports in the last 30% before
// it, which for sparse ones is the last, and its standard error. A curve without a
// report until then has a loss of +Inf.
func tail(c []Sample, step int64) (loss, noise float64) {
	end := upTo(c, step)
	if end == 0 {
		return math.Inf(1), 0
	}
	from := c[end-1].Step - (c[end-1].Step-min(c[0].Step-1, 0))*3/10
	begin := end - 1
	for begin > 0 && c[begin-1].Step > from {
		begin--
	}
	n := float64(end - begin)
	for _, s := range c[begin:end] {
		if math.IsNaN(s.Loss) || math.IsInf(s.Loss, 0) {
			return math.Inf(1), 0
		}
		loss += s.Loss / n
	}
	return loss, scatter(c[:end]) / math.Sqrt(n)
}

// upTo is how many reports there are up to a step.
func upTo(c []Sample, step int64) int {
	end, _ := slices.BinarySearchFunc(c, step+1, func(s Sample, step int64) int { return cmp.Compare(s.Step, step) })
	return end
}

// fewForScatter is how many reports tell noise from a trend.
const fewForScatter = 5

// scatter is the standard deviation of single reports about their trend, from the
// median of the differences between neighbours, which for normal noise is 0.954
// times that; 0 where there are too few.
func scatter(c []Sample) float64 {
	if len(c) < fewForScatter {
		return 0
	}
	steps := make([]float64, len(c)-1)
	for i := range steps {
		steps[i] = math.Abs(c[i+1].Loss - c[i].Loss)
	}
	slices.Sort(steps)
	return steps[len(steps)/2] / 0.954
}

// beginning is the loss before training, from reports in the first fifth of the
// horizon: the median over runs, since a large rate spoils it at once. NaN where
// none came that early.
func beginning(runs []Run, horizon int64) float64 {
	var firsts []float64
	for i := range runs {
		if c := runs[i].Curve; len(c) > 0 && c[0].Step*5 <= horizon && !math.IsInf(c[0].Loss, 0) && !math.IsNaN(c[0].Loss) {
			firsts = append(firsts, c[0].Loss)
		}
	}
	if len(firsts) == 0 {
		return math.NaN()
	}
	slices.Sort(firsts)
	return firsts[len(firsts)/2]
}

// behind reports whether a run that ended before its horizon was ended for being
// hopeless, rather than by its program.
func (f *field) behind(runs []Run, i int) bool {
	if runs[i].last() >= f.horizon {
		return false
	}
	stop, _ := f.judge(runs, i)
	return stop
}
