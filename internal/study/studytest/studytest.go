// Package studytest builds logs and views for tests: of the study's fold, of
// samplers, of schedulers.
//
//	l := studytest.New(def).Plan(params).Start(0).Report(0, 1, 0.4).End(0, study.Completed, 0.4)
//	v := l.View()
//
// A log that makes no sense is the test's slip, and panics.
//
// Start reading at [Log].
package studytest

import (
	"fmt"
	"time"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

// Epoch is when every log begins. Each event comes a second after the one
// before it.
var Epoch = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// Log is a log under construction, and its view.
type Log struct {
	Events []study.Event
	view   *study.View
}

// New is the log of a study just created.
func New(def *study.Definition) *Log {
	l := &Log{view: study.NewView()}
	return l.Append(study.Created{Definition: def, Provenance: study.Provenance{Danlu: "test"}})
}

// View is the fold of the log so far. It goes on changing as the log grows.
func (l *Log) View() *study.View { return l.view }

// Append adds an event.
func (l *Log) Append(b study.Body) *Log {
	e := study.Event{Seq: l.view.Seq + 1, Time: Epoch.Add(time.Duration(l.view.Seq) * time.Second), Body: b}
	if err := l.view.Apply(e); err != nil {
		panic(fmt.Sprintf("studytest: %v", err))
	}
	l.Events = append(l.Events, e)
	return l
}

// Plan adds the next trial, by nobody's proposal.
func (l *Log) Plan(params space.Values) *Log {
	return l.Propose(study.Planned{Params: params, Sampler: "user"})
}

// PlanDefault adds the next trial, with the default configuration.
func (l *Log) PlanDefault() *Log {
	params, _ := l.view.Def.Space.Default()
	return l.Propose(study.Planned{Params: params, Sampler: "default", Default: true})
}

// Propose adds the next trial as it is described; its number and name are
// filled in.
func (l *Log) Propose(b study.Planned) *Log {
	b.Trial = study.TrialID(len(l.view.Trials))
	b.Name = fmt.Sprintf("trial-%d", b.Trial)
	b.Seed = uint64(b.Trial)
	return l.Append(b)
}

// Start begins the trial's next attempt, from nothing.
func (l *Log) Start(id study.TrialID) *Log { return l.Resume(id, 0) }

// Resume begins the trial's next attempt, from the state it had at a step.
func (l *Log) Resume(id study.TrialID, from int64) *Log {
	return l.Append(study.Started{Trial: id, Attempt: len(l.trial(id).Attempts) + 1, From: from})
}

// Report adds what the trial's current attempt reports at a step: a value an
// objective, in their order; more than there are don't count.
func (l *Log) Report(id study.TrialID, step int64, values ...float64) *Log {
	var rows []study.Point
	for i, v := range l.known(values) {
		rows = append(rows, study.Point{Step: step, Metric: l.view.Def.Objectives[i].Metric, Value: v})
	}
	return l.Append(study.Points{Trial: id, Attempt: l.trial(id).Attempt().Number, Rows: rows})
}

// Judge stores a verdict on the trial's current attempt.
func (l *Log) Judge(id study.TrialID, step int64, d study.Decision, rung bool) *Log {
	return l.Append(study.Judged{
		Trial: id, Attempt: l.trial(id).Attempt().Number, Step: step, Decision: d, By: "test", Rung: rung,
	})
}

// End ends the trial's current attempt: a value an objective, in their order, or
// none; more than there are don't count.
func (l *Log) End(id study.TrialID, s study.State, values ...float64) *Log {
	e := study.Ended{Trial: id, State: s}
	if a := l.trial(id).Attempt(); a != nil {
		e.Attempt = a.Number
	}
	for i, v := range l.known(values) {
		if e.Values == nil {
			e.Values = study.Numbers{}
		}
		e.Values[l.view.Def.Objectives[i].Metric] = v
	}
	return l.Append(e)
}

func (l *Log) known(values []float64) []float64 {
	return values[:min(len(values), len(l.view.Def.Objectives))]
}

func (l *Log) trial(id study.TrialID) *study.Trial {
	if id < 0 || int(id) >= len(l.view.Trials) {
		panic(fmt.Sprintf("studytest: there is no trial %d", id))
	}
	return l.view.Trials[id]
}
