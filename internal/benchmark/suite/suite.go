// Package suite lists the problems of the search benchmark, suite by suite.
//
// Start reading at [Load].
package suite

import (
	"fmt"
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
	files, err := filepath.Glob(filepath.Join(o.Tables, "*.tbl.gz"))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("no tables (*.tbl.gz) in %s", o.Tables)
	}
	var ps []problem.Problem
	for _, f := range files {
		t, err := table.Read(f)
		if err != nil {
			return nil, err
		}
		for m := range t.Header.Metrics {
			repeat := 0 < m && m <= t.Header.Repeats
			if p := make(t, m); !repeat && p.Steps != 1 {
				ps = append(ps, p)
			}
		}
	}
	return ps, nil
}
