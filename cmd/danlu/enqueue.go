package main

import (
	"github.com/spf13/cobra"

	"github.com/danlu-ml/danlu/internal/engine"
	"github.com/danlu-ml/danlu/internal/locate"
	"github.com/danlu-ml/danlu/internal/wish"
)

func newEnqueue(a *app) *cobra.Command {
	var why string
	cmd := &cobra.Command{
		Use:   "enqueue [STUDY] NAME=VALUE...",
		Short: "try a configuration of your own next",
		Long: `Enqueue plans a trial with these parameters; those you leave out take their
defaults. It is the next to start.`,
		Example: `  danlu enqueue lr=1e-3 batch_size=64
  danlu enqueue demo optimizer=adamw --why "as in the paper"`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			names, pairs := wish.SplitAssignments(args)
			if len(names) > 1 || len(pairs) == 0 {
				return usage("want NAME=VALUE...: danlu enqueue lr=1e-3 batch_size=64")
			}
			return a.act(cmd.Context(), "enqueue", names, locate.Want{}, engine.RequestEnqueue, func(f found) (any, error) {
				params, err := wish.Params(f.view.Def.Space, pairs)
				if err != nil {
					return nil, exitWith(codeUsage, err)
				}
				return engine.EnqueueRequest{Params: params, Why: why}, nil
			})
		},
	}
	cmd.Flags().StringVar(&why, "why", "", "`REASON`, kept with the trial")
	return cmd
}
