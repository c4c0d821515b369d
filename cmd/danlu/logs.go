package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/danlu-ml/danlu/internal/follow"
	"github.com/danlu-ml/danlu/internal/locate"
)

func newLogs(a *app) *cobra.Command {
	var onlyErrors, goOn bool
	var attempt int
	cmd := &cobra.Command{
		Use:   "logs [STUDY] TRIAL",
		Short: "what a trial's program printed",
		Long: `Logs prints what a trial's program wrote to its standard output and, on standard
error, what it wrote there. Long outputs are kept in part: the beginning and the
end, with a line in place of what is missing.`,
		Example: `  danlu logs 7
  danlu logs demo 7 -f
  danlu logs 7 --stderr --attempt 1`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			var dir string
			err := a.look(cmd.Context(), args, locate.Want{Trial: true}, func(f found) (err error) {
				dir, err = locate.AttemptDir(f.view.Trials[*f.Trial], attempt)
				return asUsage(err)
			})
			if err != nil {
				return err
			}
			if _, err := os.Stat(dir); err != nil {
				return fmt.Errorf("the output is not there any more: %w", err)
			}
			streams := []follow.Stream{{Name: "stdout", To: a.out}, {Name: "stderr", To: a.err}}
			if onlyErrors {
				streams = []follow.Stream{{Name: "stderr", To: a.out}}
			}
			n, err := follow.Copy(cmd.Context(), dir, streams, goOn)
			if err == nil && n == 0 {
				a.note("nothing was printed (%s)", dir)
			}
			return err
		},
	}
	cmd.Flags().BoolVarP(&goOn, "follow", "f", false, "go on until the attempt has ended")
	cmd.Flags().BoolVar(&onlyErrors, "stderr", false, "standard error alone, to standard output")
	cmd.Flags().IntVar(&attempt, "attempt", 0, "`NUMBER` of the attempt (default: the last)")
	return cmd
}
