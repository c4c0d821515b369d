package engine

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/danlu-ml/danlu/internal/scheduler"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/google/go-cmp/cmp"
)

// world is an engine with a clock that moves a second a question.
type world struct {
	*Engine
	t *testing.T
}

func definition(t *testing.T, change ...func(*study.Definition)) *study.Definition {
	t.Helper()
	sp, err := space.New([]space.Param{
		{Name: "lr", Domain: space.Float{Low: 1e-5, High: 1e-1, Log: true}, Default: space.FloatValue(1e-3)},
		{Name: "batch_size", Domain: space.Choice{Values: []space.Value{space.IntValue(32), space.IntValue(64)}, Ordered: true}},
	})
	if err != nil {
		t.Fatal(err)
	}
	def := &study.Definition{
		Name: "s", Objectives: []study.Objective{{Metric: "acc", Maximize: true}}, Space: sp,
		Fidelity: study.Fidelity{Step: "epoch", Max: 9}, Seed: 1, Retries: 1,
		Sampler: study.Algorithm{Name: "random"}, Scheduler: study.Algorithm{Name: "none"},
	}
	for _, c := range change {
		c(def)
	}
	return def
}

func newWorld(t *testing.T, change ...func(*study.Definition)) *world {
	t.Helper()
	at := time.Date(2026, 7, 21, 15, 45, 30, 0, time.UTC)
	w := &world{t: t, Engine: New(Options{Now: func() time.Time { at = at.Add(time.Second); return at }})}
	if err := w.Create(definition(t, change...), study.Provenance{}); err != nil {
		t.Fatal(err)
	}
	return w
}

// begin starts n trials and returns them.
func (w *world) begin(n int) []*study.Trial {
	w.t.Helper()
	launches, reason, err := w.Next(context.Background(), n, func(name string) string { return "/runs/" + name })
	if err != nil || len(launches) != n {
		w.t.Fatalf("began %d trials of %d: %s, %v", len(launches), n, reason, err)
	}
	var ts []*study.Trial
	for _, l := range launches {
		ts = append(ts, l.Trial)
	}
	return ts
}

