package study_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/study/studytest"
)

// A driver that dies after any event leaves a log from which the next one goes on
// as if nothing had happened.
func TestReplayAfterAnyCut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := studytest.Draw(t)
		cut := rapid.IntRange(0, len(l.Events)).Draw(t, "cut")
		v, err := studytest.Replay(l.Events[:cut])
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range l.Events[cut:] {
			if err := v.Apply(e); err != nil {
				t.Fatal(err)
			}
		}
		if d := cmp.Diff(l.View(), v, studytest.Equal); d != "" {
			t.Fatalf("the view differs when the log is read again up to event %d (-want +got):\n%s", cut, d)
		}
	})
}

// Reports are a set: in whatever order and batches they come, the view is the
// same in all but when it was last changed.
func TestTheOrderOfReportsDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		steps := rapid.SliceOfNDistinct(rapid.Int64Range(0, 50), 1, 20, rapid.ID[int64]).Draw(t, "steps")
		var rows []study.Point
		for _, step := range steps {
			for _, metric := range []string{"accuracy", "seconds", "lr"} {
				if rapid.IntRange(0, 3).Draw(t, "reported") > 0 {
					rows = append(rows, study.Point{Step: step, Metric: metric, Value: rapid.Float64().Draw(t, "value")})
				}
			}
		}
		report := func(rows []study.Point, batch int) *study.View {
			l := studytest.New(studytest.Definition()).PlanDefault().Start(0)
			for part := range slices.Chunk(rows, batch) {
				l.Append(study.Points{Trial: 0, Attempt: 1, Rows: part})
			}
			v := l.View()
			v.Seq, v.Updated = 0, studytest.Epoch
			return v
		}
		want := report(rows, 1)
		shuffled := rapid.Permutation(rows).Draw(t, "order")
		got := report(shuffled, rapid.IntRange(1, 7).Draw(t, "batch"))
		if d := cmp.Diff(want, got, studytest.Equal); d != "" {
			t.Fatalf("the view depends on the order of reports (-in order +shuffled):\n%s", d)
		}
	})
}

func TestCountsAreThoseOfTheTrials(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := studytest.Draw(t).View()
		want := map[study.State]int{}
		started := 0
		for _, tr := range v.Trials {
			want[tr.State]++
			if len(tr.Attempts) > 0 {
				started++
			}
		}
		for _, s := range study.States {
			if v.Count[s] != want[s] {
				t.Errorf("%d trials counted as %s, want %d", v.Count[s], s, want[s])
			}
		}
		if v.Started != started {
			t.Errorf("%d trials counted as started, want %d", v.Started, started)
		}
	})
}

// The incumbent is kept as the log grows; it is the one that a search finds, in
// whatever order equal trials ended.
func TestTheIncumbentIsTheBestCompletedTrial(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := studytest.Draw(t).View()
		var want *study.Trial
		for _, tr := range v.Trials {
			if tr.State == study.Completed && finite(tr.Losses...) && (want == nil || tr.Losses[0] < want.Losses[0]) {
				want = tr
			}
		}
		if v.Best() != want {
			t.Errorf("the incumbent is %v, want %v", v.Best(), want)
		}
	})
}

func TestAPoorLogIsRefused(t *testing.T) {
	def := studytest.Definition()
	created := study.Created{Definition: def}
	planned := study.Planned{Trial: 0, Name: "a"}
	started := study.Started{Trial: 0, Attempt: 1}
	ended := study.Ended{Trial: 0, Attempt: 1, State: study.Completed}
	for name, c := range map[string]struct {
		log  []study.Body
		want string
	}{
		"no beginning":                {[]study.Body{planned}, "event 1 (planned): the log does not begin with the study's creation"},
		"two beginnings":              {[]study.Body{created, created}, "event 2 (created): a study is created once, with a definition"},
		"a beginning without a study": {[]study.Body{study.Created{}}, "event 1 (created): a study is created once, with a definition"},
		"a trial left out":            {[]study.Body{created, study.Planned{Trial: 1}}, "event 2 (planned): trial 1 is planned after 0 others"},
		"a trial that is not there":   {[]study.Body{created, started}, "event 2 (started): there is no trial 0"},
		"a negative trial":            {[]study.Body{created, study.Reopened{Trial: -1}}, "event 2 (reopened): there is no trial -1"},
		"a note on no trial":          {[]study.Body{created, study.Noted{Trial: new(study.TrialID)}}, "event 2 (noted): there is no trial 0"},
		"an attempt left out":         {[]study.Body{created, planned, study.Started{Attempt: 2}}, "event 3 (started): attempt 2 of trial 0 follows attempt 0"},
		"the end of another attempt":  {[]study.Body{created, planned, started, study.Ended{Attempt: 2, State: study.Failed}}, "event 4 (ended): attempt 2 of trial 0 is not the one that runs"},
		"two ends":                    {[]study.Body{created, planned, started, ended, ended}, "event 5 (ended): trial 0 has ended already"},
	} {
		t.Run(name, func(t *testing.T) {
			v := study.NewView()
			var err error
			for i, b := range c.log {
				if err != nil {
					t.Fatalf("event %d is refused, want only the last: %v", i, err)
				}
				err = v.Apply(study.Event{Seq: int64(i + 1), Body: b})
			}
			if err == nil || err.Error() != c.want {
				t.Errorf("error %v, want %s", err, c.want)
			}
		})
	}
	t.Run("a gap", func(t *testing.T) {
		err := study.NewView().Apply(study.Event{Seq: 2, Body: created})
		if want := "event 2 follows event 0"; err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	})
}

// BenchmarkFold reads logs of 5,000 trials with 20 events each.
func BenchmarkFold(b *testing.B) {
	const trials = 5000
	l := studytest.New(studytest.Definition())
	rng := rand.New(rand.NewPCG(1, 1))
	for i := range trials {
		id := study.TrialID(i)
		l.Plan(l.View().Def.Space.At([]float64{rng.Float64(), rng.Float64(), rng.Float64()})).Start(id)
		for step := range int64(16) {
			l.Report(id, step+1, rng.Float64(), rng.Float64())
		}
		l.Judge(id, 16, study.Continue, true).End(id, study.Completed, rng.Float64(), 1)
	}
	fold := func(b *testing.B, events []study.Event) {
		v := study.NewView()
		for _, e := range events {
			if err := v.Apply(e); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.Run(fmt.Sprintf("%d events", len(l.Events)), func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			fold(b, l.Events)
		}
	})
	b.Run("from their stored form", func(b *testing.B) {
		for b.Loop() {
			if _, err := studytest.Replay(l.Events); err != nil {
				b.Fatal(err)
			}
		}
	})
}
