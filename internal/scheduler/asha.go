package scheduler

import (
	"fmt"
	"math"
	"slices"

	"github.com/danlu-ml/danlu/internal/study"
)

// asha stops trials that are not among the best where trials are compared: the
// stopping form of asynchronous successive halving (Li et al. 2020, A System for
// Massively Parallel Hyperparameter Tuning; their Algorithm 2 promotes instead,
// and needs checkpoints). Rungs are a factor Eta apart; at each, a trial goes on
// if it is among the best 1/Eta of those that came so far, itself included and at
// least one, so the first always does.
//
// Nobody waits for others: early verdicts rest on few trials, and the first bar
// is the default configuration, which is never judged but counts. With several
// objectives trials are ranked by their fronts of non-domination.
type asha struct {
	eta    float64
	ladder *ladder
}

type ashaOptions struct {
	// Eta is the share that goes on, as its inverse; 0 means 3.
	Eta float64 `json:"eta"`
	// Min is the first rung's step. 0 means the end of training divided by Eta so
	// often that four rungs fit, or as many as have a step; 1 where the end is
	// unknown.
	Min int64 `json:"min"`
	// Promote pauses trials at rungs and lets the best go on, instead of stopping
	// the others; for programs that save and load checkpoints.
	Promote bool `json:"promote"`
}

func newASHA(a study.Algorithm, def *study.Definition) (Scheduler, error) {
	var o ashaOptions
	if err := a.Decode(&o); err != nil {
		return nil, err
	}
	if o.Eta == 0 {
		o.Eta = 3
	}
	last := def.Fidelity.Max
	switch {
	case o.Eta < 1.5 || o.Eta > 100:
		return nil, fmt.Errorf("eta is %v: want a number from 1.5 to 100, as in {asha: {eta: 3}}", o.Eta)
	case o.Min < 0:
		return nil, fmt.Errorf("min is %d: want the first step at which trials are compared, from 1 on", o.Min)
	case last > 0 && o.Min >= last:
		return nil, fmt.Errorf("min is %d, where a trial is at its end (fidelity.max is %d): want a step before it", o.Min, last)
	case last == 0:
		last = math.MaxInt64
		o.Min = max(o.Min, 1)
	}
	s := asha{eta: o.Eta, ladder: &ladder{rungs: rungs(o.Min, last, o.Eta)}}
	s.ladder.rungs = slices.DeleteFunc(s.ladder.rungs, func(r int64) bool { return r < def.Fidelity.Min })
	if o.Promote && len(s.ladder.rungs) > 0 {
		return promotion{s}, nil
	}
	return s, nil
}

// rungsByDefault is how many rungs there are if none is given: the first then
// lies at about a hundredth of the training (Eta 3).
const rungsByDefault = 4

// rungs are the steps before last at which trials are compared: from first on,
// each eta times the one before it, but for those so near the end that little is
// left to save; without a first one, counted down from the end.
func rungs(first, last int64, eta float64) []int64 {
	steps := []int64{}
	if first > 0 {
		for x := float64(first); x <= float64(last)/math.Sqrt(eta) || len(steps) == 0; x *= eta {
			steps = append(steps, int64(math.Round(x)))
		}
		return slices.Compact(steps)
	}
	x := float64(last)
	for range rungsByDefault {
		x /= eta
		if r := int64(math.Round(x)); r >= 1 && r < last {
			steps = append(steps, r)
		}
	}
	slices.Reverse(steps)
	return slices.Compact(steps)
}

// due is the rung that t comes upon with its report at step, -1 for none: the
// highest one between the report before and this one. A report that arrives after
// a later one was judged at a rung comes upon nothing: that rung has been decided.
func (a asha) due(t *study.Trial, step int64) int {
	if k := a.ladder.highest(step); k >= 0 && comesUpon(t, step, a.ladder.rungs[k]) {
		return k
	}
	return -1
}

// Name implements [Scheduler].
func (asha) Name() string { return "asha" }

// Next implements [Scheduler].
func (asha) Next(*study.View) (Action, bool) { return startOne, true }

// Judge implements [Scheduler].
func (a asha) Judge(v *study.View, t *study.Trial, step int64) Verdict {
	last := v.Horizon(t)
	if (last > 0 && step >= last) || last != v.Def.Fidelity.Max {
		return goOn
	}
	a.ladder.catchUp(v)
	k := a.due(t, step)
	if k < 0 {
		return goOn
	}
	own, _, _ := standing(v.Def, t, a.ladder.rungs[k])
	switch {
	case math.IsInf(own, 1):
		return diverged(v.Def, step)
	case len(v.Def.Objectives) > 1:
		return a.judgeMany(v, t, a.ladder.rungs[k], step)
	}
	rank, why := a.ladder.rank(v, t, k, step, a.keep)
	verdict := Verdict{Decision: study.Continue, Rung: true, Why: why}
	if n := len(a.ladder.at[k]); rank >= a.keep(n) {
		verdict.Decision = study.Stop
	}
	return verdict
}

// keep is how many of n trials go on past a rung.
func (a asha) keep(n int) int { return max(1, int(float64(n)/a.eta)) }