func (w *world) report(tr *study.Trial, step int64, acc float64) study.Decision {
	w.t.Helper()
	d, err := w.Report(tr.ID, tr.Attempt().Number, []study.Point{{Step: step, Metric: "acc", Value: acc}})
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

func (w *world) exit(tr *study.Trial, x study.Exit) {
	w.t.Helper()
	if err := w.Exit(tr.ID, tr.Attempt().Number, x); err != nil {
		w.t.Fatal(err)
	}
}

func TestTheDefaultsAreTrialZeroAndTheSamplerFollows(t *testing.T) {
	w := newWorld(t)
	ts := w.begin(3)
	if !ts[0].Default || ts[0].Params["lr"] != space.FloatValue(1e-3) || ts[0].Params["batch_size"] != space.IntValue(32) {
		t.Errorf("trial 0 is %v, default %v", ts[0].Params, ts[0].Default)
	}
	if ts[1].Default || ts[1].Sampler != "random" || ts[1].Seed == ts[2].Seed {
		t.Errorf("trial 1: sampler %q, default %v, seeds %d and %d", ts[1].Sampler, ts[1].Default, ts[1].Seed, ts[2].Seed)
	}
	if want := "20260721-154533_lr0.001_bs32"; ts[0].Name != want {
		t.Errorf("trial 0 is named %q, want %q", ts[0].Name, want)
	}
}

func TestProposalsDoNotDependOnHowManySlotsWereFree(t *testing.T) {
	together, alone := newWorld(t), newWorld(t)
	a := together.begin(4)
	for i := range 4 {
		b := alone.begin(1)[0]
		alone.report(b, 1, 0.5)
		if d := cmp.Diff(a[i].Params, b.Params, cmp.AllowUnexported(space.Value{})); d != "" {
			t.Errorf("trial %d differs (-together +alone):\n%s", i, d)
		}
	}
}

func TestAReportCountsOnceAndIsAnsweredAlike(t *testing.T) {
	w := newWorld(t)
	tr := w.begin(2)[1]
	if d := w.report(tr, 1, 0.5); d != study.Continue {
		t.Errorf("first report: %s", d)
	}
	_, before := w.Take()
	if d := w.report(tr, 1, 0.9); d != study.Continue {
		t.Errorf("repeat: %s", d)
	}
	if _, after := w.Take(); len(after) != 0 {
		t.Errorf("a repeat wrote %d events after %d", len(after), len(before))
	}
	if got := tr.Curve()[0].Loss; got != -0.5 {
		t.Errorf("the loss is %v: the second value won", got)
	}
	if d := w.report(tr, 2, math.NaN()); d != study.Stop {
		t.Errorf("a non-finite objective is told %s", d)
	}
	if d := w.report(tr, 1, 0.5); d != study.Continue {
		t.Errorf("a repeat of what was answered continue is now told %s", d)
	}
	if d := w.report(tr, 3, 0.5); d != study.Stop {
		t.Errorf("after it was told to stop, a trial is told %s", d)
	}
}

func TestAnOldAttemptIsFencedOff(t *testing.T) {
	w := newWorld(t)
	tr := w.begin(1)[0]
	w.exit(tr, study.Exit{Code: 1, Tail: "boom"})
	if tr.State != study.Waiting {
		t.Fatalf("after its first failure the trial is %s", tr.State)
	}
	if _, err := w.Report(tr.ID, 1, []study.Point{{Step: 1, Metric: "acc", Value: 1}}); !errors.Is(err, ErrStale) {
		t.Errorf("a report of an ended attempt: %v", err)
	}
	w.begin(1)
	if _, err := w.Report(tr.ID, 1, []study.Point{{Step: 1, Metric: "acc", Value: 1}}); !errors.Is(err, ErrStale) {
		t.Errorf("a report of the attempt before: %v", err)
	}
	if _, err := w.Report(99, 1, nil); !errors.Is(err, ErrUnknown) {
		t.Errorf("a report of a trial that is not: %v", err)
	}
}

func TestHowAnAttemptEnds(t *testing.T) {
	good := func(w *world, tr *study.Trial) { w.report(tr, 9, 0.8) }
	nothing := func(*world, *study.Trial) {}
	tests := []struct {
		name   string
		before func(*world, *study.Trial)
		exit   study.Exit
		state  study.State
		reason string // part of it
	}{
		{"to its end", good, study.Exit{}, study.Completed, ""},
		{"well, with an end of its own", func(w *world, tr *study.Trial) { w.report(tr, 4, 0.8) }, study.Exit{}, study.Completed, ""},
		{"saying nothing", nothing, study.Exit{}, study.Failed, "danlu.report("},
		{"saying something else", func(w *world, tr *study.Trial) {
			_, _ = w.Report(tr.ID, 1, []study.Point{{Step: 1, Metric: "accu", Value: 1}})
		}, study.Exit{}, study.Failed, "did you mean objective: accu?"},
		{"with an error", good, study.Exit{Code: 2, Tail: "Traceback\nValueError: x\n"}, study.Waiting, "exit status 2: ValueError: x"},
		{"by a signal", good, study.Exit{Code: -1, Signal: "SIGSEGV"}, study.Waiting, "SIGSEGV"},
		{"out of the device's memory", nothing, study.Exit{Code: 1, Tail: "torch.OutOfMemoryError: CUDA out of memory. Tried"}, study.Infeasible, "out of memory"},
		{"out of the host's memory", nothing, study.Exit{Code: -1, Signal: "SIGKILL", Cause: "oom"}, study.Infeasible, "kernel"},
		{"with a NaN", func(w *world, tr *study.Trial) { w.report(tr, 2, math.NaN()) }, study.Exit{Code: 0}, study.Diverged, "not finite at epoch 2"},
		{"with a NaN and an error", func(w *world, tr *study.Trial) { w.report(tr, 2, math.Inf(1)) }, study.Exit{Code: 1}, study.Diverged, "not finite"},
		{"late", good, study.Exit{Code: -1, Signal: "SIGTERM", Cause: "deadline"}, study.Failed, "deadline"},
		{"before it began", nothing, study.Exit{Code: 127, Cause: "start", Tail: "train.py has no execute bit"}, study.Failed, "no execute bit"},
		{"because the user left", good, study.Exit{Code: -1, Signal: "SIGTERM", Cause: "cancelled"}, study.Waiting, "interrupted"},
		{"because the machine shuts down", good, study.Exit{Code: -1, Signal: "SIGTERM", Cause: "terminated"}, study.Waiting, "interrupted"},
		{"because the user stopped it", func(w *world, tr *study.Trial) {
			w.report(tr, 3, 0.7)
			if _, err := w.Request(RequestStop, []byte(`{"trial":1}`)); err != nil {
				t.Fatal(err)
			}
		}, study.Exit{Code: -1, Signal: "SIGTERM", Cause: "cancelled"}, study.Stopped, "by the user"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			tr := w.begin(2)[1]
			tt.before(w, tr)
			w.exit(tr, tt.exit)
			if tr.State != tt.state || !strings.Contains(tr.Reason, tt.reason) {
				t.Errorf("the trial is %s (%s), want %s (…%s…)", tr.State, tr.Reason, tt.state, tt.reason)
			}
			if tt.state == study.Completed && tr.Values["acc"] != 0.8 {
				t.Errorf("its value is %v", tr.Values)
			}
		})
	}
}

