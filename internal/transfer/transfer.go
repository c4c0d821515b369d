// Package transfer carries finished studies between danlu and other programs: what
// any of them keeps of a trial, and how that becomes a log. The formats are
// elsewhere: Optuna's in package optuna, tables in table.go.
//
// Start reading at [Study]; [Study.Events] leads into a store, [Of] out of one.
package transfer

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

// Study is what programs that tune have in common.
type Study struct {
	Name       string
	Objectives []study.Objective
	Space      *space.Space
	Trials     []Trial
}

// Trial is one configuration with what came of it.
type Trial struct {
	Params         space.Values
	State          study.State
	Values         study.Numbers // of the objectives
	Metrics        study.Numbers // others, the last of each
	Points         []study.Point // the objectives' curves, by step
	Started, Ended time.Time     // zero: unknown
	Sampler, Why   string
	Reason         string // why it ended as it did
	Seed           uint64
}

// Source gives the points of a trial, as a store does.
type Source func(study.TrialID) iter.Seq2[study.Points, error]

// Of is a danlu study.
func Of(v *study.View, points Source) (*Study, error) {
	s := &Study{Name: v.Def.Name, Objectives: v.Def.Objectives, Space: v.Def.Space}
	for _, t := range v.Trials {
		out := Trial{
			Params: maps.Clone(t.Params), State: t.State, Values: t.Values, Metrics: study.Numbers{},
			Ended: t.Ended, Sampler: t.Sampler, Why: t.Why, Reason: t.Reason, Seed: t.Seed,
		}
		maps.Copy(out.Params, t.Used)
		if len(t.Attempts) > 0 {
			out.Started = t.Attempts[0].Started
		}
		for name, m := range t.Metrics {
			if !s.objective(name) {
				out.Metrics[name] = m.Last
			}
		}
		var err error
		if out.Points, err = s.curves(points(t.ID)); err != nil {
			return nil, fmt.Errorf("read the points of trial %d: %w", t.ID, err)
		}
		s.Trials = append(s.Trials, out)
	}
	return s, nil
}

func (s *Study) objective(metric string) bool {
	return slices.ContainsFunc(s.Objectives, func(o study.Objective) bool { return o.Metric == metric })
}

// curves are the objectives' points; where attempts have reported the same step, the
// last attempt's stands.
func (s *Study) curves(points iter.Seq2[study.Points, error]) ([]study.Point, error) {
	type key struct {
		step   int64
		metric string
	}
	at := map[key]study.Point{}
	for p, err := range points {
		if err != nil {
			return nil, err
		}
		for _, row := range p.Rows {
			if s.objective(row.Metric) {
				at[key{row.Step, row.Metric}] = row
			}
		}
	}
	rows := slices.Collect(maps.Values(at))
	sortPoints(rows)
	return rows, nil
}

func sortPoints(rows []study.Point) {
	slices.SortFunc(rows, func(a, b study.Point) int {
		switch {
		case a.Step != b.Step:
			return int(min(max(a.Step-b.Step, -1), 1))
		case a.Metric < b.Metric:
			return -1
		case a.Metric > b.Metric:
			return 1
		}
		return 0
	})
}

// Events is the study as a log, begun at now where no trial says when it ran. The
// study can be looked at, exported and taken as a start for others; it has no
// command of its own.
func (s *Study) Events(p study.Provenance, now time.Time) []study.Event {
	def := &study.Definition{
		Name: s.Name, Objectives: s.Objectives, Space: s.Space, Mode: "auto", Seed: 1,
		Sampler: study.Algorithm{Name: "auto"}, Scheduler: study.Algorithm{Name: "auto"},
	}
	var events []study.Event
	add := func(at time.Time, b study.Body) {
		if at.IsZero() {
			at = now
		}
		events = append(events, study.Event{Seq: int64(len(events)) + 1, Time: at.UTC(), Body: b})
	}
	begun := now
	for _, t := range s.Trials {
		if !t.Started.IsZero() && t.Started.Before(begun) {
			begun = t.Started
		}
	}
	add(begun, study.Created{Definition: def, Provenance: p})
	for i, t := range s.Trials {
		id := study.TrialID(i)
		add(t.Started, study.Planned{Trial: id, Params: t.Params, Name: fmt.Sprintf("imported-%d", i), Seed: t.Seed, Sampler: t.Sampler, Why: t.Why})
		if t.State == study.Waiting {
			continue
		}
		add(t.Started, study.Started{Trial: id, Attempt: 1})
		if rows := t.rows(); len(rows) > 0 {
			add(t.Ended, study.Points{Trial: id, Attempt: 1, Rows: rows})
		}
		add(t.Ended, study.Ended{Trial: id, Attempt: 1, State: t.State, Values: t.Values, Reason: t.Reason})
	}
	return events
}

// rows are the points of a trial, with its other metrics at the last step.
func (t Trial) rows() []study.Point {
	rows := slices.Clone(t.Points)
	last := int64(0)
	for _, r := range rows {
		last = max(last, r.Step)
	}
	for _, name := range slices.Sorted(maps.Keys(t.Metrics)) {
		rows = append(rows, study.Point{Step: last, Metric: name, Value: t.Metrics[name]})
	}
	return rows
}
