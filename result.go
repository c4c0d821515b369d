package danlu

import (
	"math"
	"time"

	"github.com/danlu-ml/danlu/internal/study"
)

// Result is what is known of a trial. It is a copy: the study goes on without it.
type Result struct {
	Trial  int
	Params map[string]any // float64, int64, string or bool
	// Value is that of the first objective, NaN where the trial has none. Only the
	// value of a completed trial is final.
	Value float64
	// Values has every objective, by its metric; Metrics the last report of anything.
	Values, Metrics map[string]float64
	// Curves has what was reported of every objective, by its metric.
	Curves map[string][]Point
	// State is waiting, running, paused, completed, stopped, diverged, infeasible or
	// failed, and Reason why, in a sentence, where there is one.
	State, Reason string
	// Default marks the configuration of the defaults.
	Default bool
	// Sampler is who proposed the trial, and Why in a few words.
	Sampler, Why   string
	Started, Ended time.Time // zero: not yet
}

// Point is a value reported at a step.
type Point struct {
	Step  int64
	Value float64
}

// Best is the best trial in the first objective among those that ran to their end;
// ok is false where there is none.
func (s *Study) Best() (r Result, ok bool) {
	s.look(func(v *study.View) {
		if t := v.Best(); t != nil {
			r, ok = resultOf(v, t), true
		}
	})
	return r, ok
}

// Front are the completed trials that no other one beats in all objectives, by
// number. With one objective it is the best alone.
func (s *Study) Front() (front []Result) {
	s.look(func(v *study.View) {
		for _, t := range v.Pareto() {
			front = append(front, resultOf(v, t))
		}
	})
	return front
}

// Trials are all trials there are, by number, those that run and wait among them.
func (s *Study) Trials() (all []Result) {
	s.look(func(v *study.View) {
		for _, t := range v.Trials {
			all = append(all, resultOf(v, t))
		}
	})
	return all
}

func resultOf(v *study.View, t *study.Trial) Result {
	r := Result{
		Trial: int(t.ID), Params: t.Params.Any(), Value: math.NaN(), State: string(t.State), Reason: t.Reason, Default: t.Default,
		Sampler: t.Sampler, Why: t.Why, Ended: t.Ended,
		Values: map[string]float64{}, Metrics: map[string]float64{}, Curves: map[string][]Point{},
	}
	if len(t.Attempts) > 0 {
		r.Started = t.Attempts[0].Started
	}
	for name, m := range t.Metrics {
		r.Metrics[name] = m.Last
	}
	for i, o := range v.Def.Objectives {
		points := make([]Point, len(t.Curves[i]))
		for k, s := range t.Curves[i] {
			points[k] = Point{Step: s.Step, Value: o.Value(s.Loss)}
		}
		r.Curves[o.Metric] = points
		if loss, ok := t.Curves[i].At(math.MaxInt64, o.Best); ok {
			r.Values[o.Metric] = o.Value(loss)
		}
	}
	for name, value := range t.Values {
		r.Values[name] = value
	}
	if value, ok := r.Values[v.Def.Objectives[0].Metric]; ok {
		r.Value = value
	}
	return r
}
