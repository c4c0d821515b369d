package scheduler

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/danlu-ml/danlu/internal/foresight"
	"github.com/danlu-ml/danlu/internal/study"
)

// freezeThaw gives each stretch of training to whoever is expected to gain most a
// step: a paused trial that goes on, or a new one (Swersky et al. 2014, Freeze-Thaw
// Bayesian Optimization; the model is that of package foresight). Stretches grow with how far a trial is. A trial that
// would be chosen again goes on without a pause, and so does one that has not yet
// trained for some times as long as its program takes to start: that is measured.
//
// First stretches get half of all steps at most: a configuration of which nothing is
// known promises more than one whose beginning was seen, and a model that has seen
// nothing but beginnings does not know what comes later.
//
// What is left of a budget is spent on finishing: only a trial that ran to its end
// can be the best of a study. Where a study has too many trials for the model, or
// they show too little yet, it promotes as asha does.
type freezeThaw struct {
	stretches []int64 // steps at which it is decided anew
	begin     int     // trials that start before the model is asked
	promotion promotion
}

type freezeThawOptions struct {
	// First is the first stretch's length in steps; 0 means a
	// twenty-fifth of the training, at least 1.
	First int64 `json:"first"`
	// Growth is by how much a trial gets farther with each stretch; 0 means 1.4.
	Growth float64 `json:"growth"`
	// Begin is the number of trials before the model is asked; 0 means 12.
	Begin int `json:"begin"`
}

func newFreezeThaw(a study.Algorithm, def *study.Definition) (Scheduler, error) {
	var o freezeThawOptions
	if err := a.Decode(&o); err != nil {
		return nil, err
	}
	last := def.Fidelity.Max
	if o.Growth == 0 {
		o.Growth = 1.4
	}
	if o.Begin == 0 {
		o.Begin = 12
	}
	first := o.First
	if first == 0 {
		first = max(1, last/25)
	}
	switch {
	case last < 1:
		return nil, fmt.Errorf("freeze-thaw needs to know where training ends, as in fidelity: {step: epoch, max: 30}")
	case o.First < 0 || (o.First >= last && last > 1):
		return nil, fmt.Errorf("first is %d: want the first stretch's length, from 1 to below fidelity.max (%d)", o.First, last)
	case o.Growth < 1 || o.Growth > 10:
		return nil, fmt.Errorf("growth is %v: want a number from 1 to 10", o.Growth)
	case o.Begin < 2:
		return nil, fmt.Errorf("begin is %d: want at least 2 trials", o.Begin)
	}
	s := freezeThaw{begin: o.Begin, promotion: promotion{asha{eta: 3, ladder: &ladder{rungs: rungs(0, last, 3)}}}}
	s.stretches = stretches(first, last, o.Growth)
	return s, nil
}

// beginnings is the share of all steps that first stretches may have. With a third
// trials were trained on where none learned; with no bound few came to their end.
const beginnings = 0.5

// begun is the share of all steps that first stretches have had.
func (s freezeThaw) begun(v *study.View) float64 {
	var n int64
	for _, t := range v.Trials {
		n += min(t.Step(), s.stretches[0])
	}
	return float64(n) / float64(max(v.Steps, 1))
}

// Name implements [Scheduler].
func (freezeThaw) Name() string { return "freeze-thaw" }

// Judge implements [Scheduler].
func (s freezeThaw) Judge(v *study.View, t *study.Trial, step int64) Verdict {
	if loss, ok := t.Curve().At(step, v.Def.Objectives[0].Best); ok && math.IsInf(loss, 1) {
		return diverged(v.Def, step)
	}
	if last := v.Horizon(t); step >= last || last != v.Def.Fidelity.Max {
		return goOn
	}
	at := reached(s.stretches, step)
	if at == 0 || !comesUpon(t, step, at) || float64(step-t.Attempt().From) < worth*startUp(v) {
		return goOn
	}
	chosen, why, ok := s.choose(v, t)
	switch {
	case ok && chosen == t:
		return Verdict{Decision: study.Continue, Rung: true, Why: why}
	case !ok && t.Attempt().To > 0:
		return goOn // on a segment of the promotion's
	}
	return Verdict{Decision: study.Pause, Rung: true, Why: cmp.Or(why, "too little is known to go on with it first")}
}

