package lrstudy

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/danlu-ml/danlu/internal/aside"
	"github.com/danlu-ml/danlu/internal/batchsize"
	"github.com/danlu-ml/danlu/internal/lrfind"
	"github.com/danlu-ml/danlu/internal/sampler"
	"github.com/danlu-ml/danlu/internal/scheduler"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

// What a program is told and reports in a range test: a point a step. One that
// has more than the curve to go by may say what it suggests itself.
const (
	testEnv        = "DANLU_LR_TEST"
	sweepEnv       = "DANLU_LR_SWEEP"
	stepsEnv       = "DANLU_LR_STEPS"
	epochsEnv      = "DANLU_LR_EPOCHS"
	scheduleEnv    = "DANLU_LR_SCHEDULE"
	testRate       = "lr_test/lr"
	testLoss       = "lr_test/loss"
	testSuggestion = "lr_test/suggestion"
	testLow        = "lr_test/low"
	testHigh       = "lr_test/high"
	testProbe      = "lr_test/probe"
	testProbeLoss  = "lr_test/probe_loss"
)

// method is how the rate is looked for.
func (q *question) method() Method {
	switch {
	case q.ask.Method == Range, q.ask.Method == Probes:
		return q.ask.Method
	case q.builtIn(), q.mentions():
		return Range
	}
	return Probes
}

// builtIn reports whether the program is danlu's own trainer.
func (q *question) builtIn() bool {
	c := q.def.Command
	return len(c) > 1 && strings.TrimSuffix(filepath.Base(c[0]), ".exe") == "danlu" && c[1] == "train"
}

var callsTest = regexp.MustCompile(`lr_range_test|LRRangeTest|lightning\.fit\(|transformers\.train\(|` + testEnv)

// mentions reports whether a file of the command speaks of a range test.
func (q *question) mentions() bool {
	for _, arg := range q.def.Command {
		if strings.ContainsAny(arg, "{}") {
			continue
		}
		path := arg
		if !filepath.IsAbs(path) {
			path = filepath.Join(q.def.Dir, path)
		}
		info, err := os.Stat(path)
		if err != nil || !info.Mode().IsRegular() || info.Size() > 1<<20 {
			continue
		}
		if text, err := os.ReadFile(path); err == nil && callsTest.Match(text) {
			return true
		}
	}
	return false
}

// once proposes one trial, and ends it where it turns out to train as usual.
type once struct{ q *question }

func (once) Name() string { return deciderName }

// Suggest implements [sampler.Sampler].
func (s once) Suggest(_ context.Context, v *study.View, n int, _ *rand.Rand) ([]sampler.Proposal, error) {
	if n == 0 || len(v.Trials) > 0 {
		return nil, nil
	}
	rate := s.q.current()
	if rate == 0 {
		rate = s.q.plan.Low
	}
	params, err := s.q.at(v.Def.Space, rate)
	return []sampler.Proposal{{Params: params, Sampler: deciderName, Why: "a range test"}}, err
}

// Judge implements [scheduler.Scheduler].
func (once) Judge(v *study.View, _ *study.Trial, _ int64) scheduler.Verdict {
	if v.SeenMetrics[testLoss] == 0 {
		return scheduler.Verdict{Decision: study.Stop, Why: "it trains as usual, and has no range test"}
	}
	return scheduler.Verdict{Decision: study.Continue}
}

// Next implements [scheduler.Scheduler].
func (once) Next(*study.View) (scheduler.Action, bool) {
	return scheduler.Action{Kind: scheduler.Start}, true
}

// test runs the program once under [testEnv]; knows is false where it has no range
// test after all.
func (q *question) test(ctx context.Context, o Options) (out Outcome, knows bool, err error) {
	out = Outcome{Param: q.param.Name, Method: Range, Scale: q.scale}
	out.Schedule, _ = q.schedule()
	def, err := q.aside("-lr-test", nil)
	if err != nil {
		return out, false, err
	}
	def.Objectives = append(def.Objectives, study.Objective{Metric: testLoss}) // the study's own shows a program that trains as usual
	def.Parallel = 1
	def.Env = maps.Clone(def.Env)
	if def.Env == nil {
		def.Env = map[string]string{}
	}
	q.tell(def.Env, out.Schedule)
	o.Log = slog.New(slog.DiscardHandler) // of the engine's remarks none fits a trial that ends without an objective
	v, err := q.run(ctx, o, aside.Job{
		Definition: def,
		Deciders:   func(*study.Definition) (sampler.Sampler, scheduler.Scheduler, error) { return once{q}, once{q}, nil },
		Settled:    func(v *study.View) bool { return v.SeenMetrics[testLoss] > 0 },
	}, &out)
	if err != nil || out.Interrupted {
		return out, false, err
	}
	if len(v.Trials) == 0 {
		return out, false, fmt.Errorf("run the range test of study %s: it was never started", q.def.Name)
	}
	t := v.Trials[0]
	curve, err := q.curve(ctx, o, def.Name)
	if err != nil {
		return out, false, err
	}
	switch failed := t.Attempt() != nil && t.Attempt().Exit != nil && t.Attempt().Exit.Code != 0 && t.State == study.Failed; {
	case failed && len(curve) < 10:
		out.Result = lrfind.Unknown(curve, "the program fails in its range test: "+t.Reason+"; danlu logs "+def.Name+" 0 --store "+o.Path+" has its output")
	case len(curve) == 0 && len(t.Metrics) > 0:
		return out, false, nil
	case len(curve) == 0:
		out.Result = lrfind.Unknown(nil, "the range test ended without a point: "+t.Reason)
	default:
		out.Result = lrfind.Suggest(curve, q.lrfind())
		q.adopt(&out.Result, t)
	}
	return out, true, nil
}

