package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/danlu-ml/danlu/internal/amend"
	"github.com/danlu-ml/danlu/internal/aside"
	"github.com/danlu-ml/danlu/internal/lrfind"
	"github.com/danlu-ml/danlu/internal/lrstudy"
	"github.com/danlu-ml/danlu/internal/plot"
	"github.com/danlu-ml/danlu/internal/spec"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/text"
	"github.com/danlu-ml/danlu/internal/trainer/sched"
)

// lrFlags are what `danlu lr` is told.
type lrFlags struct {
	ask                       lrstudy.Ask
	method, rates, metric     string
	sweep, curve, svg         string
	set                       []string
	json, plain, apply, again bool
	loop                      int // steps of a training
	optimizer                 string
	momentum                  float64
}

func newLR(a *app) *cobra.Command {
	var f lrFlags
	cmd := &cobra.Command{
		Use:   "lr [FILE]",
		Short: "find the learning rate before tuning the rest",
		Long: `Lr finds the learning rate of the study that FILE describes (danlu.yaml if none
is named), and the range in which a search should look for it.

A program that calls danlu.torch.lr_range_test, and the built-in trainer, run one
range test, and a few short trainings after it where fidelity says how long a
whole one is. Any other is trained for a short while at a few constant rates: from
the default up and down until both sides are clearly worse, those that fall
behind ended at once. A program with a schedule of its own gets each rate as its
peak.

The short trainings are kept in danlu-lr.db beside the file, not among the
study's trials. Interrupted, even killed, the same call goes on where it was.`,
		Example: `  danlu lr
  danlu lr --apply
  danlu lr --range 1e-5,1e-1 --steps 200 --svg lr.svg
  danlu lr --curve curve.csv --json`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("loop") {
				return a.lrLoop(cmd.Context(), &f, args)
			}
			if f.curve != "" {
				return a.lrCurve(&f, args)
			}
			file := "danlu.yaml"
			if len(args) > 0 {
				file = args[0]
			}
			return a.lr(cmd.Context(), file, &f)
		},
	}
	fs := cmd.Flags()
	fs.StringVar(&f.curve, "curve", "", "read the curve of a range test from `FILE`, a CSV with columns lr and loss, and run nothing")
	fs.StringVar(&f.ask.Schedule, "schedule", "", "the program's own schedule, whose peak is looked for, as in onecycle: `NAME`")
	fs.Float64Var(&f.ask.Warmup, "warmup", 0, "the share of the training in which the program warms up, as in 0.1: `SHARE`")
	fs.StringVar(&f.ask.Param, "param", "", "the parameter that is the learning rate: `NAME`")
	fs.StringVar(&f.method, "method", "auto", "range, probe or auto, which takes the range test where there is one")
	fs.StringVar(&f.sweep, "sweep", "exponential", "how the rate rises in a range test, exponential or linear: `SHAPE`")
	fs.StringVar(&f.rates, "range", "", "look between two rates and not beyond: `LOW,HIGH` (default: the parameter's range and a decade more)")
	fs.IntVar(&f.ask.Most, "probes", 0, "how many short trainings at most (default 14)")
	fs.Int64Var(&f.ask.Steps, "steps", 0, "how many steps a short training has (default: a 60th of fidelity.max)")
	fs.StringVar(&f.metric, "metric", "", "compare short trainings by another metric, as in 'train_loss min': `METRIC`")
	fs.IntVar(&f.ask.Parallel, "parallel", 0, "how many at a time, instead of the file's parallel")
	fs.StringArrayVar(&f.set, "set", nil, "change a setting of the file: `KEY=VALUE`, as in optimizer.default=sgd")
	fs.BoolVar(&f.apply, "apply", false, "write the range into the file, with the reason")
	fs.BoolVar(&f.again, "again", false, "measure anew what has been measured already")
	fs.BoolVar(&f.json, "json", false, "objects on standard output, the last of which is the result")
	fs.BoolVar(&f.plain, "plain", false, "plain lines even in a terminal")
	fs.StringVar(&f.svg, "svg", "", "write the drawing to a `FILE` as SVG")
	fs.IntVar(&f.loop, "loop", 0, "for programs (docs/contract.md): search by the loop at the other end of standard input and output, of a training of so many `STEPS`")
	fs.StringVar(&f.optimizer, "optimizer", "", "with --loop or --curve, that training's optimiser: `NAME`")
	fs.Float64Var(&f.momentum, "momentum", 0, "with --loop or --curve, its momentum: `SHARE`")
	return cmd
}

