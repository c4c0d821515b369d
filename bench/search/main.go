// Command search is danlu's search benchmark: how good the configurations are that
// samplers and schedulers find, danlu's and other packages', on the same tasks with
// the same seeds.
//
//	go run ./bench/search run --searchers danlu:auto,optuna:tpe --suite tables
//	go run ./bench/search report
//	go run ./bench/search list
//
// Results accumulate in bench/search/results, a line a run; what is there is not run
// again. docs/benchmarks-search.md is written by report and says how to read it.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
)

const usage = `usage: go run ./bench/search run|means|report|list|calibrate|workers [flags]

  run        let searchers search, keep the results, print the means
  means      print the means of kept results
  report     write docs/benchmarks-search.md from kept results
  list       list suites, families and tasks
  workers    say how soon searches find something good on many workers at once
  calibrate  say how forecasts of learning curves come true
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := start(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "search benchmark:", err)
		os.Exit(1)
	}
}

func start(ctx context.Context, args []string) error {
	if len(args) == 0 {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	switch args[0] {
	case "run":
		return run(ctx, args[1:])
	case "means":
		return means(args[1:])
	case "report":
		return writeReport(args[1:])
	case "list":
		return list(args[1:])
	case "workers":
		return onWorkers(ctx, args[1:])
	case "calibrate":
		return calibration(ctx, args[1:])
	}
	return fmt.Errorf("there is no command %q\n%s", args[0], usage)
}