func TestRetriesHaveALimitAndALostAttemptCostsNone(t *testing.T) {
	w := newWorld(t)
	tr := w.begin(1)[0]
	if err := w.Lost(0, 1, "its process vanished"); err != nil {
		t.Fatal(err)
	}
	w.begin(1)
	w.exit(tr, study.Exit{Code: 1})
	w.begin(1)
	if tr.State != study.Running || tr.Attempt().Number != 3 {
		t.Fatalf("trial is %s at attempt %d", tr.State, tr.Attempt().Number)
	}
	w.exit(tr, study.Exit{Code: 1})
	if tr.State != study.Failed {
		t.Errorf("after its second failure with one retry the trial is %s", tr.State)
	}
	if _, err := w.Request(RequestRetry, []byte(`{"trial":0}`)); err != nil {
		t.Fatal(err)
	}
	w.begin(1)
	w.exit(tr, study.Exit{Code: 1})
	if tr.State != study.Waiting {
		t.Errorf("a person's retry has its own retries, but the trial is %s", tr.State)
	}
}

func TestWhoSaysNothingIsToldHowToBeHeard(t *testing.T) {
	for _, c := range []struct {
		observe study.Observe
		want    string
	}{
		{study.Observe{}, "or write observe: {stdout: auto} if it prints it"},
		{study.Observe{Stdout: []string{"auto"}}, "or say under observe: how its output shows it"},
	} {
		w := newWorld(t, func(d *study.Definition) { d.Observe = c.observe })
		tr := w.begin(1)[0]
		w.exit(tr, study.Exit{})
		if tr.State != study.Failed || !strings.Contains(tr.Reason, "let it call danlu.report(step=…, acc=…), "+c.want) {
			t.Errorf("%s: %s, want %s", tr.State, tr.Reason, c.want)
		}
	}
}

