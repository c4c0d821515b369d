package scheduler

import "github.com/danlu-ml/danlu/internal/study"

// newAuto chooses by what the study allows: none where training is a step or two
// or the user asked for a whole grid, median where its end is unknown. Else
// freeze-thaw where trials can go on from checkpoints, and asha, which stops trials
// for good, where they can't or several objectives count; whether they can, where
// the file does not say, is known as soon as one has left a checkpoint.
func newAuto(a study.Algorithm, def *study.Definition) (Scheduler, error) {
	if err := a.Decode(&struct{}{}); err != nil {
		return nil, err
	}
	last, resume := def.Fidelity.Max, def.Fidelity.Resume
	switch {
	case def.Sampler.Name == "grid" || (last > 0 && last < 3):
		return none{}, nil
	case last == 0:
		return newMedian(study.Algorithm{Name: "median"}, def)
	}
	stopping, err := newASHA(study.Algorithm{Name: "asha"}, def)
	if err != nil || len(def.Objectives) > 1 || (resume != nil && !*resume) {
		return stopping, err
	}
	thawing, err := newFreezeThaw(study.Algorithm{Name: "freeze-thaw"}, def)
	if err != nil || resume != nil {
		return thawing, err
	}
	return whichever{stopping, thawing}, nil
}

// whichever is stopping until a trial has left a checkpoint, then thawing.
type whichever struct{ stopping, thawing Scheduler }

func (w whichever) now(v *study.View) Scheduler {
	if v.Resumable() {
		return w.thawing
	}
	return w.stopping
}

// Name implements [Scheduler].
func (whichever) Name() string { return "auto" }

// Judge implements [Scheduler].
func (w whichever) Judge(v *study.View, t *study.Trial, step int64) Verdict {
	return w.now(v).Judge(v, t, step)
}

// Next implements [Scheduler].
func (w whichever) Next(v *study.View) (Action, bool) { return w.now(v).Next(v) }
