package main

import (
	"github.com/spf13/cobra"

	"github.com/danlu-ml/danlu/internal/inbox/reportcli"
)

func newReport(a *app) *cobra.Command {
	return &cobra.Command{
		Use:                "report --step N METRIC=VALUE...",
		Short:              "in a trial's shell script: say what was measured",
		DisableFlagParsing: true, // a metric may be -1
		RunE: func(_ *cobra.Command, args []string) error {
			if code := reportcli.Run(args, a.out, a.err); code != 0 {
				return exitWith(exitCode(code), nil)
			}
			return nil
		},
	}
}
