package engine

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/danlu-ml/danlu/internal/study"
)

// Hold takes in that the program which asked for a trial keeps its state at a step
// itself: it was paused there, and will be asked to go on from there.
func (e *Engine) Hold(id study.TrialID, attempt int, step int64) error {
	t, err := e.running(id, attempt)
	if err != nil {
		return err
	}
	for _, c := range slices.Clone(t.Checkpoints) {
		if c.Path == "" {
			e.emit(study.Dropped{Trial: id, Step: c.Step, Why: "superseded"})
		}
	}
	e.emit(study.Checkpointed{Trial: id, Attempt: attempt, Step: step})
	return nil
}

// dropSuperseded drops the checkpoints of a trial that nothing can need any more:
// all but the latest, the one before it until the latest one's step is reported,
// and, where the trial's value is its best, the best one's; never one that an open
// attempt resumed from or a clone still starts from, nor one outside the trial's
// own folder, which is the user's.
func (e *Engine) dropSuperseded(t *study.Trial) {
	keep := map[int64]bool{t.LatestCheckpoint().Step: true}
	if c := e.base(t); c != nil {
		keep[c.Step] = true
	}
	if o := e.view.Def.Objectives[0]; o.Best {
		keep[bestCheckpoint(t).Step] = true
	}
	for _, c := range slices.Clone(t.Checkpoints) {
		if !keep[c.Step] && !e.referred(c.Path) && inside(t.Attempt().Dir, c.Path) {
			e.drop(t, c, "superseded")
		}
	}
}

// base is the checkpoint a trial goes on from, nil if it has none: the latest,
// unless the program reports at the steps of its checkpoints and was ended between
// the two. Going on from there would leave a step without a report for ever. A
// trial that paused has said all it had to say. One at the end of the training that
// was not reported leads nowhere.
func (e *Engine) base(t *study.Trial) *study.Checkpoint {
	if e.view.Def.Fidelity.Param != "" {
		return t.LatestCheckpoint()
	}
	h := e.view.Horizon(t)
	for i := len(t.Checkpoints) - 1; i >= 0; i-- {
		c := &t.Checkpoints[i]
		overwritten := i > 0 && t.Checkpoints[i-1].Path == c.Path
		if h > 0 && c.Step >= h && !reported(t, c.Step) {
			if overwritten {
				return nil
			}
			continue
		}
		if t.State == study.Paused || overwritten || reported(t, c.Step) || !e.reportsAt(t, c.Step) {
			return c
		}
	}
	return nil
}

// reportsAt says whether the program is known to report at a step of which it has
// saved its state: another trial has, or this one did at all such steps before, or,
// of a copy's first checkpoint, the trial it was copied from where it was. Of the first
// checkpoint of all it is believed.
func (e *Engine) reportsAt(t *study.Trial, step int64) bool {
	before := 0
	always := !slices.ContainsFunc(t.Checkpoints, func(c study.Checkpoint) bool {
		if c.Step >= step {
			return false
		}
		before++
		return !reported(t, c.Step)
	})
	if before == 0 && t.Parent != nil {
		before, always = 1, reported(e.view.Trials[t.Parent.Trial], t.Parent.Step)
	}
	return e.view.Saved <= 1 || always && before > 0 || slices.ContainsFunc(e.view.Trials, func(u *study.Trial) bool { return u != t && reported(u, step) })
}

// reported says whether the trial's first objective is known at exactly this step.
func reported(t *study.Trial, step int64) bool {
	_, found := slices.BinarySearchFunc(t.Curve(), step, func(s study.Sample, step int64) int { return cmp.Compare(s.Step, step) })
	return found
}

// pathKept: a program that overwrites one file reports one path at many steps.
func (e *Engine) pathKept(t *study.Trial, path string) bool {
	return slices.ContainsFunc(t.Checkpoints, func(c study.Checkpoint) bool { return c.Path == path })
}

// bestCheckpoint is the one nearest above the best step of the curve.
func bestCheckpoint(t *study.Trial) study.Checkpoint {
	best := t.Checkpoints[0]
	for _, c := range t.Checkpoints {
		was, _ := t.Curve().At(best.Step, false)
		if now, ok := t.Curve().At(c.Step, false); ok && now < was {
			best = c
		}
	}
	return best
}

// referred reports whether an open attempt of any trial resumed from the path:
// it may have to be started again.
func (e *Engine) referred(path string) bool {
	for id, from := range e.begun {
		if from == path && e.base(e.view.Trials[id]) == nil {
			return true
		}
	}
	return false
}

