package main

import (
	"github.com/spf13/cobra"

	"github.com/danlu-ml/danlu/internal/engine"
	"github.com/danlu-ml/danlu/internal/locate"
)

func newStop(a *app) *cobra.Command {
	var why string
	cmd := &cobra.Command{
		Use:   "stop [STUDY] [TRIAL]",
		Short: "end a trial, or the whole study",
		Long: `Stop ends a trial early, as a scheduler would; without a trial it ends the study
with its running trials. A trial that was stopped can be run again by retry.`,
		Example: `  danlu stop 7 --why "it will not get better"
  danlu stop demo`,
		Args: cobra.MaximumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.act(cmd.Context(), "stop", args, locate.Want{}, engine.RequestStop, func(f found) (any, error) {
				return engine.StopRequest{Trial: f.Trial, Why: why}, nil
			})
		},
	}
	cmd.Flags().StringVar(&why, "why", "", "`REASON`, kept with the trial")
	return cmd
}
