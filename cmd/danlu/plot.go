package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/danlu-ml/danlu/internal/locate"
	"github.com/danlu-ml/danlu/internal/page"
	"github.com/danlu-ml/danlu/internal/plot"
	"github.com/danlu-ml/danlu/internal/study"
)

func newPlot(a *app) *cobra.Command {
	var kinds, slices []string
	var svg string
	cmd := &cobra.Command{
		Use:   "plot [STUDY] [TRIAL]",
		Short: "charts of a study, in the terminal or as SVG",
		Long: `Plot draws a study: the history of values and the best so far, the curves of the
best trials, their parameters in parallel; with --slice the objective over a
parameter. In a pipe, and without colours, letters tell trials apart.`,
		Example: "  danlu plot demo\n  danlu plot demo --kind curves\n  danlu plot demo --slice lr --svg lr.svg",
		Args:    cobra.MaximumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.look(cmd.Context(), colon(args), locate.Want{}, func(f found) error {
				charts, err := charts(f, kinds, slices)
				if err != nil {
					return err
				}
				if svg != "" {
					return writeSVG(svg, charts)
				}
				for i, c := range charts {
					if i > 0 {
						fmt.Fprintln(a.out)
					}
					if err := a.show(c.Lines(a.width(), chartHeight, a.dots())); err != nil {
						return err
					}
				}
				return nil
			})
		},
	}
	cmd.Flags().StringSliceVar(&kinds, "kind", nil, "what to draw: `KIND` is history, curves or parallel; several with commas")
	cmd.Flags().StringSliceVar(&slices, "slice", nil, "the objective over the parameter `NAME`; several with commas")
	cmd.Flags().StringVar(&svg, "svg", "", "write the charts to a `FILE` as SVG")
	return cmd
}

// charts are those asked for.
func charts(f found, kinds, slices []string) (out []plot.Chart, err error) {
	trials := f.view.Trials
	switch {
	case f.Trial != nil:
		trials = []*study.Trial{f.view.Trials[*f.Trial]}
		kinds = append(kinds, "curves")
	case len(kinds) == 0 && len(slices) == 0:
		kinds = []string{"history", "curves", "parallel"}
	}
	for _, k := range kinds {
		switch k {
		case "history":
			out = append(out, page.History(f.view))
		case "curves":
			out = append(out, page.Curves(f.view, trials))
		case "parallel":
			out = append(out, page.Parallel(f.view))
		default:
			return nil, usage("--kind %q: there are history, curves and parallel; --slice NAME draws a parameter", k)
		}
	}
	for _, name := range slices {
		c, err := page.Slice(f.view, name)
		if err != nil {
			return nil, exitWith(codeUsage, err)
		}
		out = append(out, c)
	}
	return out, nil
}

func writeSVG(name string, charts []plot.Chart) error {
	w, err := os.Create(name)
	if err != nil {
		return fmt.Errorf("write the charts: %w", err)
	}
	if err := plot.SVG(w, charts); err != nil {
		w.Close()
		return fmt.Errorf("write the charts to %s: %w", name, err)
	}
	return w.Close()
}
