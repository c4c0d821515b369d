package lrstudy

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/danlu-ml/danlu/internal/engine"
	"github.com/danlu-ml/danlu/internal/probe"
	"github.com/danlu-ml/danlu/internal/sampler"
	"github.com/danlu-ml/danlu/internal/scheduler"
	"github.com/danlu-ml/danlu/internal/study"
)

// deciderName is what the log calls what decides here.
const deciderName = "lr"

// prober proposes and judges probes as a plan does.
type prober struct{ q *question }

func (prober) Name() string { return deciderName }

// Suggest implements [sampler.Sampler].
func (s prober) Suggest(_ context.Context, v *study.View, n int, _ *rand.Rand) (ps []sampler.Proposal, err error) {
	rates, _ := s.q.plan.Next(s.q.runs(v))
	for _, rate := range rates[:min(n, len(rates))] {
		params, err := s.q.at(v.Def.Space, rate/s.q.share)
		if err != nil {
			return nil, err
		}
		ps = append(ps, sampler.Proposal{Params: params, Sampler: deciderName, Why: fmt.Sprintf("a short training at %s %.3g", s.q.param.Name, rate/s.q.share)})
	}
	return ps, nil
}

// Judge implements [scheduler.Scheduler].
func (s prober) Judge(v *study.View, t *study.Trial, _ int64) scheduler.Verdict {
	if stop, why := s.q.plan.Judge(s.q.runs(v), int(t.ID)); stop {
		return scheduler.Verdict{Decision: study.Stop, Why: why}
	}
	return scheduler.Verdict{Decision: study.Continue}
}

// Next implements [scheduler.Scheduler].
func (prober) Next(*study.View) (scheduler.Action, bool) {
	return scheduler.Action{Kind: scheduler.Start}, true
}

// deciders of the study of probes.
func (q *question) deciders() engine.Deciders {
	return func(*study.Definition) (sampler.Sampler, scheduler.Scheduler, error) {
		return prober{q}, prober{q}, nil
	}
}

// runs are the trials of a study of probes, as a plan knows them.
func (q *question) runs(v *study.View) []probe.Run {
	runs := make([]probe.Run, len(v.Trials))
	for i, t := range v.Trials {
		r := probe.Run{Rate: q.rate(t), State: probe.Running, Why: t.Reason}
		for _, s := range t.Curve() {
			r.Curve = append(r.Curve, probe.Sample(s))
		}
		switch t.State {
		case study.Completed, study.Stopped, study.Paused:
			r.State = probe.Ended
		case study.Diverged:
			r.State = probe.Diverged
		case study.Failed, study.Infeasible:
			r.State = probe.Failed
		}
		runs[i] = r
	}
	return runs
}

// rate is the rate that a trial has while it is a probe.
func (q *question) rate(t *study.Trial) float64 { return q.inFile(t) * q.share }

// inFile is the rate that the study's file would have for a trial.
func (q *question) inFile(t *study.Trial) float64 {
	return t.Params[q.param.Name].Float() / q.scale
}

// point is what a plan makes of one trial.
func (q *question) point(v *study.View, t *study.Trial) probe.Point {
	rate := q.rate(t)
	for _, p := range q.plan.Conclude(q.runs(v)).Points {
		if p.Rate == rate {
			return p
		}
	}
	return probe.Point{Rate: rate}
}
