package scheduler

import (
	"errors"
	"fmt"
	"math"

	"github.com/danlu-ml/danlu/internal/study"
)

// threshold stops a trial whose first objective lies outside bounds that the user
// knows to be hopeless.
type threshold struct {
	lower, upper float64 // as the user reports values
	grace        int64
}

type thresholdOptions struct {
	// Lower and Upper bound the objective as it is reported; at least one is
	// needed.
	Lower *float64 `json:"lower"`
	Upper *float64 `json:"upper"`
	// Grace is the first step at which trials are judged.
	Grace int64 `json:"grace"`
}

func newThreshold(a study.Algorithm, _ *study.Definition) (Scheduler, error) {
	var o thresholdOptions
	if err := a.Decode(&o); err != nil {
		return nil, err
	}
	t := threshold{lower: math.Inf(-1), upper: math.Inf(1), grace: o.Grace}
	if o.Lower != nil {
		t.lower = *o.Lower
	}
	if o.Upper != nil {
		t.upper = *o.Upper
	}
	switch {
	case o.Lower == nil && o.Upper == nil:
		return nil, errors.New("threshold needs a bound, as in {threshold: {upper: 3.5, grace: 2}}")
	case t.lower > t.upper:
		return nil, fmt.Errorf("lower (%v) is above upper (%v): nothing lies between them", t.lower, t.upper)
	case o.Grace < 0:
		return nil, fmt.Errorf("grace is %d: want the first step at which trials are judged, from 1 on", o.Grace)
	}
	return t, nil
}

// Name implements [Scheduler].
func (threshold) Name() string { return "threshold" }

// Next implements [Scheduler].
func (threshold) Next(*study.View) (Action, bool) { return startOne, true }

// Judge implements [Scheduler].
func (s threshold) Judge(v *study.View, t *study.Trial, step int64) Verdict {
	o := v.Def.Objectives[0]
	loss, ok := t.Curve().At(step, o.Best)
	if last := v.Horizon(t); !ok || step < s.grace || (last > 0 && step >= last) {
		return goOn
	}
	value := o.Value(loss)
	switch {
	case math.IsInf(loss, 1):
		return diverged(v.Def, step)
	case value < s.lower:
		return Verdict{Decision: study.Stop, Why: fmt.Sprintf("%s at %s, below %v", number(o, loss), at(v.Def, step), s.lower)}
	case value > s.upper:
		return Verdict{Decision: study.Stop, Why: fmt.Sprintf("%s at %s, above %v", number(o, loss), at(v.Def, step), s.upper)}
	}
	return goOn
}
