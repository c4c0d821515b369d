package lrstudy

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/danlu-ml/danlu/internal/driver"
	"github.com/danlu-ml/danlu/internal/engine"
	"github.com/danlu-ml/danlu/internal/locate"
	"github.com/danlu-ml/danlu/internal/lrfind"
	"github.com/danlu-ml/danlu/internal/probe"
	"github.com/danlu-ml/danlu/internal/provenance"
	"github.com/danlu-ml/danlu/internal/runner"
	"github.com/danlu-ml/danlu/internal/store"
	"github.com/danlu-ml/danlu/internal/study"
)

// Options are what a search for a rate is given.
type Options struct {
	Definition *study.Definition
	Ask        Ask
	// Store is where the short trainings are kept, not the user's own, and
	// StorePath its file; Runs is the folder of the trials' folders, absolute.
	Store     store.Store
	StorePath string
	Runs      string
	Version   string
	// Again measures anew what has been measured already.
	Again   bool
	Signals <-chan runner.Signal
	Watch   *Watch // who is told of the progress; nil: nobody
	Log     *slog.Logger
}

// Outcome is what was found.
type Outcome struct {
	lrfind.Result
	Param  string
	Method Method
	Study  string // in the store; empty where nothing was run
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
	how, reason := q.method()
	if how == Range {
		out, knows, err := q.test(ctx, o)
		if err != nil || knows || out.Interrupted {
			return out, err
		}
		if o.Ask.Method == Range {
			out.Result = lrfind.Unknown(nil, "the program trains as usual under DANLU_LR_TEST=1: it has no range test; let it call danlu.torch.lr_range_test, or use --method probe")
			return out, nil
		}
		o.Watch.say("the program has a range test and did not run it; short trainings at constant rates instead")
	} else if reason != "" {
		o.Watch.say("%s", reason)
	}
	return q.probe(ctx, o)
}

// probe runs short trainings at constant rates.
func (q *question) probe(ctx context.Context, o Options) (Outcome, error) {
	out := Outcome{Param: q.param.Name, Method: Probes}
	if q.plan.Full == 0 && q.plan.Steps == 0 {
		return out, fileError(q.def, "fidelity", "can't say how long a short training should be, because the file does not say how long a whole one is: add fidelity: {step: epoch, max: N}, or give --steps N")
	}
	res, v, err := q.measure(ctx, o, &out)
	if err == nil && !out.Interrupted && res.Noisy && q.ask.Steps == 0 && q.lengthen(res.Horizon) {
		o.Watch.say("%s; once more, with longer ones", res.Reason)
		res, v, err = q.measure(ctx, o, &out)
	}
	if err != nil || out.Interrupted {
		return out, err
	}
	if res.Ok {
		if res, err = q.corrected(ctx, o, out.Study, v, res); err != nil {
			return out, err
		}
	}
	out.Probes = &Probed{Result: res, Full: q.plan.Full, Step: cmp.Or(q.def.Fidelity.Step, "step")}
	out.Result = q.found(res)
	return out, nil
}

// lengthen makes probes three times as long, where the training is so long.
func (q *question) lengthen(horizon int64) bool {
	if 3*horizon > q.plan.Full {
		return false
	}
	q.plan.Steps = 3 * horizon
	q.share = q.reach()
	return true
}

// measure runs the probes of the plan, or finds them measured.
func (q *question) measure(ctx context.Context, o Options, out *Outcome) (res probe.Result, v *study.View, err error) {
	def, err := q.probing(q.def.Name + "-lr")
	if err != nil {
		return res, nil, err
	}
	if def.Sampler.Options, err = options(q.plan); err != nil {
		return res, nil, err
	}
	settled := func(v *study.View) bool {
		res := q.plan.Conclude(q.runs(v))
		return res.Ok || res.Noisy
	}
	if v, err = q.run(ctx, o, def, q.deciders(), settled, out); err != nil {
		return res, nil, err
	}
	return q.plan.Conclude(q.runs(v)), v, nil
}

