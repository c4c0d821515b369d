package scheduler

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/danlu-ml/danlu/internal/foresight"
	"github.com/danlu-ml/danlu/internal/study"
)

// curve stops a trial that is unlikely to end better than the incumbent, by a
// model of all learning curves (the rule of Domhan et al. 2015, Speeding Up
// Automatic Hyperparameter Optimization of Deep Neural Networks by Extrapolation of
// Learning Curves, section 4, with the model of package foresight). Where no trial
// has ended yet, or the model has nothing to say, it does as asha.
type curve struct {
	chance    float64
	stretches []int64
	asha      Scheduler
}

type curveOptions struct {
	// Chance is the probability of ending as the best below which a trial stops; 0
	// means 0.05.
	Chance float64 `json:"chance"`
}

func newCurve(a study.Algorithm, def *study.Definition) (Scheduler, error) {
	var o curveOptions
	if err := a.Decode(&o); err != nil {
		return nil, err
	}
	last := def.Fidelity.Max
	switch {
	case last < 1:
		return nil, fmt.Errorf("curve needs to know where training ends, as in fidelity: {step: epoch, max: 30}")
	case o.Chance < 0 || o.Chance >= 1:
		return nil, fmt.Errorf("chance is %v: want a probability below 1", o.Chance)
	}
	stopping, err := newASHA(study.Algorithm{Name: "asha"}, def)
	return curve{cmp.Or(o.Chance, 0.05), stretches(max(1, last/50), last, 1.5), stopping}, err
}

// Name implements [Scheduler].
func (curve) Name() string { return "curve" }

// Next implements [Scheduler].
func (curve) Next(*study.View) (Action, bool) { return startOne, true }

// Judge implements [Scheduler].
func (c curve) Judge(v *study.View, t *study.Trial, step int64) Verdict {
	if loss, ok := t.Curve().At(step, v.Def.Objectives[0].Best); ok && math.IsInf(loss, 1) {
		return diverged(v.Def, step)
	}
	best := v.Best()
	if best == nil || len(v.Trials) > foresight.Most || len(v.Def.Objectives) > 1 {
		return c.asha.Judge(v, t, step)
	}
	at := reached(c.stretches, step)
	if last := v.Horizon(t); step >= last || last != v.Def.Fidelity.Max || at == 0 || !comesUpon(t, step, at) {
		return goOn
	}
	o, ok := foresight.New(v, t)
	if !ok {
		return c.asha.Judge(v, t, step)
	}
	loss, sd := o.End(t)
	chance := o.Beats(v, t)
	obj := v.Def.Objectives[0]
	verdict := Verdict{
		Decision: study.Continue, Rung: true,
		Why: fmt.Sprintf("expected to end at %s ± %.2g, a chance of %.2g to beat %s", number(obj, loss), sd, chance, number(obj, best.Loss())),
	}
	if chance < c.chance && !leads(v, t, step) {
		verdict.Decision = study.Stop
	}
	return verdict
}

// stretches are steps before last at which it is decided anew: from first on, each
// growth times the one before it, and one more at least.
func stretches(first, last int64, growth float64) (steps []int64) {
	for x := first; x < last; x = max(x+1, int64(math.Ceil(float64(x)*growth))) {
		steps = append(steps, x)
	}
	return steps
}

// reached is the highest of these steps at or below step, 0 if there is none.
func reached(steps []int64, step int64) int64 {
	i, found := slices.BinarySearch(steps, step)
	switch {
	case found:
		return step
	case i == 0:
		return 0
	}
	return steps[i-1]
}
