package main

import (
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/danlu-ml/danlu/internal/display"
	"github.com/danlu-ml/danlu/internal/locate"
	"github.com/danlu-ml/danlu/internal/page"
	"github.com/danlu-ml/danlu/internal/rerun"
)

func newBest(a *app) *cobra.Command {
	var asJSON, asCommand bool
	cmd := &cobra.Command{
		Use:   "best [STUDY]",
		Short: "the best configuration, or the command line that reproduces it",
		Long: `Best shows the best configuration beside the default one. Only trials that ran
to their end can be the best; where there is none, the exit code is 3. With
several objectives it is the best in the first one, and the Pareto front
follows.`,
		Example: `  danlu best
  danlu best demo --command
  eval "$(danlu best --command)"
  danlu best --json | jq .params.lr`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if asJSON && asCommand {
				return usage("--json and --command are two forms of the answer: choose one")
			}
			return a.look(cmd.Context(), args, locate.Want{}, func(f found) error {
				b := f.view.Best()
				switch {
				case f.Trial != nil:
					return usage("%q is a trial: danlu show %[1]s shows it", args[0])
				case b == nil:
					return exitWith(codeNothing, fmt.Errorf("study %s has no trial yet that ran to its end (%s); danlu ls %[1]s shows what became of them",
						f.Info.Study, orNone(display.Counts(f.view))))
				case asCommand:
					cwd, _ := os.Getwd() // unknown: the line names the folder
					line, err := rerun.Line(f.view, b, cwd)
					if err != nil {
						return err
					}
					if cmd := f.view.Def.Command; cmd[0] == "danlu" && self() != "danlu" {
						fmt.Fprintln(a.err, "danlu is not where a shell finds it: `go install ./cmd/danlu`, or put it into PATH, before you run this line")
					}
					_, err = fmt.Fprintln(a.out, line)
					return err
				case asJSON:
					return a.json(struct {
						*page.Config
						Front []*page.Config `json:"front,omitempty"`
					}{page.ConfigOf(f.view, b), page.FrontOf(f.view)})
				}
				if err := a.table(display.Compare(f.view, time.Now())); err != nil || len(f.view.Def.Objectives) == 1 {
					return err
				}
				fmt.Fprint(a.out, "\nthe Pareto front: better in one objective only at the cost of another\n\n")
				return a.table(display.Front(f.view))
			})
		},
	}
	cmd.Flags().BoolVar(&asCommand, "command", false, "print the command line that reproduces it")
	cmd.Flags().BoolVar(&asJSON, "json", false, "as an object")
	return cmd
}

func orNone(counts string) string {
	if counts == "" {
		return "none was started"
	}
	return counts
}
