package study_test

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/study/studytest"
)

// line is a study of one parameter.
func line(t *testing.T, low, high float64) *study.Definition {
	t.Helper()
	s, err := space.New([]space.Param{{Name: "x", Domain: space.Float{Low: low, High: high}}})
	if err != nil {
		t.Fatal(err)
	}
	return &study.Definition{Name: "line", Space: s, Objectives: []study.Objective{{Metric: "score", Maximize: true}}}
}

// finished is a study whose trials ended at x with the value -x, but that the last
// one diverged.
func finished(t *testing.T, xs ...float64) *study.View {
	l := studytest.New(line(t, 0, 10))
	for i, x := range xs {
		id := study.TrialID(i)
		l.Plan(space.Values{"x": space.FloatValue(x)}).Start(id)
		if i == len(xs)-1 {
			l.End(id, study.Diverged, math.NaN())
			break
		}
		l.End(id, study.Completed, -x)
	}
	return l.View()
}

func seen(e study.Earlier) (xs []float64) {
	for _, s := range e.Trials {
		xs = append(xs, s.Params["x"].Float())
	}
	return xs
}

func TestAStudyKnowsWhatAnEarlierOneFound(t *testing.T) {
	told := study.Tell(finished(t, 5, 2, 8, 4), "before", line(t, 0, 1).Objectives)
	l := studytest.New(line(t, 0, 6)).Append(told)
	v := l.View()
	if len(v.Earlier) != 1 || v.Earlier[0].Study != "before" {
		t.Fatalf("earlier studies: %+v", v.Earlier)
	}
	if d := cmp.Diff([]float64{2, 5, 4}, seen(v.Earlier[0])); d != "" {
		t.Errorf("the best first, what lies outside left out (-want +got):\n%s", d)
	}
	if last := v.Earlier[0].Trials[2]; !math.IsInf(last.Loss, 1) {
		t.Errorf("a trial that diverged has the loss %g", last.Loss)
	}
	again, err := studytest.Replay(l.Events)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(seen(v.Earlier[0]), seen(again.Earlier[0])); d != "" {
		t.Errorf("read from the log (-before +after):\n%s", d)
	}
}

func TestWhatWasGoodIsByTheNewStudysObjectiveWhereItIsKnown(t *testing.T) {
	for name, c := range map[string]struct {
		objectives []study.Objective
		want       []float64 // x, the best first
		by         string
	}{
		"the same":                 {[]study.Objective{{Metric: "score", Maximize: true}}, []float64{2, 5, 8}, ""},
		"the other way round":      {[]study.Objective{{Metric: "score"}}, []float64{8, 5, 2}, ""},
		"of several, the one both": {[]study.Objective{{Metric: "seconds"}, {Metric: "score"}}, []float64{8, 5, 2}, ""},
		"one it never measured":    {[]study.Objective{{Metric: "seconds"}}, []float64{2, 5, 8}, "score max"},
	} {
		t.Run(name, func(t *testing.T) {
			told := study.Tell(finished(t, 5, 2, 8, 4), "before", c.objectives)
			if told.By != c.by {
				t.Errorf("good is by %q, want %q", told.By, c.by)
			}
			l := studytest.New(line(t, 0, 10)).Append(told)
			if d := cmp.Diff(append(c.want, 4), seen(l.View().Earlier[0])); d != "" {
				t.Errorf("the best first, the diverged one last (-want +got):\n%s", d)
			}
		})
	}
}

func TestWhatATrialReportedByTheWaySaysWhatWasGood(t *testing.T) {
	l := studytest.New(line(t, 0, 10))
	for i, x := range []float64{5, 2, 8} {
		id := study.TrialID(i)
		l.Plan(space.Values{"x": space.FloatValue(x)}).Start(id)
		l.Append(study.Points{Trial: id, Attempt: 1, Rows: []study.Point{{Metric: "seconds", Step: 1, Value: math.Abs(x - 5)}}})
		l.End(id, study.Completed, x)
	}
	told := study.Tell(l.View(), "before", []study.Objective{{Metric: "seconds"}})
	after := studytest.New(line(t, 0, 10)).Append(told)
	if d := cmp.Diff([]float64{5, 2, 8}, seen(after.View().Earlier[0])); d != "" || told.By != "" {
		t.Errorf("the fewest seconds first, by %q (-want +got):\n%s", told.By, d)
	}
}

func TestAWiderSpaceTakesInMoreOfAnEarlierStudy(t *testing.T) {
	l := studytest.New(line(t, 0, 3)).Append(study.Tell(finished(t, 5, 2, 8, 4), "before", line(t, 0, 1).Objectives))
	l.Append(study.Changed{Definition: line(t, 0, 9)})
	if d := cmp.Diff([]float64{2, 5, 8, 4}, seen(l.View().Earlier[0])); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestASecondWordOnAStudyReplacesTheFirst(t *testing.T) {
	l := studytest.New(line(t, 0, 10)).Append(study.Tell(finished(t, 5, 2, 8), "before", line(t, 0, 1).Objectives))
	l.Append(study.Tell(finished(t, 1, 2), "before", line(t, 0, 1).Objectives))
	if v := l.View(); len(v.Earlier) != 1 || len(v.Earlier[0].Trials) != 2 {
		t.Errorf("earlier studies: %+v", v.Earlier)
	}
}

func TestStudiesWithNothingInCommonAreRefused(t *testing.T) {
	told := study.Tell(finished(t, 5, 2), "before", line(t, 0, 1).Objectives)
	if n, err := told.Overlap(line(t, 0, 10).Space); n != 2 || err != nil {
		t.Errorf("%d trials overlap, %v", n, err)
	}
	if _, err := told.Overlap(line(t, 100, 110).Space); err == nil {
		t.Error("ranges far apart are taken")
	}
}
