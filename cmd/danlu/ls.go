package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/danlu-ml/danlu/internal/export"
	"github.com/danlu-ml/danlu/internal/locate"
	"github.com/danlu-ml/danlu/internal/page"
	"github.com/danlu-ml/danlu/internal/store"
	"github.com/danlu-ml/danlu/internal/store/sqlite"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/text"
)

func newLs(a *app) *cobra.Command {
	var asJSON bool
	var order string
	cmd := &cobra.Command{
		Use:   "ls [STUDY]",
		Short: "list the studies, or the trials of one",
		Long: `Ls lists the studies in the store: where each stands, its trials, its best
value. With a study it lists the trials, with the parameters that differ from
the default ones.`,
		Example: `  danlu ls
  danlu ls demo --sort value
  danlu ls demo --json | jq .values`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if order != "trial" && order != "value" {
				return usage("--sort %q: sort by trial or by value", order)
			}
			if len(args) == 0 {
				return a.withStore(true, func(st *sqlite.Store) error { return a.studies(cmd.Context(), st, asJSON) })
			}
			return a.look(cmd.Context(), args, locate.Want{}, func(f found) error {
				switch {
				case f.Trial != nil:
					return usage("%q is a trial: danlu show %[1]s shows it", args[0])
				case asJSON:
					return export.JSON(a.out, f.view, nil)
				}
				trials := f.view.Trials
				if order == "value" {
					trials = page.ByValue(f.view)
				}
				return a.table(page.Trials(f.view, trials, time.Now()))
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "an object a line")
	cmd.Flags().StringVar(&order, "sort", "trial", "`ORDER` of the trials: trial or value, the best first")
	return cmd
}

func (a *app) studies(ctx context.Context, st store.Store, asJSON bool) error {
	infos, err := st.Studies(ctx)
	if err != nil {
		return err
	}
	views := make([]*study.View, 0, len(infos))
	begun := infos[:0]
	for _, i := range infos {
		if i.Seq == 0 {
			continue // somebody is about to begin it
		}
		v, err := locate.View(ctx, st, i.Study)
		if err != nil {
			return err
		}
		begun, views = append(begun, i), append(views, v)
		if asJSON {
			if err := a.json(page.SummaryOf(i, v)); err != nil {
				return err
			}
		}
	}
	switch {
	case asJSON:
		return nil
	case len(begun) == 0:
		a.note("the store holds no study yet: run `danlu tune`")
		return nil
	}
	return a.table(page.Studies(begun, views, time.Now()))
}

func (a *app) table(t *text.Table) error { return a.show(t.Lines(a.width())) }
