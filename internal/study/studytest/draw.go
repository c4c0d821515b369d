package studytest

import (
	"math"

	"pgregory.net/rapid"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

// Definition is a small study: a choice, a conditional float and an integer with a
// default; an objective to be made large and one to be made small.
func Definition() *study.Definition {
	s, err := space.New([]space.Param{
		{Name: "optimizer", Domain: space.Choice{Values: []space.Value{space.StringValue("sgd"), space.StringValue("adamw")}}},
		{Name: "momentum", Domain: space.Float{Low: 0.5, High: 0.99}, When: []space.Condition{{Param: "optimizer", In: []space.Value{space.StringValue("sgd")}}}},
		{Name: "width", Domain: space.Int{Low: 16, High: 256, Log: true}, Default: space.IntValue(64)},
	})
	if err != nil {
		panic(err)
	}
	return &study.Definition{
		Name: "test", Space: s, Seed: 1,
		Objectives: []study.Objective{{Metric: "accuracy", Maximize: true}, {Metric: "seconds"}},
		Fidelity:   study.Fidelity{Step: "epoch", Max: 9},
		Resources:  study.Resources{GPUs: 1},
	}
}

// Draw is the log of a study with a random past, in which everything that can
// happen to a trial may have happened, in an order in which an engine might have
// written it.
func Draw(t *rapid.T) *Log {
	l := New(Definition())
	l.PlanDefault()
	for range rapid.IntRange(0, 60).Draw(t, "events") {
		if rapid.IntRange(0, 4).Draw(t, "plan") == 0 {
			u := rapid.SliceOfN(rapid.Float64Range(0, 1), 3, 3).Draw(t, "u")
			l.Propose(study.Planned{Params: l.view.Def.Space.At(u), Sampler: "random", Tag: "a", Why: "b"})
			continue
		}
		id := study.TrialID(rapid.IntRange(0, len(l.view.Trials)-1).Draw(t, "trial"))
		l.happen(t, id)
	}
	return l
}

// happen lets something happen to a trial, if anything can.
func (l *Log) happen(t *rapid.T, id study.TrialID) {
	tr := l.trial(id)
	step := rapid.Int64Range(0, 12).Draw(t, "step")
	switch tr.State {
	case study.Waiting, study.Paused:
		l.Resume(id, rapid.Int64Range(0, tr.Step()).Draw(t, "from"))
	case study.Running:
		switch rapid.IntRange(0, 9).Draw(t, "what") {
		case 0:
			l.Judge(id, step, rapid.SampledFrom([]study.Decision{study.Continue, study.Stop, study.Pause}).Draw(t, "decision"), true)
		case 1:
			l.Append(study.Checkpointed{Trial: id, Attempt: tr.Attempt().Number, Step: step, Path: "c"})
		case 2:
			l.Append(study.Used{Trial: id, Params: space.Values{"width": space.FloatValue(20)}})
		case 3, 4:
			l.end(t, id)
		case 5:
			l.Append(study.Points{Trial: id, Attempt: 1, Rows: []study.Point{{Step: step, Metric: "old", Value: 1}}})
		default:
			l.Report(id, step, number(t), number(t))
		}
	default:
		switch rapid.IntRange(0, 3).Draw(t, "afterwards") {
		case 0:
			l.Append(study.Reopened{Trial: id, By: "user"})
		case 1:
			l.Append(study.Noted{Trial: &id, By: "user", Text: "odd"})
		case 2:
			l.Append(study.Dropped{Trial: id, Step: step})
		case 3:
			l.Append(study.Concluded{Reason: "stopped"})
		}
	}
}

func (l *Log) end(t *rapid.T, id study.TrialID) {
	switch s := rapid.SampledFrom(study.States).Draw(t, "state"); s {
	case study.Running:
		l.End(id, study.Waiting)
	case study.Completed, study.Stopped, study.Diverged:
		l.End(id, s, number(t), number(t))
	default:
		l.End(id, s)
	}
}

// number is any number a program may report.
func number(t *rapid.T) float64 {
	if rapid.IntRange(0, 9).Draw(t, "odd") == 0 {
		return rapid.SampledFrom([]float64{math.NaN(), math.Inf(1), math.Inf(-1), 0, math.MaxFloat64}).Draw(t, "value")
	}
	return rapid.Float64Range(-2, 2).Draw(t, "value")
}
