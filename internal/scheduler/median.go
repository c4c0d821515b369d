package scheduler

import (
	"cmp"
	"fmt"
	"math"

	"github.com/danlu-ml/danlu/internal/study"
)

// median stops a trial whose best value so far is worse than the median of the
// other trials' running averages up to the same step: the median stopping rule of
// Golovin et al. 2017, Google Vizier, section 3.2.2. Two departures: every trial
// that came so far counts, running and stopped ones too, where the paper counts
// completed ones, because survivors alone raise the bar with every stop; and the
// best trial at a step is never stopped, which the rule would do to one that
// began badly. With several objectives the first one counts.
//
// percentile is the same rule with another share than one half.
type median struct {
	name    string
	goes    float64 // the share of averages that a trial must be among
	grace   int64
	min     int
	ordinal string // of the bar, for people: median
}

type medianOptions struct {
	// Grace is the first step at which trials are judged; 0 means a tenth of
	// their training, or the first report where their end is unknown.
	Grace int64 `json:"grace"`
	// MinTrials is how many other trials must have come so far; 0 means 4.
	MinTrials int `json:"min_trials"`
}

type percentileOptions struct {
	medianOptions
	// Percentile is how many per cent of the others' averages a trial must be
	// among to go on; 0 means 25.
	Percentile float64 `json:"percentile"`
}

func newMedian(a study.Algorithm, def *study.Definition) (Scheduler, error) {
	var o medianOptions
	if err := a.Decode(&o); err != nil {
		return nil, err
	}
	return o.rule(median{name: "median", goes: 0.5, ordinal: "median"}, def)
}

func newPercentile(a study.Algorithm, def *study.Definition) (Scheduler, error) {
	var o percentileOptions
	if err := a.Decode(&o); err != nil {
		return nil, err
	}
	o.Percentile = cmp.Or(o.Percentile, 25)
	if o.Percentile < 0 || o.Percentile > 100 {
		return nil, fmt.Errorf("percentile is %v: want how many per cent go on, from 1 to 100", o.Percentile)
	}
	return o.rule(median{name: "percentile", goes: o.Percentile / 100, ordinal: fmt.Sprintf("%v %% mark", o.Percentile)}, def)
}

func (o medianOptions) rule(m median, def *study.Definition) (Scheduler, error) {
	switch {
	case o.Grace < 0:
		return nil, fmt.Errorf("grace is %d: want the first step at which trials are judged, from 1 on", o.Grace)
	case o.MinTrials < 0:
		return nil, fmt.Errorf("min_trials is %d: want how many other trials to compare with, from 1 on", o.MinTrials)
	}
	m.grace, m.min = cmp.Or(o.Grace, (def.Fidelity.Max+9)/10), cmp.Or(o.MinTrials, 4)
	return m, nil
}

// Name implements [Scheduler].
func (m median) Name() string { return m.name }

// Next implements [Scheduler].
func (median) Next(*study.View) (Action, bool) { return startOne, true }

// A verdict is asked for at every report, so its time is bounded: the median is
// taken over a regular sample of at most sampleOf trials, which lies within a few
// per cent of all trials' in rank, and averages over a regular sample of at most
// samplesOf reports.
const sampleOf, samplesOf = 256, 64

// Judge implements [Scheduler].
func (m median) Judge(v *study.View, t *study.Trial, step int64) Verdict {
	i := find(t.Curve(), step)
	reported := i < len(t.Curve()) && t.Curve()[i].Step == step
	if last := v.Horizon(t); !reported || step < m.grace || (last > 0 && step >= last) {
		return goOn
	}
	o := v.Def.Objectives[0]
	own, _ := t.Curve().At(step, true)
	now, _ := t.Curve().At(step, o.Best)
	if math.IsInf(now, 1) {
		return diverged(v.Def, step)
	}
	stride := max(1, (len(v.Trials)+sampleOf-1)/sampleOf)
	averages := make([]float64, 0, sampleOf)
	first := true // no other one is better at this step
	for i := 0; i < len(v.Trials); i += stride {
		u := v.Trials[i]
		c := u.Curve()
		if u == t || len(c) == 0 || c.Last() < step {
			continue
		}
		average, its := runningAverage(c, step, o.Best)
		averages = append(averages, average)
		first = first && its >= now
	}
	n := len(averages)
	if n < m.min || first {
		return goOn
	}
	bar := smallest(averages, min(int(m.goes*float64(n))+1, n)) // between two the more lenient one
	if own <= bar {
		return goOn
	}
	return Verdict{Decision: study.Stop, Why: fmt.Sprintf("best %s by %s, worse than the %s %s of %d others' averages",
		number(o, own), at(v.Def, step), m.ordinal, number(o, bar), n)}
}

// runningAverage is the mean of a curve's losses up to a step, and what a rung
// there would compare. The curve goes at least so far.
func runningAverage(c study.Curve, step int64, best bool) (average, now float64) {
	now, ok := c.At(step, best)
	if !ok {
		return math.Inf(1), now
	}
	n := find(c, step+1)
	stride := (n + samplesOf - 1) / samplesOf
	count := 0
	for i := n - 1; i >= 0; i -= stride {
		average += c[i].Loss
		count++
	}
	return average / float64(count), now
}
