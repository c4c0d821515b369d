package export

import (
	"bytes"
	"errors"
	"iter"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/study/studytest"
)

// log is a study with a trial of each interesting kind.
func log(t testing.TB) *studytest.Log {
	t.Helper()
	s, err := space.New([]space.Param{
		{Name: "lr", Domain: space.Float{Low: 0, High: 1}},
		{Name: "tag", Domain: space.Choice{Values: []space.Value{space.StringValue("a,b"), space.StringValue("c")}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	l := studytest.New(&study.Definition{Name: "s", Objectives: []study.Objective{{Metric: "acc", Maximize: true, Best: true}}, Space: s})
	l.Plan(space.Values{"lr": space.FloatValue(1), "tag": space.StringValue("a,b")}).Start(0)
	l.Append(study.Points{Trial: 0, Attempt: 1, Rows: []study.Point{
		{Step: 1, Metric: "acc", Value: 0.75}, {Step: 1, Metric: "z", Value: math.Inf(-1)}, {Step: 2, Metric: "acc", Value: 0.5},
	}})
	l.Propose(study.Planned{Params: space.Values{"lr": space.FloatValue(0.5)}, Sampler: "pbt", Why: `says "so"`, Parent: &study.Parent{Trial: 0, Step: 1}}).Start(1)
	l.Append(study.Used{Trial: 1, Params: space.Values{"lr": space.FloatValue(0.25)}})
	l.End(1, study.Diverged, math.NaN())
	return l.Plan(space.Values{"lr": space.FloatValue(0)})
}

func points(l *studytest.Log) Source {
	return func(id study.TrialID) iter.Seq2[study.Points, error] {
		return func(yield func(study.Points, error) bool) {
			for _, e := range l.Events {
				if p, ok := e.Body.(study.Points); ok && p.Trial == id && !yield(p, nil) {
					return
				}
			}
		}
	}
}

func TestJSONRows(t *testing.T) {
	l := log(t)
	var b bytes.Buffer
	if err := JSON(&b, l.View(), nil); err != nil {
		t.Fatal(err)
	}
	want := `{"trial":0,"state":"running","params":{"lr":1.0,"tag":"a,b"},"values":{"acc":0.75,"z":"-inf"},"attempts":1,"started":"2026-03-01T12:00:02Z","ended":null,"sampler":"user","why":"","parent":null,"seed":0}
{"trial":1,"state":"diverged","params":{"lr":0.25},"values":{"acc":"nan"},"attempts":1,"started":"2026-03-01T12:00:05Z","ended":"2026-03-01T12:00:07Z","sampler":"pbt","why":"says \"so\"","parent":{"trial":0,"step":1},"seed":1}
{"trial":2,"state":"waiting","params":{"lr":0.0},"values":{},"attempts":0,"started":null,"ended":null,"sampler":"user","why":"","parent":null,"seed":2}
`
	if d := cmp.Diff(want, b.String()); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	if p := l.View().Trials[1].Params["lr"]; p != space.FloatValue(0.5) {
		t.Errorf("export has changed the view: lr is %s", p)
	}
}

func TestCSVRows(t *testing.T) {
	l := log(t)
	var b bytes.Buffer
	if err := CSV(&b, l.View(), points(l)); err != nil {
		t.Fatal(err)
	}
	want := `trial,state,params.lr,params.tag,values.acc,values.z,attempts,started,ended,sampler,why,reason,parent,seed,points
0,running,1,"a,b",0.75,-inf,1,2026-03-01T12:00:02Z,,user,,,,0,"[{""attempt"":1,""step"":1,""values"":{""acc"":0.75,""z"":""-inf""}},{""attempt"":1,""step"":2,""values"":{""acc"":0.5}}]"
1,diverged,0.25,,nan,,1,2026-03-01T12:00:05Z,2026-03-01T12:00:07Z,pbt,"says ""so""",,0@1,1,[]
2,waiting,0,,,,0,,,user,,,,2,[]
`
	if d := cmp.Diff(want, b.String()); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

func TestPointsAreOrderedByAttemptAndStep(t *testing.T) {
	got, err := collect(func(yield func(study.Points, error) bool) {
		_ = yield(study.Points{Attempt: 2, Rows: []study.Point{{Step: 1, Metric: "a", Value: 3}}}, nil) &&
			yield(study.Points{Attempt: 1, Rows: []study.Point{{Step: 2, Metric: "a", Value: 2}, {Step: 1, Metric: "a", Value: 1}}}, nil) &&
			yield(study.Points{Attempt: 1, Rows: []study.Point{{Step: 2, Metric: "b", Value: 4}}}, nil)
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []Point{{1, 1, study.Numbers{"a": 1}}, {1, 2, study.Numbers{"a": 2, "b": 4}}, {2, 1, study.Numbers{"a": 3}}}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

func TestAStoreThatFailsIsAnError(t *testing.T) {
	broken := errors.New("disk on fire")
	source := func(study.TrialID) iter.Seq2[study.Points, error] {
		return func(yield func(study.Points, error) bool) { yield(study.Points{}, broken) }
	}
	for name, write := range map[string]func() error{
		"json": func() error { return JSON(&bytes.Buffer{}, log(t).View(), source) },
		"csv":  func() error { return CSV(&bytes.Buffer{}, log(t).View(), source) },
	} {
		if err := write(); !errors.Is(err, broken) || !strings.Contains(err.Error(), "trial 0") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
