package engine

import "github.com/danlu-ml/danlu/internal/study"

// stepsTaken is how many steps of the budget are gone: those reported, and those that
// running trials will train before they can be told to end.
func (e *Engine) stepsTaken() int64 {
	n := e.view.Steps
	for id := range e.seen {
		t := e.view.Trials[id]
		horizon := e.view.Horizon(t)
		if _, told := t.Told(); told || (horizon > 0 && t.Step() >= lastStep(t, horizon)) {
			continue
		}
		n += e.stride(t)
	}
	return n
}

// stepsShort reports whether the budget has too few steps for one more trial.
func (e *Engine) stepsShort() bool {
	b := e.view.Def.Budget.Steps
	return b > 0 && e.stepsTaken()+e.stride(nil) > b
}

// stride is how many steps a running trial is likely to train until its next report:
// as many as until its last one, or, before it has any, as the latest trial that has
// one. nil is a trial that is yet to begin.
func (e *Engine) stride(t *study.Trial) int64 {
	if t != nil && t.Attempt().LastStep > t.Attempt().From {
		return between(t)
	}
	for i := len(e.view.Trials) - 1; i >= 0; i-- {
		if other := e.view.Trials[i]; len(other.Curve()) > 0 {
			return between(other)
		}
	}
	return 1
}

// between is the distance of a trial's last two reports of the objective.
func between(t *study.Trial) int64 {
	c := t.Curve()
	switch n := len(c); {
	case n == 0:
		return 1
	case n == 1:
		return max(1, c[0].Step)
	default:
		return c[n-1].Step - c[n-2].Step
	}
}
