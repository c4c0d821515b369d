package scheduler

import (
	"cmp"
	"fmt"
	"math"

	"github.com/danlu-ml/danlu/internal/study"
)

// patience is early stopping (Prechelt 1998, Early Stopping – But When?): a trial
// whose objective has not become better for so many reports ends. Other trials do
// not matter to it.
//
// It knows the learning rate's schedule. Under a decaying one a plateau is no end:
// what is to be gained comes when the rate is low. So it holds still while the
// rate, reported as `lr`, lies above a share of its own peak. Where no rate is
// reported and training has a known end, a schedule is likely to end there, and
// patience is at least a quarter of the training.
type patience struct {
	reports  int
	minDelta float64
	frozen   float64
	grace    int64
}

type patienceOptions struct {
	// Patience is the number of reports without a gain; 0 means 5.
	Patience int `json:"patience"`
	// MinDelta is the least gain that counts, in the objective's unit.
	MinDelta float64 `json:"min_delta"`
	// Frozen is the share of its peak above which the learning rate is too high to
	// judge; 0 means 0.5, of which 0.1 is the cautious end.
	Frozen float64 `json:"frozen"`
	// Grace is the first step at which trials are judged.
	Grace int64 `json:"grace"`
}

func newPatience(a study.Algorithm, _ *study.Definition) (Scheduler, error) {
	var o patienceOptions
	if err := a.Decode(&o); err != nil {
		return nil, err
	}
	switch {
	case o.Patience < 0:
		return nil, fmt.Errorf("patience is %d: want how many reports may pass without a gain, from 1 on", o.Patience)
	case o.MinDelta < 0:
		return nil, fmt.Errorf("min_delta is %v: want the least gain that counts, 0 or more", o.MinDelta)
	case o.Frozen < 0 || o.Frozen > 1:
		return nil, fmt.Errorf("frozen is %v: want a share of the learning rate's peak, from 0 to 1", o.Frozen)
	case o.Grace < 0:
		return nil, fmt.Errorf("grace is %d: want the first step at which trials are judged, from 1 on", o.Grace)
	}
	return patience{cmp.Or(o.Patience, 5), o.MinDelta, cmp.Or(o.Frozen, 0.5), o.Grace}, nil
}

// Name implements [Scheduler].
func (patience) Name() string { return "patience" }

// Next implements [Scheduler].
func (patience) Next(*study.View) (Action, bool) { return startOne, true }

// Judge implements [Scheduler].
func (p patience) Judge(v *study.View, t *study.Trial, step int64) Verdict {
	last := v.Horizon(t)
	c := t.Curve()
	n := find(c, step+1)
	if n == 0 || step < p.grace || (last > 0 && step >= last) {
		return goOn
	}
	if math.IsInf(c[n-1].Loss, 1) {
		return diverged(v.Def, step)
	}
	rate := learningRate(t)
	if rate != nil && rate.Min < rate.Max && rate.Last > p.frozen*rate.Max {
		return goOn
	}
	reports := p.reports
	if rate == nil && last > 0 {
		perReport := float64(step) / float64(n)
		reports = max(reports, int(math.Ceil(float64(last)/4/perReport)))
	}
	best := 0 // where the last gain that counts was
	for i := range c[:n] {
		if c[i].Loss < c[best].Loss-p.minDelta || math.IsInf(c[best].Loss, 1) {
			best = i
		}
	}
	if n-1-best < reports || leads(v, t, step) {
		return goOn
	}
	o := v.Def.Objectives[0]
	return Verdict{Decision: study.Stop, Why: fmt.Sprintf("no better than %s at %s for %d reports",
		number(o, c[best].Loss), at(v.Def, c[best].Step), n-1-best)}
}

// learningRate is what a trial reports of its rate, nil if nothing.
func learningRate(t *study.Trial) *study.Series {
	return cmp.Or(t.Metrics["lr"], t.Metrics["learning_rate"])
}