// corrected makes of what probes say what a whole training is to be given, where
// a schedule is not at its peak so early.
func (q *question) corrected(ctx context.Context, o Options, name string, v *study.View, res probe.Result) (probe.Result, error) {
	if q.share != 1 {
		res.Reason += fmt.Sprintf("; a probe was given %.3g times that, since its schedule is at %.0f%% of its peak so early", 1/q.share, 100*q.share)
		return res, nil
	}
	share, err := q.reported(ctx, o, name, v, res)
	if err == nil && share > 0 && share < 0.9 {
		res = res.Reach(share)
		res.Reason += fmt.Sprintf("; the program reports that it trained with %.0f%% of the rate it was given, a warm-up, and by as much the peak to give it is lower", 100*share)
	}
	return res, err
}

// run drives a definition as a study of the store, or finds it there.
func (q *question) run(ctx context.Context, o Options, def *study.Definition, d engine.Deciders, settled func(*study.View) bool, out *Outcome) (*study.View, error) {
	old, err := q.earlier(ctx, o, def, settled)
	if err != nil {
		return nil, err
	}
	out.Study = def.Name
	if old != nil && old.Concluded != nil {
		out.Earlier = old.Updated
		return old, nil
	}
	o.Watch.begin(q, def, old)
	res, v, err := driver.Run(ctx, driver.Options{
		Definition: def, Store: o.Store, StorePath: o.StorePath, Runs: o.Runs, What: "danlu lr", Version: o.Version,
		Deciders: d, Signals: o.Signals, Said: func(text string) { o.Watch.say("%s", text) }, Observe: o.Watch.observe,
		Log: o.Log,
	})
	var held *store.HeldError
	if errors.As(err, &held) {
		return nil, fmt.Errorf("the learning rate of study %s is being looked for already: %w", q.def.Name, err)
	}
	if err != nil {
		return nil, err
	}
	out.Interrupted = res.Interrupted || res.Reason == engine.Stopped
	o.Watch.end()
	return v, nil
}

// earlier gives the definition its name in the store: that of the newest study of
// this question, if it can go on or its answer stands, which is then returned; else
// the next free one.
func (q *question) earlier(ctx context.Context, o Options, def *study.Definition, settled func(*study.View) bool) (*study.View, error) {
	infos, err := o.Store.Studies(ctx)
	if err != nil {
		return nil, err
	}
	now, err := provenance.Quick(ctx, provenance.Options{Dir: def.Dir, File: def.File, Command: def.Command, Version: o.Version})
	if err != nil {
		return nil, err
	}
	var found *study.View
	name := def.Name
	for n := 2; ; n++ {
		if i := index(infos, name); i < 0 || infos[i].Seq == 0 {
			break
		}
		v, err := locate.View(ctx, o.Store, name)
		if err != nil {
			return nil, err
		}
		same, err := sameQuestion(v.Def, def)
		if err != nil {
			return nil, err
		}
		if same && v.Provenance.SameCode(now) {
			found = v // the newest counts
		}
		name = fmt.Sprintf("%s-%d", def.Name, n)
	}
	if found == nil || found.Concluded != nil && (o.Again || !settled(found)) {
		def.Name = name
		return nil, nil
	}
	def.Name = found.Def.Name
	return found, nil
}

func index(infos []store.Info, name string) int {
	for i := range infos {
		if infos[i].Study == name {
			return i
		}
	}
	return -1
}

// sameQuestion reports whether two definitions ask for the same trainings.
func sameQuestion(a, b *study.Definition) (bool, error) {
	text := func(d *study.Definition) (string, error) {
		b, err := json.Marshal([]any{d.Command, d.Space, d.Objectives, d.Fidelity, d.Observe, d.Env, d.Seed, d.Snapshot, d.Sampler})
		return string(b), err
	}
	x, err := text(a)
	if err != nil {
		return false, err
	}
	y, err := text(b)
	return x == y, err
}

// options keeps a plan with its study.
func options(plan any) (map[string]json.RawMessage, error) {
	text, err := json.Marshal(plan)
	if err != nil {
		return nil, fmt.Errorf("write down the plan of the probes: %w", err)
	}
	return map[string]json.RawMessage{"plan": text}, nil
}