// Next implements [Scheduler].
func (s freezeThaw) Next(v *study.View) (Action, bool) {
	chosen, why, ok := s.choose(v, nil)
	switch {
	case !ok:
		return s.promote(v)
	case chosen != nil:
		return Action{Kind: Resume, Trial: chosen.ID, Why: why}, true
	}
	return Action{Kind: Start, Why: why}, !v.TrialsSpent()
}

// promote is what to do where the model can't say. Trials that paused before the
// first rung go there first.
func (s freezeThaw) promote(v *study.View) (Action, bool) {
	if len(s.promotion.ladder.rungs) == 0 {
		return startOne, true
	}
	first := s.promotion.ladder.rungs[0]
	for _, t := range v.Trials {
		if t.State == study.Paused && t.Step() < first {
			return Action{Kind: Resume, Trial: t.ID, To: first}, true
		}
	}
	return s.promotion.Next(v)
}

// choose says which of the paused trials and running, which may be nil, is worth
// training next; nil is a new one, or nobody where no more may start. ok is false
// where the model has nothing to say.
func (s freezeThaw) choose(v *study.View, running *study.Trial) (chosen *study.Trial, why string, ok bool) {
	if len(v.Trials) < s.begin && !v.TrialsSpent() {
		return nil, fmt.Sprintf("%d trials show what there is to expect", s.begin), true
	}
	o, ok := foresight.New(v, running)
	if !ok {
		return nil, "", false
	}
	var open []*study.Trial
	for _, t := range v.Trials {
		if t == running || (t.State == study.Paused && len(t.Curve()) > 0) {
			open = append(open, t)
		}
	}
	if t, why := s.finish(v, o, open); t != nil {
		return t, why, true
	}
	if v.TrialsSpent() {
		open = slices.DeleteFunc(open, func(t *study.Trial) bool { return o.Beats(v, t) < hopeless })
	}
	chosen, best := o.Choose(open)
	if !v.TrialsSpent() && (chosen == nil || s.begun(v) < beginnings) {
		if _, g, found := o.Propose(v, nil); found && g > best {
			return nil, "a new one is expected to gain more than any that is paused", true
		}
	}
	if chosen == nil {
		return nil, "none that is paused is likely to become the best", true
	}
	loss, sd := o.End(chosen)
	obj := v.Def.Objectives[0]
	return chosen, fmt.Sprintf("expected to end at %s ± %.2g", number(obj, loss), sd), true
}

// hopeless is the chance of becoming the best below which a trial isn't worth
// finishing when no more may start.
const hopeless = 0.05

// finish is the trial to bring to its end because what is left of the budget is
// needed for that: the one that is expected to end best, if it is expected to end
// better than the incumbent. It is nil while there is budget for more.
func (s freezeThaw) finish(v *study.View, o *foresight.Outlook, open []*study.Trial) (*study.Trial, string) {
	left, bounded := stepsLeft(v)
	if !bounded || left > float64(v.Def.Fidelity.Max) {
		return nil, ""
	}
	var leader *study.Trial
	lowest := math.Inf(1)
	if b := v.Best(); b != nil {
		lowest = b.Loss()
	}
	for _, t := range open {
		if loss, _ := o.End(t); loss < lowest {
			leader, lowest = t, loss
		}
	}
	if leader == nil || float64(v.Def.Fidelity.Max-leader.Step()) < left {
		return nil, ""
	}
	return leader, "what is left of the budget finishes it"
}

// stepsLeft is how many more steps the budget allows, at the pace so far where it
// is one of time.
func stepsLeft(v *study.View) (left float64, bounded bool) {
	left = math.Inf(1)
	if b := v.Def.Budget.Steps; b > 0 {
		left = float64(b - v.Steps)
	}
	if b := v.Def.Budget.Time; b > 0 {
		if spent := v.Elapsed(v.Updated); spent > 0 {
			left = min(left, float64(v.Steps)*float64(b-spent)/float64(spent))
		}
	}
	return left, !math.IsInf(left, 1)
}
