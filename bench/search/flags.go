package main

import (
	"flag"
	"fmt"
	"strconv"
	"strings"

	"github.com/danlu-ml/danlu/internal/benchmark/suite"
)

// choice is what the commands have in common: which runs are meant.
type choice struct {
	searchers, suites, tasks, seeds string
	tables, results                 string
	trials                          int
}

func (c *choice) flags(name string) *flag.FlagSet {
	fs := flag.NewFlagSet(name, flag.ExitOnError)
	fs.StringVar(&c.searchers, "searchers", "", "searchers, with commas between: danlu:auto, danlu:gp?startup=8, danlu:auto+asha?eta=3, optuna:tpe")
	fs.StringVar(&c.suites, "suite", "tables", "suites, with commas between: "+strings.Join(suite.Names(), ", "))
	fs.StringVar(&c.tasks, "tasks", "", "patterns of tasks' names, with commas between; empty: all")
	fs.StringVar(&c.seeds, "seeds", "0-9", "seeds: 0-9, or 0,3,7")
	fs.StringVar(&c.tables, "tables", "bench/search/tables", "folder of the tables")
	fs.StringVar(&c.results, "results", "bench/search/results", "folder of the results; none: keep nothing")
	fs.IntVar(&c.trials, "trials", 0, "evaluations a run (not for suites with steps); 0: what the task has. Results are not kept")
	return fs
}

// seedList reads `0-4` or `0,3,7`.
func seedList(text string) ([]uint64, error) {
	var seeds []uint64
	for part := range strings.SplitSeq(text, ",") {
		first, last, isRange := strings.Cut(part, "-")
		from, err := strconv.ParseUint(first, 10, 32)
		to := from
		if err == nil && isRange {
			to, err = strconv.ParseUint(last, 10, 32)
		}
		if err != nil || to < from {
			return nil, fmt.Errorf("seeds %q: want numbers or ranges, as in 0-9 or 0,3,7", text)
		}
		for s := from; s <= to; s++ {
			seeds = append(seeds, s)
		}
	}
	return seeds, nil
}
