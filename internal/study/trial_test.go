package study_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/study/studytest"
)

func finite(losses ...float64) bool {
	return len(losses) > 0 && !slices.ContainsFunc(losses, func(x float64) bool { return math.IsInf(x, 0) || math.IsNaN(x) })
}

// one is a study with one trial, the default one, that runs.
func one() *studytest.Log { return studytest.New(studytest.Definition()).PlanDefault().Start(0) }

func TestCurvesAreLosses(t *testing.T) {
	l := one().Report(0, 2, 0.8, 30).Report(0, 1, 0.5, 10).Report(0, 3, math.NaN(), math.Inf(-1))
	inf := math.Inf(1)
	want := []study.Curve{
		{{Step: 1, Loss: -0.5}, {Step: 2, Loss: -0.8}, {Step: 3, Loss: inf}},
		{{Step: 1, Loss: 10}, {Step: 2, Loss: 30}, {Step: 3, Loss: inf}},
	}
	if d := cmp.Diff(want, l.View().Trials[0].Curves); d != "" {
		t.Errorf("curves (-want +got):\n%s", d)
	}
}

func TestTheFirstValueOfAStepStands(t *testing.T) {
	l := one().Report(0, 1, 0.5, 1).Report(0, 1, 0.9, 2)
	tr := l.View().Trials[0]
	if d := cmp.Diff(study.Curve{{Step: 1, Loss: -0.5}}, tr.Curve()); d != "" {
		t.Errorf("curve (-want +got):\n%s", d)
	}
	if got := tr.Metrics["accuracy"].Last; got != 0.5 {
		t.Errorf("the last accuracy is %v, want the first that was reported, 0.5", got)
	}
}

func TestACurveAtAStep(t *testing.T) {
	c := study.Curve{{Step: 2, Loss: 0.5}, {Step: 4, Loss: 0.3}, {Step: 6, Loss: 0.4}}
	for _, x := range []struct {
		step       int64
		last, best float64
		ok         bool
	}{
		{1, math.Inf(1), math.Inf(1), false},
		{2, 0.5, 0.5, true},
		{3, 0.5, 0.5, true},
		{5, 0.3, 0.3, true},
		{6, 0.4, 0.3, true},
		{99, 0.4, 0.3, true},
	} {
		last, ok := c.At(x.step, false)
		best, okBest := c.At(x.step, true)
		if last != x.last || best != x.best || ok != x.ok || okBest != x.ok {
			t.Errorf("at step %d: last %v (%v), best %v (%v), want %v, %v (%v)", x.step, last, ok, best, okBest, x.last, x.best, x.ok)
		}
	}
	if got := c.Last(); got != 6 {
		t.Errorf("the last step is %d, want 6", got)
	}
	if got := (study.Curve{}).Last(); got != 0 {
		t.Errorf("the last step of an empty curve is %d, want 0", got)
	}
}

// An attempt that starts anew, or goes on from a checkpoint, makes void what came
// after.
func TestARestartTruncatesCurves(t *testing.T) {
	for _, from := range []int64{0, 2} {
		l := one().Report(0, 1, 0.1, 1).Report(0, 2, 0.2, 2).Report(0, 3, 0.3, 3).Judge(0, 3, study.Continue, true)
		l.End(0, study.Waiting).Resume(0, from)
		tr := l.View().Trials[0]
		want := study.Curve{{Step: 1, Loss: -0.1}, {Step: 2, Loss: -0.2}}[:from]
		if d := cmp.Diff(want, tr.Curve()); d != "" {
			t.Errorf("from step %d: curve (-want +got):\n%s", from, d)
		}
		if tr.Step() != from || len(tr.Verdicts) != 0 {
			t.Errorf("from step %d: at step %d with %d verdicts, want none", from, tr.Step(), len(tr.Verdicts))
		}
		l.Report(0, from+1, 0.9, 9)
		if got, _ := tr.Curve().At(from+1, false); got != -0.9 {
			t.Errorf("from step %d: the next step's loss is %v, want the new attempt's -0.9", from, got)
		}
		if got := l.View().Steps; got != 4 {
			t.Errorf("from step %d: %d steps trained, want 3 + 1", from, got)
		}
	}
}

func TestAnOldAttemptIsFencedOff(t *testing.T) {
	l := one().Report(0, 1, 0.1, 1).End(0, study.Waiting).Start(0)
	before, err := studytest.Replay(l.Events)
	if err != nil {
		t.Fatal(err)
	}
	l.Append(study.Points{Trial: 0, Attempt: 1, Rows: []study.Point{{Step: 2, Metric: "accuracy", Value: 1}}})
	l.Append(study.Judged{Trial: 0, Attempt: 1, Step: 2, Decision: study.Stop})
	before.Seq, before.Updated = l.View().Seq, l.View().Updated
	if d := cmp.Diff(before, l.View(), studytest.Equal); d != "" {
		t.Errorf("an old attempt's report changes the view (-before +after):\n%s", d)
	}
}

