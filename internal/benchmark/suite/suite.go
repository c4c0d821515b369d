// Package suite lists the problems of the search benchmark, suite by suite.
//
// Start reading at [Load].
package suite

import (
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/danlu-ml/danlu/internal/benchmark/function"
	"github.com/danlu-ml/danlu/internal/benchmark/multi"
	"github.com/danlu-ml/danlu/internal/benchmark/problem"
	"github.com/danlu-ml/danlu/internal/benchmark/table"
	"github.com/danlu-ml/danlu/internal/benchmark/training"
)

// Options say where a suite finds what it needs, and what of it is wanted.
type Options struct {
	Tables string // the folder of the tables
	Tasks  string // patterns of names, as path.Match has them, with commas between; empty: all
}

// loaders has every suite by name.
var loaders = map[string]func(Options) ([]problem.Problem, error){
	"trainings":   func(Options) ([]problem.Problem, error) { return training.Problems() },
	"bbob":        bbobProblems,
	"functions":   func(Options) ([]problem.Problem, error) { return function.Problems() },
	"conditional": func(Options) ([]problem.Problem, error) { return function.Conditional() },
	"constrained": func(Options) ([]problem.Problem, error) { return function.Constrained() },
	"multi":       func(Options) ([]problem.Problem, error) { return multi.Problems() },
	"tables":      func(o Options) ([]problem.Problem, error) { return tables(o, (*table.Table).BlackBox) },
	"transfer":    transfers,
	"fidelity":    func(o Options) ([]problem.Problem, error) { return tables(o, (*table.Table).Resumable) },
}

// Names lists the suites.
func Names() []string {
	var names []string
	for n := range loaders {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// Load makes the problems of some suites, their names with commas between.
func Load(names string, o Options) ([]problem.Problem, error) {
	var all []problem.Problem
	for name := range strings.SplitSeq(names, ",") {
		load, ok := loaders[name]
		if !ok {
			return nil, fmt.Errorf("there is no suite %q (there are %s)", name, strings.Join(Names(), ", "))
		}
		ps, err := load(o)
		if err != nil {
			return nil, fmt.Errorf("suite %s: %w", name, err)
		}
		for _, p := range ps {
			if o.wants(p.Name) {
				all = append(all, p)
			}
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no task of %s is called %s", names, o.Tasks)
	}
	return all, nil
}

func (o Options) wants(task string) bool {
	if o.Tasks == "" {
		return true
	}
	for pattern := range strings.SplitSeq(o.Tasks, ",") {
		if ok, _ := path.Match(pattern, task); ok {
			return true
		}
	}
	return false
}

func tables(o Options, make func(*table.Table, int) problem.Problem) ([]problem.Problem, error) {
	all, err := readTables(o)
	if err != nil {
		return nil, err
	}
	var ps []problem.Problem
	for _, t := range all {
		for m := range t.Header.Metrics {
			repeat := 0 < m && m <= t.Header.Repeats
			if p := make(t, m); !repeat && p.Steps != 1 {
				ps = append(ps, p)
			}
		}
	}
	return ps, nil
}

// transfers are the tables, each after a study of 60 trials of the next of its family;
// without TaskSet's, which all have the same rows.
func transfers(o Options) ([]problem.Problem, error) {
	all, err := readTables(o)
	if err != nil {
		return nil, err
	}
	families := map[string][]*table.Table{}
	for _, t := range all {
		if t.Header.Family == "taskset" {
			continue
		}
		families[t.Header.Family] = append(families[t.Header.Family], t)
	}
	var ps []problem.Problem
	for _, name := range slices.Sorted(maps.Keys(families)) {
		family := families[name]
		for i, t := range family {
			ps = append(ps, t.After(family[(i+1)%len(family)], 60))
		}
	}
	return ps, nil
}

func readTables(o Options) ([]*table.Table, error) {
	files, err := filepath.Glob(filepath.Join(o.Tables, "*.tbl.gz"))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("no tables (*.tbl.gz) in %s", o.Tables)
	}
	var all []*table.Table
	for _, f := range files {
		t, err := table.Read(f)
		if err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return all, nil
}
