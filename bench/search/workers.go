package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/danlu-ml/danlu/internal/benchmark/play"
	"github.com/danlu-ml/danlu/internal/benchmark/problem"
	"github.com/danlu-ml/danlu/internal/benchmark/record"
	"github.com/danlu-ml/danlu/internal/benchmark/report"
	"github.com/danlu-ml/danlu/internal/benchmark/suite"
	"github.com/danlu-ml/danlu/internal/benchmark/workers"
)

// rowsToUse bounds the trials of a study: tables have 1,000 configurations and more.
const rowsToUse = 1000

// crowd is what one call of workers has to do.
type crowd struct {
	problems []problem.Problem
	seeds    []uint64
	results  string
	kept     map[record.Crowd]record.Crowd // by key
	like     record.Crowd                  // what all lines have in common
}

// onWorkers says how soon searches find something good on so many workers, in a
// Markdown table. Runs that are kept are not made again.
func onWorkers(ctx context.Context, args []string) error {
	fs := flag.NewFlagSet("workers", flag.ContinueOnError)
	searchers := fs.String("searchers", "random+none,random+asha,random+asha?promote=true,random+hyperband,tpe+bohb,random+pbt", "samplers and schedulers, as danlu:… elsewhere")
	counts := fs.String("workers", "1,8,64,1000", "numbers of workers")
	tables := fs.String("tables", "bench/search/tables", "the folder of the tables")
	tasks := fs.String("tasks", "lcbench-126026,lcbench-167190,taskset-patch32_LSTM128_bs128", "patterns of tasks")
	seeds := fs.String("seeds", "0-2", "seeds")
	var c crowd
	fs.StringVar(&c.results, "results", workersResults("bench/search/results"), "folder of the results; none: keep nothing")
	fs.Float64Var(&c.like.Regret, "regret", 0.05, "the normalised regret to reach")
	fs.Float64Var(&c.like.Until, "until", 20, "full trainings after which one that has not reached it is given up")
	fs.Float64Var(&c.like.StartUp, "startup", 0.02, "what starting a program takes, in full trainings")
	fs.Float64Var(&c.like.Stragglers, "stragglers", 0, "share of workers at a fifth of the speed")
	fs.Float64Var(&c.like.Failing, "failing", 0, "chance of a worker to fail in the time of a full training")
	if err := fs.Parse(args); err != nil {
		return err
	}
	var err error
	if c.seeds, err = seedList(*seeds); err != nil {
		return err
	}
	if c.problems, err = suite.Load("fidelity", suite.Options{Tables: *tables, Tasks: *tasks}); err != nil {
		return err
	}
	if err := c.load(); err != nil {
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
			n, err := strconv.Atoi(number)
			if err != nil {
				return err
			}
			times, err := c.times(ctx, o, n)
			if err != nil {
				return err
			}
			row += " | " + report.Middle(times)
		}
		fmt.Println(row + " |")
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, time.Since(began).Round(time.Second))
	}
	return nil
}

// workersResults is where lines of workers are kept: other columns than those of searches.
func workersResults(results string) string { return filepath.Join(results, "workers") }

func (c *crowd) load() error {
	c.kept = map[record.Crowd]record.Crowd{}
	if c.results == "none" {
		return nil
	}
	lines, err := record.ReadAs[record.Crowd](c.results)
	for _, l := range lines {
		c.kept[l.Key()] = l
	}
	return err
}

// times are those of all tasks and seeds, +Inf where the regret is not reached.
func (c *crowd) times(ctx context.Context, o *play.Ours, n int) ([]float64, error) {
	version, err := o.Version()
	if err != nil {
		return nil, err
	}
	var times []float64
	for _, p := range c.problems {
		for _, seed := range c.seeds {
			l := c.like
			l.Searcher, l.Version, l.Task, l.Seed, l.Workers = o.Name(), version, p.Name, seed, n
			if done, ok := c.kept[l.Key()]; ok {
				times = append(times, cmp.Or(done.Time, math.Inf(1)))
				continue
			}
			moments, err := workers.Run(ctx, p, workers.Search{Sampler: o.Sampler, Scheduler: o.Scheduler},
				workers.Cluster{Workers: n, StartUp: l.StartUp, Stragglers: l.Stragglers, Failing: l.Failing},
				workers.Goal{Regret: l.Regret, Time: l.Until, Trials: rowsToUse}, seed)
			if err != nil {
				return nil, fmt.Errorf("%s on %s with %d workers: %w", o.Name(), p.Name, n, err)
			}
			at := workers.Until(moments, l.Regret)
			if times = append(times, at); !math.IsInf(at, 1) {
				l.Time = at
			}
			if c.results == "none" {
				continue
			}
			if err := record.Append(filepath.Join(c.results, "danlu.jsonl"), l); err != nil {
				return nil, err
			}
		}
	}
	return times, nil
}