func TestWhatBecomesOfATrial(t *testing.T) {
	inf := math.Inf(1)
	for name, c := range map[string]struct {
		state  study.State
		values []float64
		losses []float64
	}{
		"completed":                 {study.Completed, []float64{0.9, 3}, []float64{-0.9, 3}},
		"completed without a value": {study.Completed, nil, nil},
		"completed in one of two":   {study.Completed, []float64{0.9}, nil},
		"stopped":                   {study.Stopped, []float64{0.9, 3}, []float64{-0.9, 3}},
		"stopped before a report":   {study.Stopped, nil, nil},
		"diverged":                  {study.Diverged, []float64{math.NaN(), 3}, []float64{inf, inf}},
		"infeasible":                {study.Infeasible, []float64{0.9, 3}, []float64{inf, inf}},
		"failed":                    {study.Failed, nil, []float64{inf, inf}},
		"paused":                    {study.Paused, nil, nil},
		"waiting":                   {study.Waiting, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			v := one().Report(0, 1, 0.5, 1).End(0, c.state, c.values...).View()
			tr := v.Trials[0]
			if tr.State != c.state || v.Count[c.state] != 1 || v.Count[study.Running] != 0 {
				t.Errorf("the trial is %s and counts are %v, want %s", tr.State, v.Count, c.state)
			}
			if d := cmp.Diff(c.losses, tr.Losses); d != "" {
				t.Errorf("losses (-want +got):\n%s", d)
			}
			if open := tr.Ended.IsZero(); open != c.state.Open() {
				t.Errorf("the trial's end is %v, want one exactly if it is final", tr.Ended)
			}
			if crowned := v.Best() != nil; crowned != (name == "completed") {
				t.Errorf("the incumbent is %v, want it only if it completed with a value", v.Best())
			}
			if crowned := len(v.Pareto()) == 1; crowned != (name == "completed") {
				t.Errorf("the front is %v, want the trial only if it completed with its values", v.Pareto())
			}
			if want := inf; c.losses == nil && tr.Loss() != want {
				t.Errorf("without a value samplers rank it by %v, want %v", tr.Loss(), want)
			}
		})
	}
}

func TestAReopenedTrialStartsOver(t *testing.T) {
	l := one().Report(0, 1, 0.9, 1).End(0, study.Completed, 0.9, 1)
	l.PlanDefault().Start(1).End(1, study.Completed, 0.5, 1)
	l.Append(study.Reopened{Trial: 0, By: "user", Why: "more epochs"})
	v := l.View()
	tr := v.Trials[0]
	if tr.State != study.Waiting || tr.Losses != nil || tr.Values != nil || !tr.Ended.IsZero() || tr.Reason != "more epochs" {
		t.Errorf("the trial is %s with losses %v, ended %v because %q; want it waiting without any", tr.State, tr.Losses, tr.Ended, tr.Reason)
	}
	if v.Best() != v.Trials[1] {
		t.Errorf("the incumbent is %v, want the trial that is left", v.Best())
	}
}

func TestFailuresCostRetries(t *testing.T) {
	l := one().End(0, study.Waiting).Start(0)                                     // failed once
	l.Append(study.Ended{Trial: 0, Attempt: 2, State: study.Waiting, Lost: true}) // lost
	l.Start(0).End(0, study.Failed)                                               // failed twice
	if got := l.View().Trials[0].Failures(); got != 2 {
		t.Errorf("%d failures, want 2: a lost attempt costs nothing", got)
	}
	l.Append(study.Reopened{Trial: 0, By: "user"})
	if got := l.View().Trials[0].Failures(); got != 0 {
		t.Errorf("%d failures after it was reopened, want 0", got)
	}
}

func TestVerdictsOnTheCurrentAttempt(t *testing.T) {
	l := one().Report(0, 3, 0.5, 1).Judge(0, 3, study.Continue, true)
	tr := l.View().Trials[0]
	if _, told := tr.Told(); told {
		t.Errorf("a trial that may go on has been told to end")
	}
	l.Judge(0, 4, study.Stop, false)
	if j, ok := tr.Verdict(3); !ok || j.Decision != study.Continue || !j.Rung {
		t.Errorf("the verdict at step 3 is %+v (%v), want continue at a rung", j, ok)
	}
	if _, ok := tr.Verdict(5); ok {
		t.Errorf("there is a verdict at step 5, want none")
	}
	if j, told := tr.Told(); !told || j.Step != 4 {
		t.Errorf("told %+v (%v), want to stop at step 4", j, told)
	}
}