// tell says in a program's environment what is asked of it, and what is known of its
// training.
func (q *question) tell(env map[string]string, schedule string) {
	env[testEnv] = "1"
	if q.ask.Linear {
		env[sweepEnv] = "linear"
	}
	if schedule != "" {
		env[scheduleEnv] = schedule
	}
	f := q.def.Fidelity
	if f.Max == 0 || f.Param != "" {
		return
	}
	switch batchsize.UnitOf(f.Step) {
	case batchsize.Step:
		env[stepsEnv] = strconv.FormatInt(f.Max, 10)
	case batchsize.Epoch:
		env[epochsEnv] = strconv.FormatInt(f.Max, 10)
	}
}

// curve are the points of the last attempt, by step.
func (q *question) curve(ctx context.Context, o Options, name string) ([]lrfind.Point, error) {
	type pair struct{ rate, loss *float64 }
	var byStep map[int64]pair
	attempt := 0
	for ps, err := range o.Store.Points(ctx, name, 0) {
		if err != nil {
			return nil, fmt.Errorf("read the points of the range test: %w", err)
		}
		if ps.Attempt != attempt {
			attempt, byStep = ps.Attempt, map[int64]pair{}
		}
		for _, p := range ps.Rows {
			at := byStep[p.Step]
			switch p.Metric {
			case testRate:
				at.rate = &p.Value
			case testLoss:
				at.loss = &p.Value
			default:
				continue
			}
			byStep[p.Step] = at
		}
	}
	var curve []lrfind.Point
	for _, step := range slices.Sorted(maps.Keys(byStep)) {
		if at := byStep[step]; at.rate != nil && at.loss != nil {
			curve = append(curve, lrfind.Point{LR: *at.rate / q.scale, Loss: *at.loss})
		}
	}
	return curve, nil
}

// adopt takes what the program itself suggests, which it has confirmed by more
// than the curve; else it adds why the program has the curve alone.
func (q *question) adopt(res *lrfind.Result, t *study.Trial) {
	var x [3]float64
	for i, metric := range []string{testSuggestion, testLow, testHigh} {
		s := t.Metrics[metric]
		if s == nil {
			if why := said(t); why != "" {
				res.Reason += "; " + why
			}
			return
		}
		x[i] = s.Last / q.scale
	}
	switch {
	case x[0] > 0 && x[1] > 0 && x[1] <= x[0] && x[0] <= x[2]:
		why := res.Reason
		if res.Verdict != lrfind.Ok || x[0] != res.Suggestion {
			why = cmp.Or(said(t), "the program's own verdict on its range test")
		}
		*res = res.Settle(x[0], lrfind.Range{Low: x[1], High: x[2]}, why, q.lrfind())
	case res.Verdict == lrfind.Ok:
		candidates := res.Candidates
		*res = lrfind.Unknown(res.Curve, cmp.Or(said(t), "the program itself can't say by its range test; its output has the reason"))
		res.Candidates = candidates
	}
}

// said is the sentence with which the built-in trainer, or danlu's client, ended its
// range test.
func said(t *study.Trial) (reason string) {
	a := t.Attempt()
	if a == nil || a.Exit == nil {
		return ""
	}
	for line := range strings.Lines(a.Exit.Tail) {
		for _, who := range []string{"danlu train: ", "danlu lr: "} {
			if s, ok := strings.CutPrefix(strings.TrimSpace(line), who); ok {
				reason = s
			}
		}
	}
	return reason
}

// lrfind is what is known of the training, for reading its curve.
func (q *question) lrfind() lrfind.Options {
	o := lrfind.Options{Current: q.current()}
	if q.plan.Inside {
		o.Low, o.High = q.plan.Low, q.plan.High
	}
	o.Schedule, _ = q.schedule()
	base, ok := q.def.Space.Default()
	for i := 0; ok && i < q.def.Space.Len(); i++ {
		p := q.def.Space.Param(i)
		if v, there := base[p.Name]; there && p.Role == "optimizer" && v.Kind() == space.StringKind {
			o.Optimizer = v.String()
		}
	}
	return o
}
