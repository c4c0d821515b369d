package engine

import (
	"fmt"
	"log/slog"
	"strings"
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

// copied is a world in which a copy runs of a trial that left /c3 at step 3, its last.
func copied(t *testing.T) (*world, *study.Trial) {
	t.Helper()
	w := newWorld(t)
	p := &puppet{verdict: scheduler.Verdict{Decision: study.Continue}, actions: []scheduler.Action{{Kind: scheduler.Start, To: 3}}}
	w.scheduler = p
	w.begin(1) // the default
	parent := w.begin(1)[0]
	w.save(parent, 3, "/c3")
	w.report(parent, 3, 0.5)
	w.exit(parent, study.Exit{})
	p.actions = []scheduler.Action{{Kind: scheduler.Clone, Trial: parent.ID, Params: parent.Params}}
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

// So it is with a trial that is ahead of all others and reported whenever it saved.
func TestTheTrialThatIsAheadLeavesNoStepUnreported(t *testing.T) {
	w := newWorld(t)
	tr := w.begin(1)[0]
	for step := int64(1); step <= 3; step++ {
		w.save(tr, step, fmt.Sprintf("%s/%d", tr.Attempt().Dir, step))
		if step < 3 {
			w.report(tr, step, 0.3)
		}
	}
	w.exit(tr, study.Exit{Cause: "terminated"})
	w.begin(1)
	if a := tr.Attempt(); a.From != 2 {
		t.Errorf("it goes on from step %d, want 2: step 3 was not reported", a.From)
	}
}

// And with a copy that is ahead of all others: the trial it was copied from reported
// where it had saved.
func TestACopyThatIsAheadLeavesNoStepUnreported(t *testing.T) {
	w, tr := copied(t)
	w.save(tr, 4, tr.Attempt().Dir+"/4")
	w.exit(tr, study.Exit{Cause: "terminated"})
	w.begin(1)
	if a := tr.Attempt(); a.From != 3 || a.Resume != "/c3" {
		t.Errorf("it goes on from step %d (%s), want 3: step 4 was not reported", a.From, a.Resume)
	}
}

// A state at the end of the training leads nowhere: what was ended there goes on from
// the one before, not from nothing.
func TestACheckpointAtTheEnd(t *testing.T) {
	w := newWorld(t)
	tr := w.begin(1)[0]
	inside := func(step int64) string { return fmt.Sprintf("%s/%d", tr.Attempt().Dir, step) }
	w.save(tr, 3, inside(3))
	w.report(tr, 4, 0.3)
	w.save(tr, 9, inside(9)) // of 9
	if got := w.Doomed(); len(got) != 0 {
		t.Errorf("%v are removed", got)
	}
	w.exit(tr, study.Exit{Cause: "terminated"})
	w.begin(1)
	if a := tr.Attempt(); a.From != 3 || a.Resume != inside(3) {
		t.Errorf("it goes on from step %d (%s), want 3", a.From, a.Resume)
	}
}

// Who was killed after the last report has little left to do; that alone is done again.
func TestWhoWasKilledAtTheEndGoesOnFromThere(t *testing.T) {
	w, tr := copied(t)
	inside := func(step int64) string { return fmt.Sprintf("%s/%d", tr.Attempt().Dir, step) }
	for step := int64(4); step <= 9; step++ { // of 9
		w.save(tr, step, inside(step))
		w.report(tr, step, 0.3)
	}
	w.exit(tr, study.Exit{Code: -1, Signal: "SIGKILL"})
	w.begin(1)
	if a := tr.Attempt(); a.From != 9 || a.Resume != inside(9) {
		t.Errorf("it goes on from step %d (%s), want 9", a.From, a.Resume)
	}
	w.exit(tr, study.Exit{})
	if tr.State != study.Completed || tr.Values["acc"] != 0.3 {
		t.Errorf("it is %s with %v, want it completed", tr.State, tr.Values)
	}

	// Run again, it is trained again, from where it once began.
	if _, err := w.Request(RequestRetry, fmt.Appendf(nil, `{"trial":%d}`, tr.ID)); err != nil {
		t.Fatal(err)
	}
	w.begin(1)
	if a := tr.Attempt(); a.From != 3 || a.Resume != "/c3" {
		t.Errorf("retried, it begins from step %d (%s), want 3, what it was copied from", a.From, a.Resume)
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

// A file that is shorter than it was left, and one that the program can't go on from.
func TestADamagedCheckpointMeansAnEarlierState(t *testing.T) {
	var said strings.Builder
	w, tr := pausing(t)
	w.View().Def.Retries = 1
	w.log = slog.New(slog.NewTextHandler(&said, nil))
	sizes := map[string]int64{}
	w.size = func(path string) (int64, bool) { n, ok := sizes[path]; return n, ok }
	leave := func(step int64) string {
		path := fmt.Sprintf("%s/%d", tr.Attempt().Dir, step)
		sizes[path] = 1000
		if err := w.Checkpoint(tr.ID, tr.Attempt().Number, step, path, 1000); err != nil {
			t.Fatal(err)
		}
		return path
	}
	leave(1)
	w.report(tr, 1, 0.3)
	truncated := leave(2)
	w.report(tr, 2, 0.3)
	sizes[truncated] = 400
	w.exit(tr, study.Exit{Cause: "terminated"})
	w.begin(1)
	if a := tr.Attempt(); a.From != 0 || !strings.Contains(said.String(), "damaged: it has 400 bytes of 1000") {
		t.Errorf("it goes on from step %d, having said:\n%s", a.From, &said)
	}
	if got := w.Doomed(); len(got) != 2 || got[1].Path != truncated {
		t.Errorf("%v are removed, want the superseded and the damaged one", got)
	}

	w.report(tr, 1, 0.3)
	leave(2)
	w.report(tr, 2, 0.3)
	w.exit(tr, study.Exit{Cause: "terminated"})
	w.begin(1)
	w.exit(tr, study.Exit{Code: 137, Signal: "SIGKILL"})
	w.begin(1)
	if a := tr.Attempt(); a.From != 2 {
		t.Errorf("killed before its first report it goes on from step %d, want 2 as before", a.From)
	}
	w.exit(tr, study.Exit{Code: 1, Tail: "UnpicklingError: invalid load key"})
	if tr.State != study.Waiting || !strings.Contains(tr.Reason, "UnpicklingError") || !strings.Contains(tr.Reason, "could not go on from its checkpoint at epoch 2") {
		t.Errorf("it is %s: %s", tr.State, tr.Reason)
	}
	w.begin(1)
	if a := tr.Attempt(); a.From != 0 || tr.Failures() != 1 {
		t.Errorf("it goes on from step %d after %d failures, want from nothing, and no retry spent but by the kill", a.From, tr.Failures())
	}
}

// Trials leave a checkpoint of 10 bytes each, and 35 may be kept.
func TestCheckpointsAreKeptWithinTheirSize(t *testing.T) {
	w := newWorld(t, func(d *study.Definition) { d.Checkpoints.MaxSize = 35 })
	w.scheduler = &puppet{verdict: scheduler.Verdict{Decision: study.Continue}, actions: []scheduler.Action{{Kind: scheduler.Start}}}
	var said strings.Builder
	w.log = slog.New(slog.NewTextHandler(&said, nil))
	leave := func(tr *study.Trial, acc float64) {
		for step := int64(1); step <= 9; step++ {
			w.report(tr, step, acc)
		}
		if err := w.Checkpoint(tr.ID, 1, 9, tr.Attempt().Dir+"/9", 10); err != nil {
			t.Fatal(err)
		}
	}
	ended := func(acc float64) study.TrialID {
		tr := w.begin(1)[0]
		leave(tr, acc)
		w.exit(tr, study.Exit{})
		return tr.ID
	}
	good, best, poor := ended(0.5), ended(0.9), ended(0.1)
	has := func(id study.TrialID) bool { return len(w.View().Trials[id].Checkpoints) == 1 }
	running := w.begin(3)
	for i, want := range []string{"the poor one's is removed", "the good one's too", "no other, and that is said"} {
		leave(running[i], 0.2)
		if has(poor) || has(good) != (i == 0) || !has(best) || !has(running[0].ID) || !has(running[i].ID) {
			t.Errorf("with %d running trials' there are: best %t, good %t, poor %t; want: %s", i+1, has(best), has(good), has(poor), want)
		}
		if warned := strings.Contains(said.String(), "checkpoints.max_size"); warned != (i == 2) {
			t.Errorf("with %d running trials it was said that they take too much: %t; want: %s", i+1, warned, want)
		}
	}
	if got := w.Doomed(); len(got) != 2 || !strings.Contains(got[0].Path, w.View().Trials[poor].Name) {
		t.Errorf("removed %v, want the poor one's first", got)
	}
}
