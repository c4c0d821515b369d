// Command lr judges learning-rate finders against the truth: full trainings of
// small tasks on a grid of an eighth of a decade. It measures the truth once, into
// a file that it goes on with, then runs range tests and probes of every task and
// says how good the rates are that danlu and others read from them.
//
// Start at main; docs/benchmarks-lr.md has the results and the commands.
package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
)

type settings struct {
	results, examples string
	seeds, tests      int
	only, python      string
	unseen            bool
}

func main() {
	var s settings
	flag.StringVar(&s.results, "results", "bench/lr/results", "folder of the results")
	flag.StringVar(&s.examples, "examples", "examples", "folder with trainer-letter and trainer-shuttle")
	flag.IntVar(&s.seeds, "seeds", 3, "seeds of each training")
	flag.IntVar(&s.tests, "tests", 3, "tests of each finder on a task, each of a training with another seed")
	flag.StringVar(&s.python, "python", "", "a Python with PyTorch: do its tasks instead of the built-in trainer's")
	flag.BoolVar(&s.unseen, "unseen", false, "the half that no estimator was made on")
	flag.StringVar(&s.only, "only", "", "tasks whose name has this")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, s, flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, "lr:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, s settings, verb string) error {
	all := tasks(map[string]string{"letter": s.examples + "/trainer-letter", "shuttle": s.examples + "/trainer-shuttle"})
	p := &peer{python: s.python, script: "bench/lr/loop.py"}
	defer p.stop()
	if s.python != "" {
		all = torchTasks(p)
		finders = append(finders, finder{"danlu, in the script", inTheScript})
	}
	all = slices.DeleteFunc(all, func(t task) bool { return !strings.Contains(t.name, s.only) })
	switch verb {
	case "truth":
		return truths(ctx, s, all)
	case "suggest":
		return suggestions(ctx, s, all)
	case "judge":
		return judge(s, all, s.unseen)
	}
	return fmt.Errorf("no verb %q: say truth, suggest or judge", verb)
}

// truths trains what is missing, first what estimators are made on, last what takes
// longest.
func truths(ctx context.Context, s settings, all []task) error {
	path := s.results + "/truth.jsonl"
	known, err := readTruths(path)
	if err != nil {
		return err
	}
	slices.SortStableFunc(all, func(a, b task) int { return cmp.Compare(turn(a), turn(b)) })
	for _, t := range all {
		if known[t.name] == nil {
			known[t.name] = truth{}
		}
		if err := measureTruth(ctx, t, known[t.name], s.seeds, path); err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "%s: best at %.2g\n", t.name, rate(known[t.name].best(1)))
	}
	return nil
}

// turn says when a task is trained: the lower, the earlier.
func turn(t task) int {
	switch {
	case strings.Contains(t.name, "transformer"), strings.Contains(t.name, "lstm"):
		return 2
	case t.unseen:
		return 1
	}
	return 0
}

// firstSeed is that of the first training that finders look at: none of the truth's.
const firstSeed = 101

// suggestions asks every finder about one half of the tasks, those whose truth is
// known.
func suggestions(ctx context.Context, s settings, all []task) error {
	truths, err := readTruths(s.results + "/truth.jsonl")
	if err != nil {
		return err
	}
	path := s.results + "/suggestions.jsonl"
	_, have, err := readSuggestions(path)
	if err != nil {
		return err
	}
	for seed := range uint64(s.tests) {
		for _, t := range all {
			if t.unseen != s.unseen || !truths[t.name].complete(s.seeds) {
				continue
			}
			if err := suggest(ctx, t, firstSeed+seed, have, path); err != nil {
				return err
			}
		}
	}
	return nil
}
