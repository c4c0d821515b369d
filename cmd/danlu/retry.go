package main

import (
	"github.com/spf13/cobra"

	"github.com/danlu-ml/danlu/internal/engine"
	"github.com/danlu-ml/danlu/internal/locate"
)

func newRetry(a *app) *cobra.Command {
	var why string
	cmd := &cobra.Command{
		Use:   "retry [STUDY] TRIAL",
		Short: "run a trial again that has ended",
		Long: `Retry sends a trial that has ended back to waiting, whatever became of it. It goes
on from its last checkpoint, or starts from the beginning where it has none.`,
		Example: `  danlu retry 7
  danlu retry demo 7 --why "the disk was full"`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.act(cmd.Context(), "retry", args, locate.Want{Trial: true}, engine.RequestRetry, func(f found) (any, error) {
				return engine.RetryRequest{Trial: *f.Trial, Why: why}, nil
			})
		},
	}
	cmd.Flags().StringVar(&why, "why", "", "`REASON`, kept with the trial")
	return cmd
}