func TestARetryGoesOnFromTheCheckpoint(t *testing.T) {
	w := newWorld(t)
	tr := w.begin(1)[0]
	dir := tr.Attempt().Dir
	for step := int64(1); step <= 4; step++ {
		w.report(tr, step, 0.1*float64(step))
		if step%2 == 0 {
			if err := w.Checkpoint(0, 1, step, dir+"/step"+string(rune('0'+step)), 10); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got := w.Doomed(); len(got) != 1 || got[0].Path != dir+"/step2" {
		t.Errorf("superseded: %v", got)
	}
	w.report(tr, 5, 0.5)
	w.exit(tr, study.Exit{Code: 1})
	w.begin(1)
	a := tr.Attempt()
	if a.From != 4 || a.Resume != dir+"/step4" || tr.Curve().Last() != 4 {
		t.Errorf("attempt 2 goes on from %d (%s), and the curve ends at %d", a.From, a.Resume, tr.Curve().Last())
	}
}

func TestAMissingCheckpointMeansAnEarlierState(t *testing.T) {
	w := newWorld(t)
	gone := map[string]bool{}
	w.size = func(path string) (int64, bool) { return 1 << 30, !gone[path] }
	tr := w.begin(1)[0]
	if err := w.Checkpoint(0, 1, 3, "/elsewhere/a", 10); err != nil {
		t.Fatal(err)
	}
	if err := w.Checkpoint(0, 1, 5, "/elsewhere/b", 10); err != nil {
		t.Fatal(err)
	}
	if got := w.Doomed(); len(got) != 0 {
		t.Errorf("files outside the trial's folder are the user's, not to be removed: %v", got)
	}
	gone["/elsewhere/b"] = true
	w.exit(tr, study.Exit{Code: 1})
	w.begin(1)
	if a := tr.Attempt(); a.From != 3 || a.Resume != "/elsewhere/a" {
		t.Errorf("attempt 2 goes on from %d (%s)", a.From, a.Resume)
	}
}

func TestBudgetAndTarget(t *testing.T) {
	w := newWorld(t, func(d *study.Definition) { d.Budget.Trials = 2 })
	ts := w.begin(2)
	if _, reason, _ := w.Next(context.Background(), 1, nil); reason != Waiting {
		t.Errorf("with trials running: %s", reason)
	}
	w.report(ts[0], 9, 0.5)
	w.exit(ts[0], study.Exit{})
	w.exit(ts[1], study.Exit{Code: 1}) // a retry is not a new trial
	w.begin(1)
	w.report(ts[1], 9, 0.6)
	w.exit(ts[1], study.Exit{})
	if _, reason, _ := w.Next(context.Background(), 1, nil); reason != Budget {
		t.Errorf("at the end: %s", reason)
	}
	if w.View().Best() != ts[1] {
		t.Errorf("the best is trial %v", w.View().Best())
	}

	w = newWorld(t, func(d *study.Definition) { d.Target = &study.Target{Metric: "acc", Op: ">=", Value: 0.9} })
	tr := w.begin(1)[0]
	w.report(tr, 9, 0.9)
	w.exit(tr, study.Exit{})
	if _, reason, _ := w.Next(context.Background(), 1, nil); reason != Target {
		t.Errorf("at the target: %s", reason)
	}
}

func TestTimeSpentEndsRunningTrials(t *testing.T) {
	w := newWorld(t, func(d *study.Definition) { d.Budget.Time = 10 * time.Second })
	tr := w.begin(2)[1]
	last := study.Continue
	for step := int64(1); step < 9; step++ {
		last = w.report(tr, step, 0.5)
	}
	if last != study.Stop {
		t.Errorf("after the time is spent a trial is told %s", last)
	}
}

func TestTheBudgetOfStepsHoldsWhileTrialsRun(t *testing.T) {
	for _, tt := range []struct {
		name          string
		every, budget int64
		saves         bool
		steps         int64 // trained in the end
		told          study.Decision
	}{
		{name: "a report every step", every: 1, budget: 5, steps: 5, told: study.Stop},
		{name: "a report every third step", every: 3, budget: 11, steps: 9, told: study.Stop},
		{name: "programs that save go on with more steps", every: 1, budget: 5, saves: true, steps: 5, told: study.Pause},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, func(d *study.Definition) { d.Budget.Steps = tt.budget })
			trials := w.begin(2)
			last := map[study.TrialID]study.Decision{}
			for step := tt.every; len(last) < 2; step += tt.every {
				for _, tr := range trials {
					if last[tr.ID] != "" {
						continue
					}
					if tt.saves {
						w.save(tr, step, tr.Attempt().Dir+"/c")
					}
					if d := w.report(tr, step, 0.5); d != study.Continue {
						last[tr.ID] = d
						w.exit(tr, study.Exit{})
					}
				}
			}
			want := map[study.TrialID]study.Decision{0: tt.told, 1: tt.told}
			if d := cmp.Diff(want, last); d != "" || w.View().Steps != tt.steps {
				t.Errorf("%d steps were trained, want %d of %d; trials were told (-want +got):\n%s", w.View().Steps, tt.steps, tt.budget, d)
			}
			if r, why := w.Over(); r != Budget {
				t.Errorf("in the end the study is %q (%s)", r, why)
			}
		})
	}
}

func TestAHopelessStudyGivesUpEarly(t *testing.T) {
	w := newWorld(t)
	w.exit(w.begin(1)[0], study.Exit{})
	if _, reason, _ := w.Next(context.Background(), 1, nil); reason != Hopeless {
		t.Errorf("the first trial never reported the objective, and the study is %q", reason)
	}
	w = newWorld(t, func(d *study.Definition) { d.Retries = 0 })
	for i := range 3 {
		w.exit(w.begin(1)[0], study.Exit{Code: 1, Tail: "ImportError: torch"})
		_, why := w.Over()
		if (i == 2) != strings.Contains(why, "ImportError: torch") {
			t.Errorf("after %d failures: %q", i+1, why)
		}
	}
}