// inside reports whether path lies in dir.
func inside(dir, path string) bool {
	rel, err := filepath.Rel(dir, path)
	return dir != "" && err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// Doomed is a checkpoint, a file or a folder inside the trial's folder Dir, that
// nothing needs any more.
type Doomed struct{ Dir, Path string }

// Doomed returns the checkpoints dropped since the last call. They may be removed
// once the events are in the log.
func (e *Engine) Doomed() []Doomed {
	doomed := e.doomed
	e.doomed = nil
	return doomed
}

// resumable is the checkpoint a trial goes on from, nil to begin anew. At the end of
// its training a program that was ended before it had ended by itself has little left
// to do; a trial that was complete and is to be run again begins where it once began.
func (e *Engine) resumable(t *study.Trial) *study.Checkpoint {
	c := e.usable(t, e.base)
	if c != nil && e.last(t, c) && t.Attempt().State == study.Completed {
		if from := e.origin(t); from != nil || t.Parent == nil {
			return from
		}
	}
	return c
}

// last says whether a checkpoint is one of the end of the training.
func (e *Engine) last(t *study.Trial, c *study.Checkpoint) bool {
	h := e.view.Horizon(t)
	return h > 0 && c.Step >= h && e.view.Def.Fidelity.Param == ""
}

// usable is the checkpoint that choose picks, nil if there is none. Those whose files
// are gone are dropped, which says so, and it picks again. A copy that has left none
// has what it was copied from.
func (e *Engine) usable(t *study.Trial, choose func(*study.Trial) *study.Checkpoint) *study.Checkpoint {
	for c := choose(t); c != nil; c = choose(t) {
		wrong := e.wrong(c.Path, c.Bytes)
		if wrong == "" {
			return c
		}
		e.log.Warn("a checkpoint is "+wrong+"; starting from an earlier state", "trial", t.ID, "step", c.Step, "path", c.Path)
		e.drop(t, *c, wrong)
	}
	if from := e.origin(t); from != nil {
		return from
	}
	if c := t.LatestCheckpoint(); t.Parent != nil && c != nil && e.wrong(c.Path, c.Bytes) == "" {
		return c // rather a step without a report than all from nothing
	}
	return nil
}

// origin is the checkpoint that a copy began from, nil if it is gone or t is none.
func (e *Engine) origin(t *study.Trial) *study.Checkpoint {
	if t.Parent == nil || len(t.Attempts) == 0 {
		return nil
	}
	first := t.Attempts[0]
	if first.From == 0 || e.wrong(first.Resume, 0) != "" {
		return nil
	}
	return &study.Checkpoint{Step: first.From, Path: first.Resume}
}

// wrong says what is wrong with a checkpoint of a size, 0 if unknown; empty if nothing
// seems to be. One without a path is kept by who asked for the trial. A program that
// writes one file over and over may have written it again, a little smaller, without
// having said so.
func (e *Engine) wrong(path string, bytes int64) string {
	if path == "" || e.size == nil {
		return ""
	}
	switch size, ok := e.size(path); {
	case !ok:
		return "missing"
	case float64(size) < 0.99*float64(bytes):
		return fmt.Sprintf("damaged: it has %d bytes of %d", size, bytes)
	}
	return ""
}

// drop takes a checkpoint out of the log, and its file off the disk where nothing else
// refers to it.
func (e *Engine) drop(t *study.Trial, c study.Checkpoint, why string) {
	e.emit(study.Dropped{Trial: t.ID, Step: c.Step, Why: why})
	if a := t.Attempt(); c.Path != "" && a != nil && inside(a.Dir, c.Path) && !e.pathKept(t, c.Path) && !e.referred(c.Path) {
		e.doomed = append(e.doomed, Doomed{Dir: a.Dir, Path: c.Path})
	}
}

// suspect drops the checkpoint that an attempt began from, where the attempt failed
// before its first report: it may be damaged. why is empty where that is not so. Who
// was killed by somebody else says nothing of its checkpoint: a copy that lost the only
// one it has would begin from nothing.
func (e *Engine) suspect(t *study.Trial, x study.Exit) (why string) {
	a := t.Attempt()
	if slices.Contains([]string{"SIGKILL", "SIGTERM", "SIGINT", "SIGHUP"}, x.Signal) {
		return ""
	}
	if a.Resume == "" || a.LastStep > a.From || e.view.Def.Fidelity.Param != "" && len(t.Metrics) > 0 || x.Code == 0 && x.Signal == "" {
		return ""
	}
	i := slices.IndexFunc(t.Checkpoints, func(c study.Checkpoint) bool {
		return c.Path == a.Resume && (c.Step == a.From || e.view.Def.Fidelity.Param != "")
	})
	if i < 0 {
		return ""
	}
	why = fmt.Sprintf("the program could not go on from its checkpoint at %s %d; it begins from an earlier state", e.stepName(), a.From)
	e.log.Warn(why, "trial", t.ID, "path", a.Resume)
	e.drop(t, t.Checkpoints[i], "damaged: the attempt that began from it failed before it reported")
	return why
}

// dropAll drops the checkpoints of a trial that will not go on.
func (e *Engine) dropAll(t *study.Trial) {
	for _, c := range slices.Clone(t.Checkpoints) {
		if e.referred(c.Path) || (c.Path != "" && !inside(t.Attempt().Dir, c.Path)) {
			continue
		}
		e.drop(t, c, "the trial goes on no more")
	}
}
