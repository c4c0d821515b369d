package lrstudy

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/danlu-ml/danlu/internal/aside"
	"github.com/danlu-ml/danlu/internal/lrfind"
	"github.com/danlu-ml/danlu/internal/probe"
	"github.com/danlu-ml/danlu/internal/store"
	"github.com/danlu-ml/danlu/internal/study"
)

// Options are what a search for a rate is given.
type Options struct {
	Definition *study.Definition
	Ask        Ask
	// Place is where the short trainings are kept, not the user's own store.
	aside.Place
	Watch *Watch // who is told of the progress; nil: nobody
}

// Outcome is what was found.
type Outcome struct {
	lrfind.Result
	Param  string
	Method Method
	Study  string // in the store; empty where nothing was run
	// Scale is what the program gets ÷ a rate here, where its rate scales with another
	// parameter of the file; else 1.
	Scale float64
	// Schedule is the one that the suggestion is the peak of; empty if unknown.
	Schedule string
	// Probes are the short trainings, by rate; nil for a range test.
	Probes *Probed
	// Earlier is when it was measured, where nothing had to be run now.
	Earlier     time.Time
	Interrupted bool // a person left; the same call goes on
}

// Find finds the learning rate of a study. What has been measured for the same
// question and the same code is not measured again; what was interrupted goes on.
// Somebody else at it is a [*store.HeldError]; a study without one learning rate is
// a [spec.Error], with file and line.
func Find(ctx context.Context, o Options) (Outcome, error) {
	q, err := newQuestion(o.Definition, o.Ask)
	if err != nil {
		return Outcome{}, err
	}
	if o.Watch == nil {
		o.Watch = &Watch{}
	}
	if o.Watch.Lines == nil {
		o.Watch.Lines = &aside.Lines{}
	}
	how := q.method()
	if how == Range {
		out, knows, err := q.test(ctx, o)
		if err != nil || knows || out.Interrupted {
			return q.scaled(out), err
		}
		if o.Ask.Method == Range {
			out.Result = lrfind.Unknown(nil, "the program trains as usual under DANLU_LR_TEST=1: it has no range test; let it call danlu.torch.lr_range_test, or use --method probe")
			return out, nil
		}
		o.Watch.Lines.Say("the program has a range test and did not run it; short trainings at constant rates instead")
	}
	out, err := q.probe(ctx, o)
	return q.scaled(out), err
}

// scaled says which rates an outcome has, where there are two kinds.
func (q *question) scaled(out Outcome) Outcome {
	if q.scale != 1 && out.Verdict == lrfind.Ok {
		out.Reason += fmt.Sprintf("; that is the file's rate, which scales with %s: the program gets %.3g times as much", q.param.Scale.To, q.scale)
	}
	return out
}

// probe runs short trainings at constant rates.
func (q *question) probe(ctx context.Context, o Options) (Outcome, error) {
	out := Outcome{Param: q.param.Name, Method: Probes, Scale: q.scale}
	out.Schedule, _ = q.schedule()
	if q.plan.Full == 0 && q.plan.Steps == 0 {
		return out, aside.FileError(q.def, "fidelity", "can't say how long a short training should be, because the file does not say how long a whole one is: add fidelity: {step: epoch, max: N}, or give --steps N")
	}
	res, v, err := q.measure(ctx, o, &out)
	if err == nil && !out.Interrupted && res.Noisy && q.ask.Steps == 0 && q.lengthen(res.Horizon) {
		o.Watch.Lines.Say("%s; once more, with longer ones", res.Reason)
		res, v, err = q.measure(ctx, o, &out)
	}
	if err != nil || out.Interrupted {
		return out, err
	}
	if res.Ok {
		if res, err = q.corrected(ctx, o, out.Study, v, res); err != nil {
			return out, err
		}
		res = res.Within(q.plan)
	}
	out.Probes = &Probed{Result: res, Full: q.plan.Full, Step: cmp.Or(q.def.Fidelity.Step, "step"), Objective: v.Def.Objectives[0]}
	out.Result = q.found(res)
	return out, nil
}

// lengthen makes probes longer, where the training is so long.
func (q *question) lengthen(horizon int64) (ok bool) {
	if q.plan, ok = q.plan.Longer(horizon); ok {
		q.share = q.reach()
	}
	return ok
}

// measure runs the probes of the plan, or finds them measured.
func (q *question) measure(ctx context.Context, o Options, out *Outcome) (res probe.Result, v *study.View, err error) {
	def, err := q.aside("-lr", q.plan)
	if err != nil {
		return res, nil, err
	}
	v, err = q.run(ctx, o, aside.Job{Definition: def, Deciders: q.deciders(), Settled: func(v *study.View) bool {
		res := q.plan.Conclude(q.runs(v))
		return res.Ok || res.Noisy
	}}, out)
	if err != nil {
		return res, nil, err
	}
	return q.plan.Conclude(q.runs(v)), v, nil
}

// corrected makes of what probes say what a whole training is to be given, where
// a schedule is not at its peak so early.
func (q *question) corrected(ctx context.Context, o Options, study string, v *study.View, res probe.Result) (probe.Result, error) {
	name, _ := q.schedule()
	if f := lrfind.Peak(name); f != 1 {
		res = res.Reach(f)
		res.Reason += fmt.Sprintf("; for a schedule that is %s, %.3g times that", name, f)
	}
	if q.share != 1 {
		res.Reason += fmt.Sprintf("; a probe was given %.3g times that, since its schedule is at %.0f%% of its peak so early", 1/q.share, 100*q.share)
		if by := q.reachBy(res.Horizon); by > 1.1*q.share {
			res = res.Reach(by / q.share)
			res.Reason += fmt.Sprintf("; since the program reported later than that, at step %d, it was at %.0f%%, and what it trained with is %.3g times that", res.Horizon, 100*by, by/q.share)
		}
		return res, nil
	}
	share, err := q.reported(ctx, o, study, v, res)
	if err == nil && share > 0 && share < 0.9 {
		res = res.Reach(share)
		res.Reason += fmt.Sprintf("; the program reports that it trained with %.0f%% of the rate it was given, a warm-up, and by as much the peak to give it is lower", 100*share)
	}
	return res, err
}

// run drives a job, or finds it done, and keeps in the outcome how that went.
func (q *question) run(ctx context.Context, o Options, j aside.Job, out *Outcome) (*study.View, error) {
	j.Begin = func(old *study.View) { o.Watch.begin(q, j.Definition, old) }
	j.Observe = o.Watch.observe
	res, err := aside.Run(ctx, o.Place, j)
	o.Watch.Lines.End()
	var held *store.HeldError
	if errors.As(err, &held) {
		return nil, fmt.Errorf("the learning rate of study %s is being looked for already: %w", q.def.Name, err)
	}
	out.Study, out.Earlier, out.Interrupted = res.Name, res.Earlier, res.Interrupted
	return res.View, err
}