func TestWhoStartsAHopelessStudyAgainHasMendedSomething(t *testing.T) {
	w := newWorld(t)
	w.exit(w.begin(1)[0], study.Exit{})
	if r, _ := w.Over(); r != Hopeless {
		t.Fatalf("the study is %q", r)
	}
	_, events := w.Take()
	again := New(Options{Now: w.now})
	for _, ev := range events {
		if err := again.Replay(ev); err != nil {
			t.Fatal(err)
		}
	}
	if err := again.Ready(); err != nil {
		t.Fatal(err)
	}
	if r, why := again.Over(); r != Ready {
		t.Errorf("started again, it is %q: %s", r, why)
	}
}

func TestConstraintsBeforeAndAfter(t *testing.T) {
	w := newWorld(t, func(d *study.Definition) { d.Constraints = []string{"lr < 1e-2", "params_millions <= 20"} })
	for _, tr := range w.begin(20) {
		if tr.Params["lr"].Float() >= 1e-2 {
			t.Errorf("trial %d has lr %v", tr.ID, tr.Params["lr"])
		}
	}
	if _, err := w.Enqueue(space.Values{"lr": space.FloatValue(0.05)}, ""); !errors.Is(err, ErrRefused) {
		t.Errorf("a configuration against the constraints was enqueued: %v", err)
	}
	tr := w.View().Trials[1]
	if _, err := w.Report(1, 1, []study.Point{{Step: 9, Metric: "acc", Value: 1}, {Step: 9, Metric: "params_millions", Value: 21}}); err != nil {
		t.Fatal(err)
	}
	w.exit(tr, study.Exit{})
	if tr.State != study.Infeasible || !math.IsInf(tr.Loss(), 1) {
		t.Errorf("the trial is %s with loss %v", tr.State, tr.Loss())
	}
}

// puppet is a scheduler that does as it is told.
type puppet struct {
	actions []scheduler.Action
	verdict scheduler.Verdict
}

func (p *puppet) Name() string { return "puppet" }
func (p *puppet) Judge(*study.View, *study.Trial, int64) scheduler.Verdict {
	return p.verdict
}

func (p *puppet) Next(*study.View) (scheduler.Action, bool) {
	if len(p.actions) == 0 {
		return scheduler.Action{}, false
	}
	return p.actions[0], true
}

func TestPauseResumeAndClone(t *testing.T) {
	w := newWorld(t)
	p := &puppet{verdict: scheduler.Verdict{Decision: study.Continue}, actions: []scheduler.Action{{Kind: scheduler.Start, To: 3}}}
	w.scheduler = p
	w.begin(1) // the default, to its end
	tr := w.begin(1)[0]
	if d := w.report(tr, 2, 0.4); d != study.Continue {
		t.Errorf("before the segment's end: %s", d)
	}
	if err := w.Checkpoint(tr.ID, 1, 3, "/c3", 1); err != nil {
		t.Fatal(err)
	}
	if d := w.report(tr, 3, 0.5); d != study.Pause {
		t.Errorf("at the segment's end: %s", d)
	}
	w.exit(tr, study.Exit{})
	if tr.State != study.Paused {
		t.Fatalf("the trial is %s", tr.State)
	}
	p.actions = []scheduler.Action{{Kind: scheduler.Clone, Trial: tr.ID, Params: space.Values{"lr": space.FloatValue(0.01), "batch_size": space.IntValue(64)}}}
	clone := w.begin(1)[0]
	if clone.Parent == nil || *clone.Parent != (study.Parent{Trial: tr.ID, Step: 3}) || clone.Attempt().Resume != "/c3" || clone.Attempt().From != 3 {
		t.Errorf("the clone: parent %v, attempt %+v", clone.Parent, clone.Attempt())
	}
	w.exit(clone, study.Exit{Cause: "cancelled"})
	if again := w.begin(1)[0]; again != clone || clone.Attempt().Number != 2 || clone.Attempt().Resume != "/c3" || clone.Attempt().From != 3 {
		t.Errorf("the clone, interrupted before it left a checkpoint: %+v", clone.Attempt())
	}
	p.actions = []scheduler.Action{{Kind: scheduler.Resume, Trial: tr.ID, To: 9}}
	if got := w.begin(1)[0]; got != tr || tr.Attempt().From != 3 || tr.Attempt().To != 9 || tr.Attempt().Resume != "/c3" {
		t.Errorf("resumed trial %d: %+v", got.ID, tr.Attempt())
	}
	w.report(tr, 9, 0.8)
	w.exit(tr, study.Exit{})
	if tr.State != study.Completed || len(tr.Curve()) != 3 {
		t.Errorf("the resumed trial is %s with %d samples", tr.State, len(tr.Curve()))
	}
}

