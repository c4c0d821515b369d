package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"

	"github.com/danlu-ml/danlu/internal/display"
	"github.com/danlu-ml/danlu/internal/driver"
	"github.com/danlu-ml/danlu/internal/engine"
	"github.com/danlu-ml/danlu/internal/sampler"
	"github.com/danlu-ml/danlu/internal/store"
	"github.com/danlu-ml/danlu/internal/store/sqlite"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/spf13/cobra"
)

func newTune(a *app) *cobra.Command {
	var jsonLines, plain, lrFirst bool
	var set, warmFrom []string
	cmd := &cobra.Command{
		Use:   "tune [FILE]",
		Short: "tune the program of a danlu.yaml",
		Long: `Tune runs the study that FILE describes (danlu.yaml if none is named), or goes
on with it where it was left. The least a file says:

  command: [python, train.py, "{params}"]
  objective: val_loss min
  params:
    lr: {float: [1e-5, 1e-1], log: true, default: 1e-3}

The program reports with danlu.report(step=…, val_loss=…) or "danlu report", or
prints lines that a pattern under observe: finds.

Ctrl-C once lets running trials end; twice ends them, and they are started again
by the next tune. When the terminal goes away (SIGHUP) trials run on, and the
next tune takes them up.`,
		Example: `  danlu tune
  danlu tune --trials 100 --parallel 8
  danlu tune --set params.lr.float='[1e-4, 1e-2]' other.yaml`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			file := "danlu.yaml"
			if len(args) > 0 {
				file = args[0]
			}
			for _, o := range overrides {
				if f := cmd.Flags().Lookup(o.flag); f.Changed {
					set = append(set, o.key+"="+f.Value.String())
				}
			}
			def, err := a.definition(cmd.Context(), file, true, set)
			if err != nil {
				return err
			}
			if lrFirst {
				if def, err = a.lrFirst(cmd.Context(), file, def, set, plain); err != nil {
					return err
				}
			}
			for _, name := range warmFrom {
				if name, err = absolute(name); err != nil {
					return err
				}
				def.WarmFrom = append(def.WarmFrom, name)
			}
			return a.drive(cmd.Context(), drive{
				what: "danlu tune", def: def, store: a.storeFor(file), runs: filepath.Join(def.Dir, "danlu-runs"),
				file: file, json: jsonLines, plain: plain,
			})
		},
	}
	cmd.Flags().BoolVar(&jsonLines, "json", false, "an object a line on standard output")
	cmd.Flags().BoolVar(&plain, "plain", false, "plain lines even in a terminal")
	cmd.Flags().Int("trials", 0, "how many trials, instead of the file's budget.trials")
	cmd.Flags().Int("parallel", 0, "how many at a time, instead of the file's parallel")
	cmd.Flags().String("time", "", "how long, as in 1h30m, instead of the file's budget.time: `DURATION`")
	cmd.Flags().Int64("steps", 0, "how many steps over all trials, instead of the file's budget.steps")
	cmd.Flags().String("sampler", "", "what proposes, instead of the file's sampler: `NAME`")
	cmd.Flags().String("scheduler", "", "what stops trials early, instead of the file's scheduler: `NAME`")
	cmd.Flags().Uint64("seed", 0, "instead of the file's seed")
	cmd.Flags().BoolVar(&lrFirst, "lr-first", false, "look for the learning rate first, as danlu lr does, and search around it")
	cmd.Flags().StringArrayVar(&set, "set", nil, "change a setting of the file: `KEY=VALUE`, as in budget.time=1h")
	cmd.Flags().StringArrayVar(&warmFrom, "warm-from", nil, "begin with what an earlier study found: `STUDY`, or STUDY@STORE of another store; may be repeated")
	return cmd
}

// overrides are flags that stand for a setting of the file.
var overrides = []struct{ flag, key string }{
	{"trials", "budget.trials"},
	{"parallel", "parallel"},
	{"time", "budget.time"},
	{"steps", "budget.steps"},
	{"sampler", "sampler"},
	{"scheduler", "scheduler"},
	{"seed", "seed"},
}

// drive is a run of a study in this process, with somebody watching.
type drive struct {
	what, store, runs, file string
	def                     *study.Definition
	train                   driver.Train
	json, plain             bool
	// name, where it is set, chooses the study's name from what the store has.
	name func(context.Context, store.Store) (string, error)
}

// drive runs a study to its end and returns what its exit code is to be.
func (a *app) drive(ctx context.Context, d drive) (err error) {
	offerSelf()
	screen := a.display(d.json, d.plain)
	log := slog.New(screen.Handler(slog.LevelWarn))
	if d.name == nil {
		if err := driver.Vacant(filepath.Join(d.runs, d.def.Name), d.store); err != nil {
			return err
		}
	}
	st, err := sqlite.Open(d.store, sqlite.Options{Log: log})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	if d.name != nil {
		if d.def.Name, err = d.name(ctx, st); err != nil {
			return err
		}
	}
	say := func(text string) { screen.Say("%s", text) }
	total, err := plannedTotal(d.def, say)
	if err != nil {
		return err
	}
	screen.SetTotal(total)
	watched, stop := context.WithCancel(ctx)
	defer stop()
	res, v, err := driver.Run(ctx, driver.Options{
		Definition: d.def, Store: st, StorePath: d.store, Runs: d.runs, What: d.what, Version: version(), Train: d.train,
		Earlier: func(ctx context.Context, name string) (study.Informed, error) { return warm(ctx, st, d.def, name) },
		Signals: driver.Signals(watched, say), Said: say, Observe: screen.Observe,
		Log: log,
	})
	if err != nil {
		screen.Abandon()
		return err
	}
	if err := screen.Close(v, display.End{
		Reason: string(res.Reason), Why: res.Why, Interrupted: res.Interrupted,
		Store: d.store, Flag: a.flag(d.store), Self: self(), File: d.file,
	}); err != nil {
		return err
	}
	switch {
	case res.Interrupted, res.Reason == engine.Stopped:
		return exitWith(codeInterrupted, nil)
	case v.Best() == nil || res.Reason == engine.Hopeless:
		return exitWith(codeNothing, nil)
	}
	return nil
}

// plannedTotal is how many trials the study will have, where its sampler knows,
// and says so before the first one starts.
func plannedTotal(def *study.Definition, say func(string)) (int, error) {
	s, err := sampler.New(def.Sampler, def)
	if err != nil {
		return 0, err
	}
	p, ok := s.(sampler.Planner)
	if !ok {
		return 0, nil
	}
	n, err := p.Total(def)
	if err != nil || n == 0 {
		return 0, err
	}
	total := n
	if b := def.Budget.Trials; b > 0 {
		total = min(n, b)
	}
	text := fmt.Sprintf("the space has %d configurations in all", n)
	if n == 1 {
		text = "the space has a single configuration"
	}
	if total < n {
		text += fmt.Sprintf(", of which the budget allows %d", total)
	}
	say(text + "; how long they take is known once the first has ended")
	return total, nil
}
