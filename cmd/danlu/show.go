package main

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/danlu-ml/danlu/internal/locate"
	"github.com/danlu-ml/danlu/internal/page"
)

func newShow(a *app) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "show [STUDY] [TRIAL]",
		Short: "everything about a trial, or about a study",
		Long: `Show tells all about a trial: its parameters beside the default ones, its curve,
what it reported, its attempts and how they ended, what was decided about it and
why, its checkpoints and folder. Without a trial it tells all about the study:
how it is defined, what it came from, what was spent, the best beside the
default.`,
		Example: `  danlu show 7
  danlu show demo 7
  danlu show demo`,
		Args: cobra.MaximumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.look(cmd.Context(), args, locate.Want{}, func(f found) error {
				if f.Trial == nil {
					if asJSON {
						return a.json(page.SummaryOf(f.Info, f.view))
					}
					return a.show(page.Study(f.Info, f.view, time.Now(), a.width()))
				}
				verdicts, err := locate.Verdicts(cmd.Context(), f.store, f.Info.Study, *f.Trial)
				if err != nil {
					return err
				}
				t := f.view.Trials[*f.Trial]
				if asJSON {
					return a.json(page.DetailsOf(f.view, t, verdicts))
				}
				return a.show(page.Trial(f.view, t, verdicts, time.Now(), a.width()))
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as an object")
	return cmd
}
