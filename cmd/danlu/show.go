package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/danlu-ml/danlu/internal/locate"
	"github.com/danlu-ml/danlu/internal/page"
)

func newShow(a *app) *cobra.Command {
	var asJSON, weights, schedule bool
	cmd := &cobra.Command{
		Use:   "show [STUDY] [TRIAL]",
		Short: "everything about a trial, or about a study",
		Long: `Show tells all about a trial: its parameters beside the default ones, its curve,
what it reported, its attempts and how they ended, what was decided about it and
why, its checkpoints and folder. Without a trial it tells all about the study:
how it is defined, what it came from, what was spent, the best beside the
default. With --importance it tells which parameters matter: their shares of the
variance of the results, with an uncertainty. There have to be 10 trials that ran
to their end, or the exit code is 3.

With --schedule it writes the parameters that led to a trial's state (without a
trial to the best one's), from the beginning: after population based training a
part for each trial that was copied on the way. It is a scheduler for danlu.yaml
and for --set: one trial that trains by it from nothing.`,
		Example: `  danlu show 7
  danlu show demo 7
  danlu show demo
  danlu show demo --importance
  danlu tune --set name=again --set budget.trials=1 --set "scheduler=$(danlu show s --schedule)"`,
		Args: cobra.MaximumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.look(cmd.Context(), args, locate.Want{}, func(f found) error {
				if weights {
					return a.importance(f, asJSON)
				}
				if schedule {
					return a.schedule(f)
				}
				if f.Trial == nil {
					if asJSON {
						return a.json(page.SummaryOf(f.Info, f.view))
					}
					return a.show(page.Study(f.Info, f.view, time.Now(), a.room()))
				}
				verdicts, err := locate.Verdicts(cmd.Context(), f.store, f.Info.Study, *f.Trial)
				if err != nil {
					return err
				}
				t := f.view.Trials[*f.Trial]
				if asJSON {
					return a.json(page.DetailsOf(f.view, t, verdicts))
				}
				return a.show(page.Trial(f.view, t, verdicts, time.Now(), a.room()))
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as an object")
	cmd.Flags().BoolVar(&schedule, "schedule", false, "the parameters that led to the trial, as a scheduler")
	cmd.Flags().BoolVar(&weights, "importance", false, "how much each parameter of the study matters")
	return cmd
}

// schedule writes a trial's line of descent as a scheduler's options.
func (a *app) schedule(f found) error {
	t := f.view.Best()
	if f.Trial != nil {
		t = f.view.Trials[*f.Trial]
	}
	if t == nil {
		return exitWith(codeNothing, fmt.Errorf("study %s has no best trial yet; name one: danlu show %[1]s TRIAL --schedule", f.Info.Study))
	}
	replay := f.view.Replay(t)
	return a.json(map[string]any{replay.Name: replay.Options})
}

// importance shows which parameters of a study matter.
func (a *app) importance(f found, asJSON bool) error {
	if f.Trial != nil {
		return usage("importance belongs to a study, not to a trial: danlu show %s --importance", f.Info.Study)
	}
	if asJSON {
		w, err := page.WeightsOf(f.view)
		if err != nil {
			return exitWith(codeNothing, err)
		}
		return a.json(w)
	}
	lines, err := page.Importance(f.view, a.room())
	if err != nil {
		return exitWith(codeNothing, err)
	}
	return a.show(lines)
}
