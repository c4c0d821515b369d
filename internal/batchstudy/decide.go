package batchstudy

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/danlu-ml/danlu/internal/aside"
	"github.com/danlu-ml/danlu/internal/batchsize"
	"github.com/danlu-ml/danlu/internal/engine"
	"github.com/danlu-ml/danlu/internal/sampler"
	"github.com/danlu-ml/danlu/internal/scheduler"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

// prober proposes sizes as the plan does, and ends a training when it was watched
// for long enough.
type prober struct {
	q  *question
	sp *space.Space
}

func (prober) Name() string { return deciderName }

// Suggest implements [sampler.Sampler].
func (s prober) Suggest(_ context.Context, v *study.View, n int, _ *rand.Rand) ([]sampler.Proposal, error) {
	size, _ := s.q.plan.Next(s.q.runs(v))
	if n == 0 || size == 0 || done(s.q, v) {
		return nil, nil
	}
	params, err := aside.At(s.q.def, s.sp, s.q.param.Name, space.IntValue(size))
	if err != nil {
		return nil, fmt.Errorf("train with %s %d: %w", s.q.param.Name, size, err)
	}
	return []sampler.Proposal{{Params: params, Sampler: deciderName, Why: fmt.Sprintf("a short training with %s %d", s.q.param.Name, size)}}, nil
}

func done(q *question, v *study.View) bool {
	_, done := q.plan.Next(q.runs(v))
	return done
}

// reports is how many a training makes before it may end: the times of fewer say
// little.
const reports = 3

// Judge implements [scheduler.Scheduler]. Programs take their time to start, so that a
// training is watched from its first report on.
func (s prober) Judge(v *study.View, t *study.Trial, _ int64) scheduler.Verdict {
	var watched time.Duration
	if first := s.q.run(t).Samples; len(first) > 0 {
		watched = v.Updated.Sub(t.Attempt().Started) - time.Duration(first[0].Seconds*float64(time.Second))
	}
	n := len(t.Curve())
	if watched >= s.q.ask.watch() && n >= reports || watched >= 3*s.q.ask.watch() && n >= 2 {
		return scheduler.Verdict{Decision: study.Stop, Why: "it was watched for long enough"}
	}
	return scheduler.Verdict{Decision: study.Continue}
}

// Next implements [scheduler.Scheduler].
func (prober) Next(*study.View) (scheduler.Action, bool) {
	return scheduler.Action{Kind: scheduler.Start}, true
}

// deciders of the study beside the user's.
func (q *question) deciders(sp *space.Space) engine.Deciders {
	return func(*study.Definition) (sampler.Sampler, scheduler.Scheduler, error) {
		return prober{q, sp}, prober{q, sp}, nil
	}
}

// runs are the trials as a plan knows them.
func (q *question) runs(v *study.View) []batchsize.Run {
	runs := make([]batchsize.Run, len(v.Trials))
	for i, t := range v.Trials {
		runs[i] = q.run(t)
	}
	return runs
}

func (q *question) run(t *study.Trial) batchsize.Run {
	r := batchsize.Run{Size: t.Params[q.param.Name].Int(), State: batchsize.Running, Why: t.Reason}
	a := t.Attempt()
	if a == nil {
		return r
	}
	r.Samples = readSamples(a.Dir, a.Number)
	for _, s := range r.Samples {
		r.PeakMB = max(r.PeakMB, s.MB)
	}
	if a.Exit != nil {
		r.PeakMB = max(r.PeakMB, a.Exit.MaxRSS)
	}
	switch t.State {
	case study.Completed, study.Stopped, study.Paused, study.Diverged:
		r.State = batchsize.Fits
	case study.Infeasible: // constraints are not part of such a study
		r.State = batchsize.TooLarge
	case study.Failed:
		r.State = batchsize.Failed
		switch ended := a.Exit != nil && a.Exit.Cause == "deadline"; {
		case ended && len(t.Curve()) > 0:
			r.State = batchsize.Fits
		case ended: // it may not have come to its first step
			r.Why = "it reported nothing while it was watched; give it longer with --seconds"
		}
	}
	return r
}
