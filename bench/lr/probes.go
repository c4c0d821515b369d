package main

import (
	"context"
	"math"

	"github.com/danlu-ml/danlu/internal/lrfind"
	"github.com/danlu-ml/danlu/internal/probe"
)

// shortTrainings is what danlu lr does with programs that can't be changed: they
// train at constant rates and report the loss of each batch. It begins at a rate
// that is usual for the optimiser, and where all is noise once more, with longer
// trainings.
func shortTrainings(ctx context.Context, t loop, o lrfind.Options) (rate float64, steps int, err error) {
	plan := probe.Plan{Low: 1e-5, High: 10, Inside: true, Start: usual(o), Full: int64(t.Steps())}
	res, err := climb(ctx, t, plan)
	steps = int(res.Steps)
	if longer, ok := plan.Longer(res.Horizon); err == nil && res.Noisy && ok {
		if t, err = t.(anew).open(); err != nil {
			return 0, 0, err
		}
		res, err = climb(ctx, t, longer)
		steps += int(res.Steps)
	}
	return res.Rate * lrfind.Peak(o.Schedule), steps, err
}

// climb makes the short trainings of a plan.
func climb(ctx context.Context, t loop, plan probe.Plan) (probe.Result, error) {
	var runs []probe.Run
	for {
		start, done := plan.Next(runs)
		if done {
			return plan.Conclude(runs), nil
		}
		runs = append(runs, probe.Run{Rate: start[0], State: probe.Running})
		if err := train(ctx, t, plan, runs); err != nil {
			return probe.Result{}, err
		}
	}
}

// train runs the last of the runs, a batch at a time, until its plan ends it.
func train(ctx context.Context, t loop, plan probe.Plan, runs []probe.Run) error {
	r := &runs[len(runs)-1]
	for r.State == probe.Running {
		losses, err := t.Probe(ctx, r.Rate, 1)
		if err != nil {
			return err
		}
		for _, loss := range losses {
			if math.IsNaN(loss) || math.IsInf(loss, 0) {
				loss = math.Inf(1)
			}
			r.Curve = append(r.Curve, probe.Sample{Step: int64(len(r.Curve) + 1), Loss: loss})
			if math.IsInf(loss, 1) {
				r.State = probe.Diverged
			}
		}
		if len(losses) == 0 {
			r.State = probe.Diverged
		}
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
