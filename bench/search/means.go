package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"slices"
	"text/tabwriter"

	"github.com/danlu-ml/danlu/internal/benchmark/problem"
	"github.com/danlu-ml/danlu/internal/benchmark/record"
	"github.com/danlu-ml/danlu/internal/benchmark/stats"
	"github.com/danlu-ml/danlu/internal/benchmark/suite"
)

// means prints the means of the results there are.
func means(args []string) error {
	var c choice
	fs := c.flags("means")
	if err := fs.Parse(args); err != nil {
		return err
	}
	problems, err := suite.Load(c.suites, suite.Options{Tables: c.tables, Tasks: c.tasks})
	if err != nil {
		return err
	}
	lines, err := record.Read(c.results)
	if err != nil {
		return err
	}
	printMeans(os.Stdout, problems, lines)
	return nil
}

// group is a line of the table of means.
type group struct{ suite, family, searcher, version string }

// printMeans prints, a family and searcher, the mean over tasks of the mean over seeds.
func printMeans(w io.Writer, problems []problem.Problem, lines []record.Line) {
	family := map[[2]string]string{}
	for _, p := range problems {
		family[[2]string{p.Suite, p.Name}] = p.Family
	}
	groups := map[group]map[string][]record.Line{}
	for _, l := range lines {
		fam, ok := family[[2]string{l.Suite, l.Task}]
		if !ok {
			continue
		}
		g := group{l.Suite, fam, l.Searcher, l.Version}
		if groups[g] == nil {
			groups[g] = map[string][]record.Line{}
		}
		groups[g][l.Task] = append(groups[g][l.Task], l)
	}
	order := make([]group, 0, len(groups))
	for g := range groups {
		order = append(order, g)
	}
	slices.SortFunc(order, func(a, b group) int {
		return cmp.Or(cmp.Compare(a.suite, b.suite), cmp.Compare(a.family, b.family), cmp.Compare(a.searcher, b.searcher), cmp.Compare(a.version, b.version))
	})
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "suite\tfamily\tsearcher\tversion\ttasks\truns\tlog@25\tlog@50\tlog@100\tNR@25\tNR@100\tCPU s/run")
	for _, g := range order {
		tasks := groups[g]
		runs := 0
		var seconds []float64
		for _, ls := range tasks {
			runs += len(ls)
			for _, l := range ls {
				if n := len(l.CPU); n > 0 {
					seconds = append(seconds, l.CPU[n-1])
				}
			}
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%d\t%d\t%s\t%s\t%s\t%.3f\t%.3f\t%.3g\n", g.suite, g.family, g.searcher, g.version, len(tasks), runs,
			logs(tasks, 25), logs(tasks, 50), logs(tasks, 100),
			stats.Mean(taskMeans(tasks, 25, plain)), stats.Mean(taskMeans(tasks, 100, plain)), stats.Mean(seconds))
	}
	t.Flush()
}

func plain(x float64) float64 { return x }

// logs is the mean log10 regret at a mark and its standard error over tasks.
func logs(tasks map[string][]record.Line, mark int) string {
	ms := taskMeans(tasks, mark, math.Log10)
	return fmt.Sprintf("%.3f (%.2f)", stats.Mean(ms), stats.SE(ms))
}

// taskMeans are the tasks' means over seeds at a mark, in order of the tasks' names.
func taskMeans(tasks map[string][]record.Line, mark int, f func(float64) float64) []float64 {
	var ms []float64
	for _, name := range slices.Sorted(maps.Keys(tasks)) {
		var xs []float64
		for _, l := range tasks[name] {
			if i := slices.Index(l.Marks, mark); i >= 0 {
				xs = append(xs, f(l.Scores[i]))
			}
		}
		if len(xs) > 0 {
			ms = append(ms, stats.Mean(xs))
		}
	}
	return ms
}
