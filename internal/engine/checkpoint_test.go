package engine

import (
	"testing"

	"github.com/danlu-ml/danlu/internal/scheduler"
	"github.com/danlu-ml/danlu/internal/study"
)

// pausing is a world whose second trial runs and is told to pause at step 3.
func pausing(t *testing.T) (*world, *study.Trial) {
	t.Helper()
	w := newWorld(t)
	w.scheduler = &puppet{verdict: scheduler.Verdict{Decision: study.Continue}, actions: []scheduler.Action{{Kind: scheduler.Start, To: 3}}}
	first := w.begin(1)[0]
	for step := int64(1); step <= 9; step++ {
		w.report(first, step, 0.1)
	}
	return w, w.begin(1)[0]
}

func (w *world) save(tr *study.Trial, step int64, path string) {
	w.t.Helper()
	if err := w.Checkpoint(tr.ID, tr.Attempt().Number, step, path, 1); err != nil {
		w.t.Fatal(err)
	}
}

// Between a checkpoint and the report of its step a program may be ended: other
// trials have a value there.
func TestATrialGoesOnFromACheckpointWhoseStepIsReported(t *testing.T) {
	w, tr := pausing(t)
	inside := func(name string) string { return tr.Attempt().Dir + "/" + name }
	w.save(tr, 1, inside("1"))
	w.report(tr, 1, 0.3)
	w.save(tr, 2, inside("2"))
	if got := w.Doomed(); len(got) != 0 {
		t.Errorf("before step 2 is reported, %v are removed", got)
	}
	w.exit(tr, study.Exit{Cause: "terminated"})
	w.begin(1)
	if a := tr.Attempt(); a.From != 1 || a.Resume != inside("1") {
		t.Errorf("it goes on from step %d (%s), want 1: step 2 was not reported", a.From, a.Resume)
	}
	w.save(tr, 2, inside("2"))
	w.report(tr, 2, 0.4)
	if got := w.Doomed(); len(got) != 1 || got[0].Path != inside("1") {
		t.Errorf("when step 2 is reported, %v are removed, want the checkpoint of step 1", got)
	}
	w.exit(tr, study.Exit{Cause: "terminated"})
	w.begin(1)
	if a := tr.Attempt(); a.From != 2 {
		t.Errorf("it goes on from step %d, want 2", a.From)
	}
}

// Of a program that saves at steps it never reports, the latest counts.
func TestACheckpointAtAStepThatNobodyReports(t *testing.T) {
	w := newWorld(t)
	tr := w.begin(1)[0]
	for step := int64(2); step <= 6; step += 2 {
		w.report(tr, step-1, 0.3)
		w.save(tr, step, tr.Attempt().Dir+"/last")
	}
	other := w.begin(1)[0]
	w.report(other, 1, 0.3)
	w.save(other, 2, other.Attempt().Dir+"/2")
	w.exit(other, study.Exit{Cause: "terminated"})
	w.begin(1)
	if a := other.Attempt(); a.From != 2 {
		t.Errorf("it goes on from step %d, want 2", a.From)
	}
}

func TestWhoDidNotHearToPauseAndRanToTheEndIsComplete(t *testing.T) {
	w, tr := pausing(t)
	for step := int64(1); step <= 9; step++ {
		w.report(tr, step, 0.3)
	}
	if told, ok := tr.Told(); !ok || told.Decision != study.Pause {
		t.Fatalf("it was told %v, want to pause", told)
	}
	w.exit(tr, study.Exit{})
	if tr.State != study.Completed {
		t.Errorf("it is %s, want completed: nothing is left to train", tr.State)
	}
}

// A program without checkpoints begins again from nothing; at the step where it
// paused it must not pause for ever.
func TestATrialPausesOnceAtAStep(t *testing.T) {
	w := newWorld(t)
	p := &puppet{verdict: scheduler.Verdict{Decision: study.Pause, Why: "others first"}, actions: []scheduler.Action{{Kind: scheduler.Start}}}
	w.scheduler = p
	w.begin(1)
	tr := w.begin(1)[0]
	if d := w.report(tr, 2, 0.3); d != study.Pause {
		t.Fatalf("at step 2 it is told %s", d)
	}
	w.exit(tr, study.Exit{})
	p.actions = []scheduler.Action{{Kind: scheduler.Resume, Trial: tr.ID}}
	w.begin(1)
	if d := w.report(tr, 2, 0.3); d != study.Continue {
		t.Errorf("begun again from nothing, at step 2 it is told %s", d)
	}
	if d := w.report(tr, 3, 0.3); d != study.Pause {
		t.Errorf("at step 3, which is new, it is told %s", d)
	}
}