func TestARetiredTrialLeavesNoCheckpoint(t *testing.T) {
	w := newWorld(t)
	p := &puppet{verdict: scheduler.Verdict{Decision: study.Continue}, actions: []scheduler.Action{{Kind: scheduler.Start, To: 3}}}
	w.scheduler = p
	w.begin(1)
	ls, _, err := w.Next(t.Context(), 1, func(name string) string { return "/runs/" + name })
	if err != nil {
		t.Fatal(err)
	}
	tr := ls[0].Trial
	inside := tr.Attempt().Dir + "/c3"
	for step, path := range map[int64]string{3: inside, 2: "/mine"} {
		if err := w.Checkpoint(tr.ID, 1, step, path, 1); err != nil {
			t.Fatal(err)
		}
	}
	w.report(tr, 3, 0.5)
	w.exit(tr, study.Exit{})
	w.Doomed()
	p.actions = []scheduler.Action{{Kind: scheduler.Retire, Trial: tr.ID, Why: "rank 9 of 9"}}
	w.scheduler = &once{puppet: p}
	if _, _, err := w.Next(t.Context(), 1, nil); err != nil {
		t.Fatal(err)
	}
	if tr.State != study.Stopped || tr.Reason != "rank 9 of 9" {
		t.Errorf("it is %s: %s", tr.State, tr.Reason)
	}
	if d := cmp.Diff([]Doomed{{Dir: tr.Attempt().Dir, Path: inside}}, w.Doomed()); d != "" {
		t.Errorf("files to remove (-want +got):\n%s", d)
	}
}

// once does one thing, then waits.
type once struct {
	*puppet
	done bool
}

func (o *once) Next(v *study.View) (scheduler.Action, bool) {
	if o.done {
		return scheduler.Action{}, false
	}
	o.done = true
	return o.puppet.Next(v)
}

// A program that counts from 0 is at its end one step before the number of steps.
func TestATrialThatCountsFromZeroIsNotStoppedAtItsLastStep(t *testing.T) {
	w := newWorld(t, func(d *study.Definition) { d.Fidelity.Max = 3 })
	w.scheduler = &puppet{verdict: scheduler.Verdict{Decision: study.Stop, Why: "poor"}, actions: []scheduler.Action{{Kind: scheduler.Start}}}
	ts := w.begin(3)
	for i, from := range map[int]int64{1: 0, 2: 1} {
		w.scheduler.(*puppet).verdict.Decision = study.Continue
		w.report(ts[i], from, 0.1)
		w.report(ts[i], from+1, 0.1)
		w.scheduler.(*puppet).verdict.Decision = study.Stop
		if d := w.report(ts[i], from+2, 0.1); d != study.Continue {
			t.Errorf("at step %d, having begun at %d: %s", from+2, from, d)
		}
	}
}

func TestTheDefaultTrialIsNeverStopped(t *testing.T) {
	w := newWorld(t)
	w.scheduler = &puppet{verdict: scheduler.Verdict{Decision: study.Stop, Rung: true, Why: "poor"}, actions: []scheduler.Action{{Kind: scheduler.Start}}}
	ts := w.begin(2)
	if d := w.report(ts[0], 1, 0.1); d != study.Continue {
		t.Errorf("the default trial is told %s", d)
	}
	if d := w.report(ts[1], 1, 0.1); d != study.Stop {
		t.Errorf("another trial is told %s", d)
	}
	w.exit(ts[1], study.Exit{})
	if ts[1].State != study.Stopped || w.View().Best() != nil {
		t.Errorf("the stopped trial is %s, and the best is %v", ts[1].State, w.View().Best())
	}
}

