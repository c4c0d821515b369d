package engine

import (
	"fmt"

	"github.com/danlu-ml/danlu/internal/study"
)

// Over says whether the study may start no more attempts, and why.
func (e *Engine) Over() (Reason, string) {
	if c := e.view.Concluded; c != nil && c.Reason == string(Stopped) {
		return Stopped, c.Why
	}
	if why := e.targetReached(); why != "" {
		return Target, why
	}
	if e.TimeSpent() {
		return Budget, "its time is spent"
	}
	b := e.view.Def.Budget
	switch {
	case b.Steps > 0 && e.view.Steps >= b.Steps, e.view.Count[study.Running] == 0 && e.stepsShort():
		return Budget, fmt.Sprintf("its %d steps are spent", b.Steps)
	case e.view.TrialsSpent() && e.view.Count[study.Running] == 0 && e.waiting() == nil && e.view.Count[study.Paused] == 0:
		if b.Trials == 1 {
			return Budget, "its one trial is spent"
		}
		return Budget, fmt.Sprintf("its %d trials are spent", b.Trials)
	}
	if why := e.noGain(); why != "" {
		return NoGain, why
	}
	if e.persist {
		return Ready, ""
	}
	return e.hopeless()
}

// TrialsSpent reports whether no trial may be started that has not been yet, and
// none is left to resume.
func (e *Engine) TrialsSpent() bool { return e.view.TrialsSpent() && e.view.Count[study.Paused] == 0 }

// TimeSpent reports whether a budget of time has run out: such a one ends running
// trials too, at their next report.
func (e *Engine) TimeSpent() bool {
	b := e.view.Def.Budget
	now := e.now()
	return (b.Time > 0 && e.view.Elapsed(now) >= b.Time) || (b.GPUHours > 0 && e.view.GPUHours(now) >= b.GPUHours)
}

// EndRunning tells every running trial to stop, for all of the same reason.
func (e *Engine) EndRunning(by, why string) {
	for _, t := range e.view.Trials {
		if t.State == study.Running {
			e.tellStop(t, by, why)
		}
	}
}

func (e *Engine) targetReached() string {
	g := e.view.Def.Target
	if g == nil {
		return ""
	}
	for _, t := range e.view.Trials {
		if t.State != study.Completed {
			continue
		}
		v, ok := t.Values[g.Metric]
		if s := t.Metrics[g.Metric]; !ok && s != nil {
			v, ok = s.Last, true
		}
		if ok && ((g.Op == ">=" && v >= g.Value) || (g.Op == "<=" && v <= g.Value)) {
			return fmt.Sprintf("trial %d reached %s %v", t.ID, g.Metric, v)
		}
	}
	return ""
}

// early is how many trials may fail, none succeeding, before a study gives up.
const early = 3

// hopeless recognises a study that can't work: the first trial ends well without
// the objective, or the first few fail one and all. Who starts a study again has
// mended something: only what ran since counts.
func (e *Engine) hopeless() (Reason, string) {
	var last *study.Trial
	failed := 0
	for _, t := range e.view.Trials {
		switch {
		case t.State == study.Failed:
			if t.Ended.Before(e.opened) {
				continue
			}
			failed++
			last = t
			if x := lastExit(t); x != nil && x.Code == 0 && x.Signal == "" && x.Cause == "" && e.view.SeenMetrics[e.missing(t.Values)] == 0 {
				return Hopeless, fmt.Sprintf("trial %d %s", t.ID, t.Reason)
			}
		case t.State.Open() && len(t.Curve()) == 0:
		default:
			return Ready, ""
		}
	}
	if failed >= early {
		return Hopeless, fmt.Sprintf("the first %d trials all failed; trial %d: %s", failed, last.ID, last.Reason)
	}
	return Ready, ""
}

func lastExit(t *study.Trial) *study.Exit {
	if a := t.Attempt(); a != nil {
		return a.Exit
	}
	return nil
}

// Conclude writes down why the study came to rest. It is written once.
func (e *Engine) Conclude(r Reason, why string) {
	if c := e.view.Concluded; c != nil && c.Reason == string(r) {
		return
	}
	e.emit(study.Concluded{Reason: string(r), Why: why})
}