func TestCheckpointsThatExist(t *testing.T) {
	l := one()
	if c := l.View().Trials[0].LatestCheckpoint(); c != nil {
		t.Errorf("the latest checkpoint is %v, want none", c)
	}
	for _, step := range []int64{4, 2, 6, 4} {
		l.Append(study.Checkpointed{Trial: 0, Attempt: 1, Step: step, Path: "p", Bytes: int64(len(l.Events))})
	}
	l.Append(study.Dropped{Trial: 0, Step: 6})
	tr := l.View().Trials[0]
	want := []study.Checkpoint{{Attempt: 1, Step: 2, Path: "p", Bytes: 4}, {Attempt: 1, Step: 4, Path: "p", Bytes: 6}}
	if d := cmp.Diff(want, tr.Checkpoints); d != "" {
		t.Errorf("checkpoints (-want +got):\n%s", d)
	}
	if d := cmp.Diff(&want[1], tr.LatestCheckpoint()); d != "" {
		t.Errorf("the latest one (-want +got):\n%s", d)
	}
}

// Every event of a log built by studytest takes a second.
func TestTimeAndDevicesAreAccounted(t *testing.T) {
	l := studytest.New(studytest.Definition()).PlanDefault().PlanDefault() // at 0, 1, 2 s
	l.Start(0).Start(1).End(0, study.Completed, 1, 1).End(1, study.Failed) // at 3, 4, 5, 6 s
	l.Append(study.Reopened{Trial: 1, By: "user"}).Start(1)                // at 7, 8 s
	v, now := l.View(), studytest.Epoch.Add(10*time.Second)
	if got := v.Elapsed(now); got != 5*time.Second {
		t.Errorf("trials ran for %v, want 5s: from 3 to 6 and from 8 to 10", got)
	}
	if got, want := v.GPUHours(now), 6.0/3600; math.Abs(got-want) > 1e-12 {
		t.Errorf("%v GPU-hours, want %v: 2, 2 and 2 seconds on a device", got, want)
	}
	if got := v.Trials[1].Duration(now); got != 4*time.Second {
		t.Errorf("trial 1 ran for %v, want 4s", got)
	}
}

// A driver that was away learns late when an attempt ended.
func TestAnAttemptEndsWhenItsProgramDid(t *testing.T) {
	l := one() // started at 2 s
	l.Append(study.Concluded{Reason: "stopped"}).Append(study.Noted{By: "user", Text: "lunch"}).Append(study.Noted{By: "user", Text: "back"})
	exit := &study.Exit{Ended: studytest.Epoch.Add(3 * time.Second)}
	l.Append(study.Ended{Trial: 0, Attempt: 1, State: study.Completed, Exit: exit})
	v := l.View()
	if got := v.Elapsed(v.Updated); got != time.Second {
		t.Errorf("the study ran for %v, want 1s: until its program ended", got)
	}
	if !v.Trials[0].Ended.Equal(exit.Ended) {
		t.Errorf("the trial ended at %v, want when its program did, %v", v.Trials[0].Ended, exit.Ended)
	}
}

func TestTheFrontOfSeveralObjectives(t *testing.T) {
	l := studytest.New(studytest.Definition())
	for i, values := range [][]float64{
		{0.9, 30}, // slow and good
		{0.5, 10}, // fast and poor
		{0.9, 40}, // beaten by the first
		{0.4, 20}, // beaten by the second
		{0.9, 30}, // the first again
		{0.7, 20}, // between
	} {
		id := study.TrialID(i)
		l.PlanDefault().Start(id).End(id, study.Completed, values...)
	}
	l.PlanDefault().Start(6).End(6, study.Stopped, 1, 1)
	l.PlanDefault().Start(7).End(7, study.Completed)
	var got []study.TrialID
	for _, tr := range l.View().Pareto() {
		got = append(got, tr.ID)
	}
	if d := cmp.Diff([]study.TrialID{0, 1, 5}, got); d != "" {
		t.Errorf("the front (-want +got):\n%s", d)
	}
}

func TestAChangedSpaceIsReadAnew(t *testing.T) {
	l := studytest.New(studytest.Definition()).Plan(space.Values{"optimizer": space.StringValue("adamw"), "width": space.FloatValue(64)})
	tr := l.View().Trials[0]
	if got := tr.Params["width"]; got != space.IntValue(64) {
		t.Errorf("width is %v %s, want an integer: the space's own kind", got, got.Kind())
	}
	wider := studytest.Definition()
	var err error
	wider.Space, err = space.New([]space.Param{{Name: "width", Domain: space.Int{Low: 64, High: 4096, Log: true}}})
	if err != nil {
		t.Fatal(err)
	}
	l.Append(study.Changed{Definition: wider, What: []string{"width reaches further"}})
	if d := cmp.Diff(wider.Space.Unit(tr.Params), tr.Unit); d != "" {
		t.Errorf("its place in the unit cube (-want +got):\n%s", d)
	}
	if got := l.View().Changes; len(got) != 1 || l.View().Def != wider {
		t.Errorf("changes are %v and the definition is %p, want one and the new one %p", got, l.View().Def, wider)
	}
}
