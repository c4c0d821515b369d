package transfer

import (
	"context"
	"errors"
	"iter"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/store"
	"github.com/danlu-ml/danlu/internal/store/memory"
	"github.com/danlu-ml/danlu/internal/study"
)

var now = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func oneRate(t testing.TB) *space.Space {
	t.Helper()
	s, err := space.New([]space.Param{{Name: "lr", Domain: space.Float{Low: 1e-5, High: 1, Log: true}}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// log keeps the events of a study for Of: the view, and the points of each trial.
func log(t testing.TB, events []study.Event) (*study.View, Source) {
	t.Helper()
	v := study.NewView()
	points := map[study.TrialID][]study.Points{}
	for _, e := range events {
		if err := v.Apply(e); err != nil {
			t.Fatalf("event %d: %v", e.Seq, err)
		}
		if p, ok := e.Body.(study.Points); ok {
			points[p.Trial] = append(points[p.Trial], p)
		}
	}
	return v, func(id study.TrialID) iter.Seq2[study.Points, error] {
		return func(yield func(study.Points, error) bool) {
			for _, p := range points[id] {
				if !yield(p, nil) {
					return
				}
			}
		}
	}
}

var same = cmp.Options{
	cmpopts.EquateNaNs(), cmpopts.EquateEmpty(), cmpopts.EquateApproxTime(0),
	cmp.Comparer(func(a, b space.Value) bool { return a == b }),
	cmp.Comparer(func(a, b *space.Space) bool { return cmp.Equal(a.Names(), b.Names()) }),
}

func TestAStudyComesOutOfItsLogAsItWentIn(t *testing.T) {
	lr := oneRate(t)
	number := rapid.OneOf(rapid.Float64(), rapid.Just(math.NaN()), rapid.Just(math.Inf(-1)))
	rapid.Check(t, func(rt *rapid.T) {
		want := &Study{Name: "s", Space: lr, Objectives: []study.Objective{{Metric: "acc", Maximize: true}, {Metric: "cost"}}}
		states := []study.State{study.Completed, study.Stopped, study.Diverged, study.Infeasible, study.Failed, study.Waiting}
		for range rapid.IntRange(0, 6).Draw(rt, "trials") {
			tr := Trial{
				State: rapid.SampledFrom(states).Draw(rt, "state"), Seed: rapid.Uint64().Draw(rt, "seed"), Sampler: "tpe", Why: "because",
				Params: space.Values{"lr": space.FloatValue(rapid.Float64Range(1e-5, 1).Draw(rt, "lr"))},
			}
			if tr.State != study.Waiting {
				tr.Started = now.Add(time.Duration(rapid.IntRange(0, 1000).Draw(rt, "started")) * time.Second)
				tr.Ended = tr.Started.Add(time.Minute)
				for step := range rapid.Int64Range(0, 4).Draw(rt, "steps") {
					tr.Points = append(tr.Points, study.Point{Step: step, Metric: "acc", Value: number.Draw(rt, "acc")}, study.Point{Step: step, Metric: "cost", Value: number.Draw(rt, "cost")})
				}
				tr.Metrics = study.Numbers{"seconds": number.Draw(rt, "seconds")}
				tr.Reason = rapid.SampledFrom([]string{"", "it was slow"}).Draw(rt, "reason")
			}
			if tr.State == study.Completed {
				tr.Values = study.Numbers{"acc": rapid.Float64().Draw(rt, "value"), "cost": 1}
			}
			want.Trials = append(want.Trials, tr)
		}
		events := want.Events(study.Provenance{}, now)
		got, err := Of(log(t, events))
		if err != nil {
			rt.Fatal(err)
		}
		if d := cmp.Diff(want, got, same); d != "" {
			rt.Fatalf("(-want +got):\n%s", d)
		}
	})
}

func TestEventsBeginWhenTheFirstTrialDid(t *testing.T) {
	s := &Study{Name: "s", Space: oneRate(t), Objectives: []study.Objective{{Metric: "acc"}}}
	at := func() time.Time { return s.Events(study.Provenance{}, now)[0].Time }
	if got := at(); !got.Equal(now) {
		t.Errorf("without trials it begins at %s, want %s", got, now)
	}
	early := now.Add(-time.Hour)
	s.Trials = []Trial{{State: study.Waiting}, {State: study.Completed, Started: early}, {State: study.Completed, Started: now}}
	if got := at(); !got.Equal(early) {
		t.Errorf("it begins at %s, want %s", got, early)
	}
	for i, e := range s.Events(study.Provenance{}, now) {
		if e.Seq != int64(i)+1 {
			t.Errorf("event %d has number %d", i, e.Seq)
		}
	}
}

func TestTheLastAttemptsReportStands(t *testing.T) {
	s := &Study{Name: "s", Space: oneRate(t), Objectives: []study.Objective{{Metric: "acc"}}}
	s.Trials = []Trial{{State: study.Waiting, Params: space.Values{"lr": space.FloatValue(0.1)}}}
	events := s.Events(study.Provenance{}, now)
	add := func(b study.Body) {
		events = append(events, study.Event{Seq: int64(len(events)) + 1, Time: now, Body: b})
	}
	points := func(attempt int, rows ...study.Point) { add(study.Points{Attempt: attempt, Rows: rows}) }
	add(study.Started{Attempt: 1})
	points(1, study.Point{Step: 2, Metric: "acc", Value: 2}, study.Point{Step: 1, Metric: "acc", Value: 1}, study.Point{Step: 2, Metric: "lr", Value: 9})
	add(study.Ended{Attempt: 1, State: study.Waiting, Lost: true})
	add(study.Used{Params: space.Values{"lr": space.FloatValue(0.25)}})
	add(study.Started{Attempt: 2, From: 1})
	points(2, study.Point{Step: 2, Metric: "acc", Value: 3})
	add(study.Ended{Attempt: 2, State: study.Completed, Values: study.Numbers{"acc": 3}})
	got, err := Of(log(t, events))
	if err != nil {
		t.Fatal(err)
	}
	want := []study.Point{{Step: 1, Metric: "acc", Value: 1}, {Step: 2, Metric: "acc", Value: 3}}
	if d := cmp.Diff(want, got.Trials[0].Points); d != "" {
		t.Errorf("points (-want +got):\n%s", d)
	}
	if got := got.Trials[0].Params["lr"]; got != space.FloatValue(0.25) {
		t.Errorf("lr is %v, want what was really used", got)
	}
}

func TestPointsThatCannotBeReadAreAnError(t *testing.T) {
	s := &Study{Name: "s", Space: oneRate(t), Objectives: []study.Objective{{Metric: "acc"}}, Trials: []Trial{{State: study.Waiting}}}
	v, _ := log(t, s.Events(study.Provenance{}, now))
	broken := errors.New("a bad block")
	_, err := Of(v, func(study.TrialID) iter.Seq2[study.Points, error] {
		return func(yield func(study.Points, error) bool) { yield(study.Points{}, broken) }
	})
	if !errors.Is(err, broken) {
		t.Errorf("error is %v", err)
	}
}

func TestIntoAStore(t *testing.T) {
	st := memory.New()
	s := &Study{Name: "s", Space: oneRate(t), Objectives: []study.Objective{{Metric: "acc"}}}
	for range 800 { // more events than one append takes
		s.Trials = append(s.Trials, Trial{State: study.Completed, Params: space.Values{"lr": space.FloatValue(0.1)}, Values: study.Numbers{"acc": 1}})
	}
	take := func(name string) error {
		s.Name = name
		return s.Into(t.Context(), st, store.Holder{Host: "h", PID: 1}, study.Provenance{}, now)
	}
	if err := take("s"); err != nil {
		t.Fatal(err)
	}
	v := study.NewView()
	for e, err := range st.Replay(context.Background(), "s", 0) {
		if err != nil {
			t.Fatal(err)
		}
		if err := v.Apply(e); err != nil {
			t.Fatal(err)
		}
	}
	if len(v.Trials) != 800 {
		t.Errorf("%d trials are in the store", len(v.Trials))
	}
	if err := take("s"); !errors.Is(err, ErrThere) {
		t.Errorf("taken in twice: %v", err)
	}
	if err := take("other"); err != nil {
		t.Errorf("under another name: %v", err)
	}
}

// A failure gives the lease back, so that the study can be taken in after all.
func TestIntoAStoreThatFails(t *testing.T) {
	full := errors.New("the disk is full")
	st := memory.With(memory.Options{BeforeAppend: func(string, int64, []study.Event) error { return full }})
	s := &Study{Name: "s", Space: oneRate(t), Objectives: []study.Objective{{Metric: "acc"}}}
	for range 2 {
		err := s.Into(t.Context(), st, store.Holder{Host: "h", PID: 1}, study.Provenance{}, now)
		if !errors.Is(err, full) {
			t.Fatalf("error is %v, want %v", err, full)
		}
	}
}

func TestNamesOfStudiesAreThoseOfFolders(t *testing.T) {
	for name, want := range map[string]string{"resnet-18_v2.1": "resnet-18_v2.1", "a b/../c": "a-b-..-c", "../x": "x", "": "imported", "丹炉": "imported"} {
		if got := SafeName(name); got != want {
			t.Errorf("SafeName(%q) = %q, want %q", name, got, want)
		}
	}
}
