// Command schedules measures what the course of the learning rate is worth: it trains
// small networks with each schedule, at three lengths, over a grid of peaks and seeds,
// and says what came of each at its own best peak. It does not judge finders of
// learning rates, nor searches.
//
// Results are kept in a file, and a run goes on where the last one ended. Start at
// [cell.explore]; `make bench-schedules` runs it.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"

	"github.com/danlu-ml/danlu/internal/benchmark/stats"
)

func main() {
	file := flag.String("results", "bench/schedules/results.csv", "the `FILE` that keeps results")
	only := flag.String("task", "", "the tasks whose name has this `WORD`")
	python := flag.String("python", "", "a `PYTHON` with PyTorch, for the tasks that need one; without it they are left out")
	report := flag.Bool("report", false, "train nothing, and write the tables of the results that are there")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := study(ctx, *file, *only, *python, *report); err != nil {
		fmt.Fprintln(os.Stderr, "bench/schedules:", err)
		os.Exit(1)
	}
}

func study(ctx context.Context, file, only, python string, report bool) error {
	kept, err := open(file)
	if err != nil {
		return err
	}
	defer kept.Close()
	if report {
		write(os.Stdout, kept)
		return nil
	}
	trainers := trainers{python: python}
	defer trainers.close()
	for _, t := range tasks {
		if !strings.Contains(t.name, only) || t.torch && python == "" {
			continue
		}
		for _, epochs := range t.lengths() {
			for _, schedule := range schedules {
				c := cell{t, schedule, epochs, kept, &trainers}
				if err := c.explore(ctx); err != nil {
					return err
				}
				if best, ok := kept.best(t.name, schedule, epochs); ok {
					fmt.Fprintf(os.Stderr, "%s, %d epochs, %s: %.2f %% at %.2g\n", t.name, epochs, schedule, 100*stats.Mean(best.tests()), best.lr())
				}
			}
		}
	}
	return nil
}
