package main

import (
	"iter"

	"github.com/spf13/cobra"

	"github.com/danlu-ml/danlu/internal/export"
	"github.com/danlu-ml/danlu/internal/locate"
	"github.com/danlu-ml/danlu/internal/study"
)

func newExport(a *app) *cobra.Command {
	var format string
	var points bool
	cmd := &cobra.Command{
		Use:   "export [STUDY]",
		Short: "the trials as JSON lines or CSV",
		Long: `Export writes a row a trial: its state, parameters, values, attempts, times, who
proposed it and why, its parent and seed. With --points, all it reported, too.
In CSV each parameter and each metric has a column: params.lr, values.val_loss.
Numbers that are not finite are "nan", "inf" and "-inf".`,
		Example: `  danlu export demo > demo.jsonl
  danlu export demo --format csv > demo.csv
  danlu export --points | jq -c '.points[]'`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			write := map[string]func(f found, s export.Source) error{
				"json": func(f found, s export.Source) error { return export.JSON(a.out, f.view, s) },
				"csv":  func(f found, s export.Source) error { return export.CSV(a.out, f.view, s) },
			}[format]
			if write == nil {
				return usage("--format %q: the formats are json and csv", format)
			}
			return a.look(cmd.Context(), args, locate.Want{}, func(f found) error {
				if f.Trial != nil {
					return usage("%q is a trial: export takes a study", args[0])
				}
				var source export.Source
				if points {
					source = func(id study.TrialID) iter.Seq2[study.Points, error] {
						return f.store.Points(cmd.Context(), f.Info.Study, id)
					}
				}
				return write(f, source)
			})
		},
	}
	cmd.Flags().StringVar(&format, "format", "json", "`FORMAT`: json or csv")
	cmd.Flags().BoolVar(&points, "points", false, "all points reported, too")
	return cmd
}