// check reads the flags that are more than words.
func (f *lrFlags) check() error {
	switch f.ask.Method = lrstudy.Method(f.method); f.ask.Method {
	case lrstudy.Auto, lrstudy.Range, lrstudy.Probes:
	default:
		return usage("--method %q: there are range, probe and auto", f.method)
	}
	switch f.sweep {
	case "", "exponential":
	case "linear":
		f.ask.Linear = true
	default:
		return usage("--sweep %q: there are exponential and linear", f.sweep)
	}
	if f.rates != "" {
		low, high, ok := strings.Cut(f.rates, ",")
		var err, err2 error
		f.ask.Low, err = strconv.ParseFloat(strings.TrimSpace(low), 64)
		f.ask.High, err2 = strconv.ParseFloat(strings.TrimSpace(high), 64)
		if !ok || err != nil || err2 != nil || !(f.ask.Low > 0) || !(f.ask.High > f.ask.Low) || f.ask.High > 1e6 {
			return usage("--range %q is not two rates above zero, the lower one first, as in --range 1e-5,1e-1", f.rates)
		}
	}
	for name, n := range map[string]int64{"--probes": int64(f.ask.Most), "--steps": f.ask.Steps, "--parallel": int64(f.ask.Parallel)} {
		if n < 0 {
			return usage("%s %d: it can't be negative", name, n)
		}
	}
	if f.ask.Warmup < 0 || f.ask.Warmup > 1 {
		return usage("--warmup %v is not a share of the training, as in --warmup 0.1", f.ask.Warmup)
	}
	if f.ask.Schedule != "" {
		plain, warm, err := scheduleNamed(f.ask.Schedule)
		if err != nil {
			return usage("--schedule: %w", err)
		}
		f.ask.Schedule = plain
		if warm && f.ask.Warmup == 0 {
			f.ask.Warmup = sched.UsualWarmup
		}
	}
	if f.ask.Most > 0 && f.ask.Most < 3 {
		return usage("--probes %d: fewer than 3 rates say nothing", f.ask.Most)
	}
	if f.metric != "" {
		o, err := spec.ParseObjective(f.metric)
		if err != nil {
			return usage("--metric: %w", err)
		}
		f.ask.Metric = &o
	}
	return nil
}

// lrCurve reads a curve that was measured elsewhere.
func (a *app) lrCurve(f *lrFlags, args []string) error {
	if err := f.check(); err != nil {
		return err
	}
	if len(args) > 0 || f.apply {
		return usage("--curve runs nothing and changes nothing: it goes without a study's file and without --apply")
	}
	r, err := os.Open(f.curve)
	if err != nil {
		return usage("read the curve: %w", err)
	}
	defer r.Close()
	points, err := lrfind.ReadCSV(r, f.curve)
	if errors.Is(err, lrfind.ErrCurve) {
		a.note("%s", text.Clean(err.Error())) // FILE:LINE: first, as editors want it
		return exitWith(codeUsage, nil)
	}
	if err != nil {
		return exitWith(codeUsage, err)
	}
	o := lrfind.Options{Schedule: f.ask.Schedule, Optimizer: f.optimizer, Momentum: f.momentum}
	return a.lrShow(f, lrstudy.Outcome{Result: lrfind.Suggest(points, o), Param: "lr", Method: lrstudy.Range, Schedule: f.ask.Schedule})
}

