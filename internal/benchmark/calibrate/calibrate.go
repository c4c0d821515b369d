// Package calibrate asks whether forecasts of learning curves come true: what share
// of trials that are given a chance of one in ten to end as the best do so, and how
// many of those that scheduler curve would stop would have won.
//
// Trials are drawn at random and trained to their end one after another; whatever
// would be done about them is only written down. It prints nothing.
//
// Start reading at [Play], then at [Sum].
package calibrate

import (
	"context"
	"fmt"
	"time"

	"github.com/danlu-ml/danlu/internal/benchmark/problem"
	"github.com/danlu-ml/danlu/internal/engine"
	"github.com/danlu-ml/danlu/internal/foresight"
	"github.com/danlu-ml/danlu/internal/scheduler"
	"github.com/danlu-ml/danlu/internal/study"
)

// Forecast is what was said of a trial at a step.
type Forecast struct {
	Step   int64
	Chance float64 // of ending better than the best so far
	Stop   bool    // curve would stop it here
}

// Trial is one of which something was said, and how it ended.
type Trial struct {
	Forecasts []Forecast
	Steps     int64 // of a full training
	Better    bool  // it ended better than the best before it
}

const metric = "loss"

// Play trains some trials of a problem with steps and says what was foretold of them.
func Play(ctx context.Context, p problem.Problem, seed uint64, trials int) ([]Trial, error) {
	in, err := p.Open(seed)
	if err != nil {
		return nil, fmt.Errorf("open %s with seed %d: %w", p.Name, seed, err)
	}
	def := &study.Definition{
		Name: "calibration", Space: p.Space, Seed: seed, Parallel: 1,
		Sampler: study.Algorithm{Name: "random"}, Scheduler: study.Algorithm{Name: "none"},
		Objectives: []study.Objective{{Metric: metric}},
		Fidelity:   study.Fidelity{Step: "epoch", Max: p.Steps},
		Budget:     study.Budget{Trials: trials},
	}
	policy, err := scheduler.New(study.Algorithm{Name: "curve"}, def)
	if err != nil {
		return nil, fmt.Errorf("judge %s: %w", p.Name, err)
	}
	clock := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	r := rehearsal{
		engine:  engine.New(engine.Options{Now: func() time.Time { clock = clock.Add(time.Second); return clock }}),
		problem: in, policy: policy, last: p.Steps,
	}
	if err := r.engine.Create(def, study.Provenance{}); err != nil {
		return nil, err
	}
	var all []Trial
	for i := range trials {
		begun, reason, err := r.engine.Next(ctx, 1, nil)
		if err != nil {
			return nil, err
		}
		if len(begun) == 0 {
			return nil, fmt.Errorf("trial %d of %s can't begin: %s", i, p.Name, reason)
		}
		t, err := r.train(i, begun[0])
		if err != nil {
			return nil, err
		}
		all = append(all, t)
		r.engine.Take()
	}
	return all, nil
}

// rehearsal is a study under way.
type rehearsal struct {
	engine  *engine.Engine
	problem problem.Instance
	policy  scheduler.Scheduler
	last    int64
}

// train takes a trial to its end.
func (r rehearsal) train(i int, l engine.Launch) (Trial, error) {
	t := l.Trial
	e := r.engine
	if used := r.problem.Start(t.Params); used != nil {
		if err := e.Used(t.ID, used); err != nil {
			return Trial{}, err
		}
	}
	best := e.View().Best()
	said := Trial{Steps: r.last}
	for step := int64(1); step <= r.last; step++ {
		x := r.problem.Train(i, step).Losses[0]
		d, err := e.Report(t.ID, l.Attempt.Number, []study.Point{{Step: step, Metric: metric, Value: x}})
		if err != nil {
			return Trial{}, err
		}
		if d != study.Continue {
			break // diverged
		}
		if best == nil || step == r.last {
			continue
		}
		v := e.View()
		if verdict := r.policy.Judge(v, t, step); verdict.Rung {
			if o, ok := foresight.New(v, t); ok {
				said.Forecasts = append(said.Forecasts, Forecast{step, o.Beats(v, t), verdict.Decision == study.Stop})
			}
		}
	}
	if err := e.Exit(t.ID, l.Attempt.Number, study.Exit{}); err != nil {
		return Trial{}, err
	}
	said.Better = e.View().Best() == t
	return said, nil
}
