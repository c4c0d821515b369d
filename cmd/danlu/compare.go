package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/danlu-ml/danlu/internal/locate"
	"github.com/danlu-ml/danlu/internal/page"
	"github.com/danlu-ml/danlu/internal/store/sqlite"
)

func newCompare(a *app) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "compare [STUDY:]TRIAL|STUDY ...",
		Short: "trials side by side, or the best of studies",
		Long: `Compare puts trials side by side: what they reached, their parameters with ≠
where they differ, how long they took, with which code; and their curves in one
chart. A study stands for its best trial.`,
		Example: "  danlu compare 0 7\n  danlu compare demo:0 demo:7 other:3\n  danlu compare demo other",
		Args:    cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withStore(true, func(st *sqlite.Store) error {
				var all []page.Compared
				for _, arg := range args {
					c, err := a.compared(cmd.Context(), st, arg)
					if err != nil {
						return err
					}
					all = append(all, c)
				}
				now := time.Now()
				if asJSON {
					for _, c := range all {
						if err := a.json(page.BesideOf(c, now)); err != nil {
							return err
						}
					}
					return nil
				}
				if err := a.table(page.Compare(all, now)); err != nil {
					return err
				}
				chart := page.Overlay(all)
				if len(chart.Series) == 0 {
					return nil
				}
				fmt.Fprintln(a.out)
				return a.show(chart.Lines(a.width(), chartHeight, a.dots()))
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "an object a line")
	return cmd
}

// compared finds what one argument names.
func (a *app) compared(ctx context.Context, st *sqlite.Store, arg string) (c page.Compared, err error) {
	t, err := a.find(ctx, st, colon([]string{arg}), locate.Want{})
	if err != nil {
		return c, err
	}
	if c.View, err = locate.View(ctx, st, t.Info.Study); err != nil {
		return c, err
	}
	if t.Trial == nil {
		c.Trial = c.View.Best()
		if c.Trial == nil {
			return c, exitWith(codeNothing, fmt.Errorf("study %s has no best trial yet: none ran to its end; name one, as in %[1]s:0", t.Info.Study))
		}
	} else if c.Trial, err = t.In(c.View); err != nil {
		return c, asUsage(err)
	}
	c.Name = fmt.Sprintf("%s:%d", t.Info.Study, c.Trial.ID)
	c.Code, err = page.CodeOf(st.Replay(ctx, t.Info.Study, 0), c.Trial.ID)
	return c, err
}

// chartHeight is how many lines a chart takes.
const chartHeight = 18

// dots reports whether charts are drawn with dots and colours, which a pipe, and a
// terminal without UTF-8 or colour, are spared.
func (a *app) dots() bool {
	locale := os.Getenv("LC_ALL")
	for _, name := range []string{"LC_CTYPE", "LANG"} {
		if locale == "" {
			locale = os.Getenv(name)
		}
	}
	locale = strings.ToLower(locale)
	return colour(a.out) && (strings.Contains(locale, "utf-8") || strings.Contains(locale, "utf8"))
}
