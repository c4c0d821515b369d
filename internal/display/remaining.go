package display

import (
	"fmt"
	"time"

	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/text"
)

// spent says how much of the budget is used up, by the bound that is nearest,
// and how to say it. Where nothing bounds the study, fraction is negative.
func (s *story) spent(v *study.View) (fraction float64, label string) {
	b, now := v.Def.Budget, s.now()
	fraction, label = -1, Count(v.Started, "trial")
	use := func(f float64, l string) {
		if f > fraction {
			fraction, label = f, l
		}
	}
	if n := s.trials(v); n > 0 {
		done := len(v.Trials) - v.Count[study.Running] - v.Count[study.Waiting] - v.Count[study.Paused]
		use(float64(done)/float64(n), fmt.Sprintf("%d of %s", done, Count(n, "trial")))
	}
	if b.Time > 0 {
		e := min(v.Elapsed(now), b.Time)
		use(e.Seconds()/b.Time.Seconds(), fmt.Sprintf("%s of %s", text.Duration(e.Truncate(time.Second)), text.Duration(b.Time)))
	}
	if b.Steps > 0 {
		use(float64(v.Steps)/float64(b.Steps), fmt.Sprintf("%d of %d %ss", v.Steps, b.Steps, StepName(v.Def)))
	}
	if b.GPUHours > 0 {
		h := v.GPUHours(now)
		use(h/b.GPUHours, fmt.Sprintf("%.1f of %s GPU hours", h, text.Number(b.GPUHours)))
	}
	return fraction, label
}

// remaining estimates how long the study will still take: the least of what its
// bounds say, each extrapolated from what was spent so far. ok is false while
// there is nothing to extrapolate from.
func (s *story) remaining(v *study.View) (left time.Duration, ok bool) {
	b, now := v.Def.Budget, s.now()
	elapsed := v.Elapsed(now)
	use := func(d time.Duration) {
		if !ok || d < left {
			left, ok = max(d, 0), true
		}
	}
	proportional := func(used, all float64) {
		if used > 0 {
			use(time.Duration(float64(elapsed) * max(all/used-1, 0)))
		}
	}
	if b.Time > 0 {
		use(b.Time - elapsed)
	}
	if b.Steps > 0 {
		proportional(float64(v.Steps), float64(b.Steps))
	}
	if b.GPUHours > 0 {
		proportional(v.GPUHours(now), b.GPUHours)
	}
	if d, known := s.trialsLeft(v); known {
		use(d)
	}
	return left, ok
}

// trialsLeft is the time for the trials that are left, if they take as long as
// the ended ones did and as many run at a time as do now.
func (s *story) trialsLeft(v *study.View) (time.Duration, bool) {
	n := s.trials(v)
	if n == 0 {
		return 0, false
	}
	now := s.now()
	var ended, running []time.Duration
	var total time.Duration
	for _, t := range v.Trials {
		switch {
		case t.State == study.Running:
			running = append(running, t.Duration(now))
		case !t.State.Open() && len(t.Attempts) > 0:
			ended = append(ended, t.Duration(now))
			total += ended[len(ended)-1]
		}
	}
	if len(ended) == 0 || len(running) == 0 {
		return 0, false
	}
	each := total / time.Duration(len(ended))
	work := time.Duration(max(n-v.Started, 0)) * each
	for _, d := range running {
		work += max(each-d, each/10)
	}
	return work / time.Duration(len(running)), true
}
