package main

import (
	"context"
	"flag"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danlu-ml/danlu/internal/benchmark/play"
	"github.com/danlu-ml/danlu/internal/benchmark/suite"
	"github.com/danlu-ml/danlu/internal/benchmark/workers"
)

// onWorkers says how soon searches find something good on so many workers, in a
// Markdown table.
func onWorkers(ctx context.Context, args []string) error {
	fs := flag.NewFlagSet("workers", flag.ContinueOnError)
	searchers := fs.String("searchers", "random+none,random+asha,random+asha?promote=true,random+halving,random+hyperband,tpe+bohb,random+pbt", "samplers and schedulers, as danlu:… elsewhere")
	counts := fs.String("workers", "1,8,64,1000", "numbers of workers")
	tables := fs.String("tables", "bench/search/tables", "the folder of the tables")
	tasks := fs.String("tasks", "lcbench-126026,lcbench-167190,taskset-patch32_LSTM128_bs128", "patterns of tasks")
	seeds := fs.String("seeds", "0-2", "seeds")
	regret := fs.Float64("regret", 0.05, "the normalised regret to reach")
	until := fs.Float64("until", 20, "full trainings after which one that has not reached it is given up")
	var c workers.Cluster
	fs.Float64Var(&c.StartUp, "startup", 0.02, "what starting a program takes, in full trainings")
	fs.Float64Var(&c.Stragglers, "stragglers", 0, "share of attempts at a fifth of the speed")
	fs.Float64Var(&c.Failing, "failing", 0, "chance of a worker to fail in the time of a full training")
	if err := fs.Parse(args); err != nil {
		return err
	}
	all, err := seedList(*seeds)
	if err != nil {
		return err
	}
	problems, err := suite.Load("fidelity", suite.Options{Tables: *tables, Tasks: *tasks})
	if err != nil {
		return err
	}
	numbers := strings.Split(*counts, ",")
	fmt.Printf("| searcher | %s |\n|---|%s\n", strings.Join(numbers, " | "), strings.Repeat("---|", len(numbers)))
	for name := range strings.SplitSeq(*searchers, ",") {
		o, err := play.ParseOurs(name)
		if err != nil {
			return err
		}
		began := time.Now()
		row := "| " + name
		for _, number := range numbers {
			if c.Workers, err = strconv.Atoi(number); err != nil {
				return err
			}
			var times []float64
			for _, p := range problems {
				for _, seed := range all {
					moments, err := workers.Run(ctx, p, workers.Search{Sampler: o.Sampler, Scheduler: o.Scheduler}, c, workers.Goal{Regret: *regret, Time: *until, Trials: rowsToUse}, seed)
					if err != nil {
						return fmt.Errorf("%s on %s with %s workers: %w", name, p.Name, number, err)
					}
					times = append(times, workers.Until(moments, *regret))
				}
			}
			row += " | " + middle(times)
		}
		fmt.Println(row + " |")
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, time.Since(began).Round(time.Second))
	}
	return nil
}

// rowsToUse bounds the trials of a study: tables have 1,000 configurations and more.
const rowsToUse = 1000

// middle is the median of some times with their quartiles.
func middle(times []float64) string {
	slices.Sort(times)
	at := func(share float64) string {
		x := times[int(share*float64(len(times)-1)+0.5)]
		if math.IsInf(x, 1) {
			return "–"
		}
		return strconv.FormatFloat(x, 'f', 2, 64)
	}
	return fmt.Sprintf("%s (%s … %s)", at(0.5), at(0.25), at(0.75))
}
