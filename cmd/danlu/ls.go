package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/danlu-ml/danlu/internal/export"
	"github.com/danlu-ml/danlu/internal/expr"
	"github.com/danlu-ml/danlu/internal/locate"
	"github.com/danlu-ml/danlu/internal/page"
	"github.com/danlu-ml/danlu/internal/store"
	"github.com/danlu-ml/danlu/internal/store/sqlite"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/text"
)

// chosen says which trials or studies are listed, and in which order.
type chosen struct {
	where, order string
	states       []string
	limit        int
	json         bool
}

func newLs(a *app) *cobra.Command {
	var c chosen
	cmd := &cobra.Command{
		Use:   "ls [STUDY]",
		Short: "list the studies, or the trials of one",
		Long: `Ls lists the studies in the store: where each stands, its trials, its best
value. With a study it lists the trials, with the parameters that differ from
the default ones.

--where chooses by a condition over parameters, metrics, and the words trial,
state, name, value, step, seconds, attempts, sampler, seed, default. Of studies
the words are study, state, objective, trials, best, and completed, failed and
the other states for how many trials there are of each; parameters and metrics
are those of the best trial. A trial that has nothing of a name is left out.`,
		Example: `  danlu ls
  danlu ls demo --sort value --limit 5
  danlu ls demo --where 'val_accuracy > .8 and lr < 1e-3'
  danlu ls --where 'trials > 10 and not state == "running"'
  danlu ls demo --json | jq .values`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			where, err := c.check()
			if err != nil {
				return err
			}
			if len(args) == 0 {
				if len(c.states) > 0 || c.order != "trial" {
					return usage("--state and --sort choose trials: name a study, as in danlu ls STUDY --sort value")
				}
				return a.withStore(true, func(st *sqlite.Store) error { return a.studies(cmd.Context(), st, where, c) })
			}
			return a.look(cmd.Context(), args, locate.Want{}, func(f found) error {
				if f.Trial != nil {
					return usage("%q is a trial: danlu show %[1]s shows it", args[0])
				}
				trials, err := c.from(f.view, where)
				if err != nil {
					return exitWith(codeUsage, err)
				}
				if c.json {
					for _, t := range trials {
						if err := a.json(export.RowOf(f.view, t)); err != nil {
							return err
						}
					}
					return nil
				}
				if len(trials) == 0 && len(f.view.Trials) > 0 {
					a.note("none of the %d trials of study %s is so", len(f.view.Trials), f.Info.Study)
					return nil
				}
				return a.table(page.Trials(f.view, trials, time.Now()))
			})
		},
	}
	cmd.Flags().BoolVar(&c.json, "json", false, "an object a line")
	cmd.Flags().StringVar(&c.where, "where", "", "only those of which the `CONDITION` holds")
	cmd.Flags().StringSliceVar(&c.states, "state", nil, "only trials in this `STATE`; several with commas")
	cmd.Flags().StringVar(&c.order, "sort", "trial", "by what to sort the trials: `NAME` is trial, value (the best first), a parameter, a metric or a word of --where; -NAME turns it round")
	cmd.Flags().IntVar(&c.limit, "limit", 0, "at most `N` of them")
	return cmd
}

// check reads the condition, nil for none.
func (c chosen) check() (*expr.Expr, error) {
	for _, s := range c.states {
		if !study.State(s).Known() {
			names := make([]string, len(study.States))
			for i, known := range study.States {
				names[i] = string(known)
			}
			return nil, usage("--state %q: there are %s", s, strings.Join(names, ", "))
		}
	}
	if c.limit < 0 {
		return nil, usage("--limit %d: name how many, 0 for all", c.limit)
	}
	if c.where == "" {
		return nil, nil
	}
	x, err := expr.Parse(c.where)
	if err != nil {
		return nil, usage("--where %q: %w", c.where, err)
	}
	return x, nil
}

// from is the chosen trials of a study.
func (c chosen) from(v *study.View, where *expr.Expr) ([]*study.Trial, error) {
	now := time.Now()
	trials, err := page.Sort(v, v.Trials, c.order, now)
	if err == nil && where != nil {
		trials, err = page.Where(where, v, trials, now)
	}
	if err != nil {
		return nil, err
	}
	if len(c.states) > 0 {
		trials = slices.DeleteFunc(trials, func(t *study.Trial) bool { return !slices.Contains(c.states, string(t.State)) })
	}
	if c.limit > 0 {
		trials = trials[:min(c.limit, len(trials))]
	}
	return trials, nil
}

func (a *app) studies(ctx context.Context, st store.Store, where *expr.Expr, c chosen) error {
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
	}
	if len(begun) == 0 {
		if !c.json {
			a.note("the store holds no study yet: run `danlu tune`")
		}
		return nil
	}
	if where != nil {
		if begun, views, err = page.WhereStudies(where, begun, views); err != nil {
			return exitWith(codeUsage, err)
		}
	}
	if c.limit > 0 && len(begun) > c.limit { // the newest
		begun, views = begun[len(begun)-c.limit:], views[len(views)-c.limit:]
	}
	if c.json {
		for i, v := range views {
			if err := a.json(page.SummaryOf(begun[i], v)); err != nil {
				return err
			}
		}
		return nil
	}
	if len(begun) == 0 {
		a.note("no study in the store is so")
		return nil
	}
	return a.table(page.Studies(begun, views, time.Now()))
}

func (a *app) table(t *text.Table) error { return a.show(t.Lines(a.room())) }
