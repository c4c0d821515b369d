package engine

import (
	"cmp"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

// Report takes in what an attempt says of itself, rows in any order, and answers
// for the highest step among them. A row seen before changes nothing, and a
// report with no new row is answered as it was the first time.
func (e *Engine) Report(id study.TrialID, attempt int, rows []study.Point) (study.Decision, error) {
	t, err := e.running(id, attempt)
	if err != nil {
		return study.Stop, err
	}
	s := e.seen[id]
	fresh := make([]study.Point, 0, len(rows))
	last := int64(math.MinInt64)
	for _, p := range rows {
		if p.Step < 0 {
			return study.Continue, refuse("step %d is negative; steps count from 0 or 1 up", p.Step)
		}
		last = max(last, p.Step)
		if s.add(p) {
			fresh = append(fresh, p)
		}
	}
	if len(fresh) == 0 {
		return answerAgain(t, last), nil
	}
	e.emit(study.Points{Trial: id, Attempt: attempt, Rows: fresh})
	if len(t.Checkpoints) > 1 {
		e.dropSuperseded(t)
	}
	for _, step := range e.judgedSteps(fresh) {
		if _, told := t.Told(); told {
			break
		}
		e.judge(t, step)
	}
	if told, ok := t.Told(); ok {
		return told.Decision, nil
	}
	return study.Continue, nil
}

// answerAgain is what a repeat of a report is told: what stood at its step.
func answerAgain(t *study.Trial, step int64) study.Decision {
	if told, ok := t.Told(); ok && told.Step <= step {
		return told.Decision
	}
	return study.Continue
}

// judgedSteps are the steps, rising, at which an objective is new.
func (e *Engine) judgedSteps(rows []study.Point) []int64 {
	var steps []int64
	for _, p := range rows {
		if slices.ContainsFunc(e.view.Def.Objectives, func(o study.Objective) bool { return o.Metric == p.Metric }) {
			steps = append(steps, p.Step)
		}
	}
	slices.Sort(steps)
	return slices.Compact(steps)
}

// judge decides at one step and stores what must be.
func (e *Engine) judge(t *study.Trial, step int64) {
	j := study.Judged{Trial: t.ID, Attempt: t.Attempt().Number, Step: step, Decision: study.Continue}
	horizon := e.view.Horizon(t)
	to := t.Attempt().To
	switch metric, bad := e.nonFinite(t, step); {
	case bad:
		j.Decision, j.By, j.Why = study.Stop, "danlu", fmt.Sprintf("%s is not finite at %s %d", metric, e.stepName(), step)
	case horizon > 0 && step >= lastStep(t, horizon) && e.view.Def.Fidelity.Param == "":
		return
	case e.TimeSpent():
		j.Decision, j.By, j.Why = study.Stop, "budget", "the study's time is spent"
	case e.view.Def.Budget.Steps > 0 && e.stepsTaken() > e.view.Def.Budget.Steps:
		j.Decision, j.By, j.Why = study.Stop, "budget", "the study's steps are spent"
		if e.view.Resumable() {
			j.Decision = study.Pause // with more steps it goes on
		}
	case e.view.Def.Fidelity.Param != "", horizon == 0 && e.atEnd(t, step), t.Default && (to == 0 || step < to):
		return
	default:
		v := e.scheduler.Judge(e.view, t, step)
		j.Decision, j.By, j.Why, j.Rung = v.Decision, e.scheduler.Name(), v.Why, v.Rung
		if t.Default && j.Decision == study.Stop {
			j.Decision = study.Continue
		}
		if j.Decision == study.Pause && step <= paused(t) {
			j.Decision, j.Why = study.Continue, "it has paused here before"
		}
		if j.Decision == study.Continue && to > 0 && step >= to {
			j.Decision, j.Why = study.Pause, cmp.Or(j.Why, fmt.Sprintf("reached %s %d", e.stepName(), to))
		}
	}
	if j.Decision != study.Continue || j.Rung {
		e.emit(j)
	}
}

// paused is the step at which a trial last paused. Where it goes on from an earlier
// one, or from nothing, it trains beyond before it pauses again: else a program
// without checkpoints would come to the same pause for ever.
func paused(t *study.Trial) int64 {
	var step int64
	for _, a := range t.Attempts {
		if a.State == study.Paused {
			step = max(step, a.LastStep)
		}
	}
	return step
}

// lastStep is the step a trial reports last. Many programs count from 0, and end at
// the step before the number of them.
func lastStep(t *study.Trial, horizon int64) int64 {
	if c := t.Curve(); len(c) > 0 && c[0].Step == 0 {
		return horizon - 1
	}
	return horizon
}

// atEnd says of a trial whose end is not known that it may be there: where
// completed ones ended, or, before any has, at its first report, which is the only
// one of many programs. Stopping it there would save nothing.
func (e *Engine) atEnd(t *study.Trial, step int64) bool {
	if e.view.Longest > 0 {
		return step >= e.view.Longest
	}
	return len(t.Curve()) < 2
}

func (e *Engine) stepName() string {
	if s := e.view.Def.Fidelity.Step; s != "" {
		return s
	}
	return "step"
}

// nonFinite names an objective that is not finite at a step.
func (e *Engine) nonFinite(t *study.Trial, step int64) (metric string, bad bool) {
	for i, o := range e.view.Def.Objectives {
		if s := t.Metrics[o.Metric]; e.view.Def.Fidelity.Param != "" && s != nil && s.LastStep == step && (math.IsNaN(s.Last) || math.IsInf(s.Last, 0)) {
			return o.Metric, true
		}
		c := t.Curves[i]
		k, ok := slices.BinarySearchFunc(c, step, func(s study.Sample, step int64) int { return int(min(max(s.Step-step, -1), 1)) })
		if ok && math.IsInf(c[k].Loss, 1) {
			return o.Metric, true
		}
	}
	return "", false
}

// Checkpoint takes in that an attempt has left a checkpoint. Earlier ones of the
// trial that nothing refers to are dropped; [Engine.Doomed] says which files may
// go.
func (e *Engine) Checkpoint(id study.TrialID, attempt int, step int64, path string, bytes int64) error {
	t, err := e.running(id, attempt)
	if err != nil {
		return err
	}
	if step < 0 || !filepath.IsAbs(path) {
		return refuse("a checkpoint needs a step and an absolute path, not step %d and %q", step, path)
	}
	if slices.ContainsFunc(t.Checkpoints, func(c study.Checkpoint) bool { return c.Step == step && c.Path == path }) {
		return nil
	}
	e.emit(study.Checkpointed{Trial: id, Attempt: attempt, Step: step, Path: path, Bytes: bytes})
	e.dropSuperseded(t)
	e.keepWithin(e.view.Def.Checkpoints.MaxSize)
	return nil
}

// Used takes in the parameters a program says it really used; a trial's first
// word stands. Parameters the study does not have, and values of another kind, are
// refused; a value outside its range is taken, since it was really used.
func (e *Engine) Used(id study.TrialID, params space.Values) error {
	t, err := e.trial(id)
	if err != nil || t.Used != nil {
		return err
	}
	if err := e.CheckUsed(params); err != nil {
		return err
	}
	e.emit(study.Used{Trial: t.ID, Params: e.view.Def.Space.Cast(params)})
	return nil
}

// CheckUsed says whether [Engine.Used] would take these parameters.
func (e *Engine) CheckUsed(params space.Values) error {
	sp := e.view.Def.Space
	for name, v := range params {
		i := sp.Index(name)
		if i < 0 {
			return refuse("%s is not a parameter of this study; it has %s", name, strings.Join(sp.Names(), ", "))
		}
		if _, ok := sp.Param(i).Domain.Cast(v); !ok {
			return refuse("%s can't be %s: it is %s", name, v, sp.Param(i).Domain)
		}
	}
	return nil
}