func TestARestartedEngineGoesOnAlike(t *testing.T) {
	w := newWorld(t)
	ts := w.begin(3)
	w.report(ts[1], 1, 0.5)
	_, events := w.Take()

	again := New(Options{Now: w.now})
	for _, ev := range events {
		if err := again.Replay(ev); err != nil {
			t.Fatal(err)
		}
	}
	if err := again.Ready(); err != nil {
		t.Fatal(err)
	}
	if _, err := again.Report(1, 1, []study.Point{{Step: 1, Metric: "acc", Value: 0.7}}); err != nil {
		t.Fatal(err)
	}
	if _, evs := again.Peek(); len(evs) != 0 {
		t.Errorf("a report the log has is taken twice: %v", evs)
	}
	one, _, _ := w.Next(context.Background(), 1, nil)
	two, _, _ := again.Next(context.Background(), 1, nil)
	if d := cmp.Diff(one[0].Trial.Params, two[0].Trial.Params, cmp.AllowUnexported(space.Value{})); d != "" {
		t.Errorf("the next proposal differs (-before +after):\n%s", d)
	}
}

func TestAttemptsThatVanishAgainAndAgainFailTheTrial(t *testing.T) {
	w := newWorld(t)
	tr := w.begin(1)[0]
	for i := range 3 {
		if tr.State != study.Running {
			t.Fatalf("after %d losses the trial is %s", i, tr.State)
		}
		if err := w.Lost(0, tr.Attempt().Number, "its claim vanished"); err != nil {
			t.Fatal(err)
		}
		if i < 2 {
			w.begin(1)
		}
	}
	if tr.State != study.Failed || !strings.Contains(tr.Reason, "its claim vanished, 3 times") {
		t.Errorf("the trial is %s (%s)", tr.State, tr.Reason)
	}
}

// Without a known end nobody is stopped where completed trials ended, nor at a
// first report, which is the only one of many programs.
func TestNobodyIsStoppedAtTheEnd(t *testing.T) {
	w := newWorld(t, func(d *study.Definition) { d.Fidelity.Max = 0 })
	w.scheduler = &puppet{verdict: scheduler.Verdict{Decision: study.Stop, Why: "poor"}, actions: []scheduler.Action{{Kind: scheduler.Start}}}
	ts := w.begin(4)
	if d := w.report(ts[1], 1, 0.1); d != study.Continue {
		t.Errorf("at its first report a trial is told %s", d)
	}
	if d := w.report(ts[1], 2, 0.1); d != study.Stop {
		t.Errorf("at its second report a trial is told %s", d)
	}
	w.report(ts[0], 5, 0.5)
	w.exit(ts[0], study.Exit{})
	if d := w.report(ts[2], 5, 0.1); d != study.Continue {
		t.Errorf("where the completed trial ended a trial is told %s", d)
	}
	if d := w.report(ts[3], 4, 0.1); d != study.Stop {
		t.Errorf("before that a trial is told %s", d)
	}
}

func TestTheParametersReallyUsedStandOnce(t *testing.T) {
	w := newWorld(t)
	tr := w.begin(1)[0]
	used := space.Values{"batch_size": space.IntValue(64)}
	for _, params := range []space.Values{used, {"lr": space.FloatValue(0.1)}} {
		if err := w.Used(0, params); err != nil {
			t.Fatal(err)
		}
	}
	if d := cmp.Diff(used, tr.Used, cmp.AllowUnexported(space.Value{})); d != "" {
		t.Errorf("used (-want +got):\n%s", d)
	}
	if tr.Unit[1] != 0.75 || tr.Params["batch_size"] != space.IntValue(32) {
		t.Errorf("the trial lies at %v with the parameters %v", tr.Unit, tr.Params)
	}
	for _, wrong := range []space.Values{{"zz": space.IntValue(1)}, {"lr": space.StringValue("a")}} {
		w.begin(1)
		if err := w.Used(study.TrialID(len(w.View().Trials)-1), wrong); !errors.Is(err, ErrRefused) {
			t.Errorf("%v: %v", wrong, err)
		}
	}
}

func TestAConstraintThatCannotBeCheckedIsSaidOnce(t *testing.T) {
	w := newWorld(t, func(d *study.Definition) { d.Constraints = []string{"latency_ms < 5"} })
	var said strings.Builder
	w.log = slog.New(slog.NewTextHandler(&said, nil))
	for _, tr := range w.begin(3) {
		w.report(tr, 9, 0.5)
		w.exit(tr, study.Exit{})
		if tr.State != study.Completed {
			t.Errorf("trial %d is %s", tr.ID, tr.State)
		}
	}
	if n := strings.Count(said.String(), "latency_ms < 5"); n != 1 {
		t.Errorf("said %d times:\n%s", n, said.String())
	}
}
