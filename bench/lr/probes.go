package main

import (
	"context"
	"math"

	"github.com/danlu-ml/danlu/internal/benchmark/stats"
	"github.com/danlu-ml/danlu/internal/lrfind"
	"github.com/danlu-ml/danlu/internal/probe"
)

// shortTrainings is what danlu lr does with programs that can't be changed: they
// train at constant rates and report so often in a whole training, 0 being the loss
// of each batch; else the mean of those since the last report. It begins at a rate
// that is usual for the optimiser, and where all is noise once more, with longer
// trainings.
func shortTrainings(reports int) func(context.Context, loop, lrfind.Options) (float64, int, error) {
	return func(ctx context.Context, t loop, o lrfind.Options) (rate float64, steps int, err error) {
		plan, every := probe.Plan{Low: 1e-5, High: 10, Inside: true, Start: usual(o), Full: int64(t.Steps())}, 1
		if reports > 0 {
			every = max(1, t.Steps()/reports)
		}
		res, err := climb(ctx, t, plan, every)
		steps = int(res.Steps)
		if longer, ok := plan.Longer(res.Horizon); err == nil && res.Noisy && ok {
			if t, err = t.(anew).open(); err != nil {
				return 0, 0, err
			}
			res, err = climb(ctx, t, longer, every)
			steps += int(res.Steps)
		}
		return res.Rate * lrfind.Peak(o.Schedule), steps, err
	}
}

// climb makes the short trainings of a plan.
func climb(ctx context.Context, t loop, plan probe.Plan, every int) (probe.Result, error) {
	var runs []probe.Run
	for {
		start, done := plan.Next(runs)
		if done {
			return plan.Conclude(runs), nil
		}
		runs = append(runs, probe.Run{Rate: start[0], State: probe.Running})
		if err := train(ctx, t, plan, runs, every); err != nil {
			return probe.Result{}, err
		}
	}
}

// train runs the last of the runs, from report to report, until its plan ends it.
func train(ctx context.Context, t loop, plan probe.Plan, runs []probe.Run, every int) error {
	r := &runs[len(runs)-1]
	for r.State == probe.Running {
		losses, err := t.Probe(ctx, r.Rate, every)
		if err != nil {
			return err
		}
		loss := stats.Mean(losses)
		if len(losses) < every || math.IsNaN(loss) || math.IsInf(loss, 0) {
			loss, r.State = math.Inf(1), probe.Diverged
		}
		r.Curve = append(r.Curve, probe.Sample{Step: int64((len(r.Curve) + 1) * every), Loss: loss})
		if stop, _ := plan.Judge(runs, len(runs)-1); stop && r.State == probe.Running {
			r.State = probe.Ended
		}
	}
	return nil
}

func usual(o lrfind.Options) float64 {
	switch {
	case o.Optimizer == "sgd" && o.Momentum == 0:
		return 0.1
	case o.Optimizer == "sgd":
		return 0.01
	}
	return 0.001
}