// lr finds the rate of a study, shows it and, where that is asked for, writes it
// into the file.
func (a *app) lr(ctx context.Context, file string, f *lrFlags) error {
	if err := f.check(); err != nil {
		return err
	}
	def, err := a.definition(ctx, file, true, append([]string{"budget=none"}, f.set...)) // which is the study's own business
	if err != nil {
		return err
	}
	out, err := a.lrFind(ctx, file, def, f)
	if err != nil {
		if f.json && isFileError(err) { // a program gets its last line all the same
			if lost := a.json(lrfind.Unknown(nil, err.Error())); lost != nil {
				return errors.Join(err, lost)
			}
		}
		return err
	}
	if out.Interrupted {
		a.note("left; the same call goes on")
		return exitWith(codeInterrupted, nil)
	}
	if !out.Earlier.IsZero() && !f.json {
		a.note("measured at %s; --again measures anew", out.Earlier.Local().Format(time.DateTime))
	}
	err = a.lrShow(f, out)
	if err != nil || !f.apply {
		return err
	}
	return a.lrApply(file, out)
}

// lrFind runs what finds the rate.
func (a *app) lrFind(ctx context.Context, file string, def *study.Definition, f *lrFlags) (out lrstudy.Outcome, err error) {
	watch := a.lrWatch(f)
	place, closing, err := a.beside(ctx, def, file, "lr", watch.Lines, f.again)
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, closing()) }()
	return lrstudy.Find(ctx, lrstudy.Options{Definition: def, Ask: f.ask, Watch: watch, Place: place})
}

// lrFirst finds the rate before a study is tuned, and returns the definition with
// the range to search. Where nothing can be said the file's own range stands.
func (a *app) lrFirst(ctx context.Context, file string, def *study.Definition, set []string, plain bool) (*study.Definition, error) {
	out, err := a.lrFind(ctx, file, def, &lrFlags{plain: plain})
	switch {
	case err != nil:
		return nil, err
	case out.Interrupted:
		a.note("left; the same call goes on")
		return nil, exitWith(codeInterrupted, nil)
	}
	changes := out.Settings(def)
	if changes == nil {
		a.note("%s keeps its range: %s", out.Param, out.Reason)
		return def, nil
	}
	a.note("%s is searched between %s and %s: %s", out.Param, text.Number(out.Range.Low), text.Number(out.Range.High), out.Reason)
	return a.definition(ctx, file, true, append(changes, set...)) // what the person set stands
}

// lrWatch tells of the progress where the result does not go: on standard error,
// and as objects with --json.
func (a *app) lrWatch(f *lrFlags) *lrstudy.Watch {
	w := &lrstudy.Watch{Lines: &aside.Lines{Out: a.err, Live: a.live(f.plain)}}
	if f.json {
		w.JSON = a.out
	}
	return w
}

// lrShow shows a result. The exit code says whether there is one.
func (a *app) lrShow(f *lrFlags, out lrstudy.Outcome) error {
	chart := lrstudy.Chart(out)
	if f.svg != "" {
		if err := writeSVG(f.svg, []plot.Chart{chart}); err != nil {
			return err
		}
	}
	var err error
	if f.json {
		err = a.json(out.Result)
	} else {
		var lines []text.Line
		if len(out.Curve) > 2 {
			lines = append(chart.Lines(a.width(), chartHeight, a.dots()), nil)
		}
		err = a.show(append(lines, lrstudy.Words(out, a.width())...))
	}
	if err == nil && out.Verdict != lrfind.Ok {
		return exitWith(codeNothing, nil)
	}
	return err
}

// lrApply writes the range into the study's file.
func (a *app) lrApply(file string, out lrstudy.Outcome) error {
	changed, err := amend.File(file, amend.Range{
		Param: out.Param, Low: out.Range.Low, High: out.Range.High, Default: out.Suggestion,
		By: "danlu lr", Why: fmt.Sprintf("suggests %s: %s", text.Number(out.Suggestion), out.Reason), On: time.Now(),
	})
	switch {
	case err != nil:
		return err
	case changed:
		a.note("%s: the range of %s is now [%.3g, %.3g]", file, out.Param, out.Range.Low, out.Range.High)
	default:
		a.note("%s has this range already", file)
	}
	return nil
}
