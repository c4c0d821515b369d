package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"

	"github.com/spf13/cobra"

	"github.com/danlu-ml/danlu/internal/export"
	"github.com/danlu-ml/danlu/internal/locate"
	"github.com/danlu-ml/danlu/internal/optuna"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/transfer"
)

func newExport(a *app) *cobra.Command {
	var format, out string
	var points bool
	cmd := &cobra.Command{
		Use:   "export [STUDY]",
		Short: "the trials as JSON lines, CSV, event files or an Optuna file",
		Long: `Export writes a row a trial: its state, parameters, values, attempts, times, who
proposed it and why, its parent and seed. With --points, all it reported, too.
In CSV each parameter and each metric has a column: params.lr, values.val_loss.
Numbers that are not finite are "nan", "inf" and "-inf".

Two formats need --out, which must not be there yet. tensorboard is a folder of
event files, a run a trial, with what TensorBoard's HParams page shows; optuna
is an SQLite file that Optuna 4 and 5 and optuna-dashboard open.`,
		Example: `  danlu export demo > demo.jsonl
  danlu export demo --format tensorboard --out tb && tensorboard --logdir tb
  danlu export demo --format optuna --out demo-optuna.db
  danlu export demo --format csv > demo.csv
  danlu export --points | jq -c '.points[]'`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			write := map[string]func(f found, s export.Source) error{
				"json": func(f found, s export.Source) error { return export.JSON(a.out, f.view, s) },
				"csv":  func(f found, s export.Source) error { return export.CSV(a.out, f.view, s) },
				"tensorboard": func(f found, s export.Source) error {
					return export.TensorBoard(out, f.view, s)
				},
				"optuna": func(f found, s export.Source) error { return exportOptuna(cmd.Context(), out, f, s) },
			}[format]
			toFile := format == "tensorboard" || format == "optuna"
			switch {
			case write == nil:
				return usage("--format %q: the formats are json, csv, tensorboard and optuna", format)
			case toFile && out == "":
				return usage("--format %s makes files: say where, as in --out %s", format, map[string]string{"tensorboard": "tb", "optuna": "optuna.db"}[format])
			case !toFile && out != "":
				return usage("--out is for tensorboard and optuna; %s goes to standard output: danlu export > %s", format, out)
			}
			return a.look(cmd.Context(), args, locate.Want{}, func(f found) error {
				if f.Trial != nil {
					return usage("%q is a trial: export takes a study", args[0])
				}
				var source export.Source
				if points || toFile {
					source = func(id study.TrialID) iter.Seq2[study.Points, error] {
						return f.store.Points(cmd.Context(), f.Info.Study, id)
					}
				}
				err := write(f, source)
				if errors.Is(err, os.ErrExist) {
					return exitWith(codeUsage, fmt.Errorf("%w; give another name, or remove it first", err))
				}
				return err
			})
		},
	}
	cmd.Flags().StringVar(&format, "format", "json", "`FORMAT`: json, csv, tensorboard or optuna")
	cmd.Flags().StringVar(&out, "out", "", "the `PATH` that tensorboard and optuna are written to")
	cmd.Flags().BoolVar(&points, "points", false, "all points reported, too")
	return cmd
}

func exportOptuna(ctx context.Context, out string, f found, points export.Source) error {
	s, err := transfer.Of(f.view, transfer.Source(points))
	if err != nil {
		return err
	}
	return optuna.Write(ctx, out, s)
}
