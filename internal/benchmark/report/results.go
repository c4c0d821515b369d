// Package report makes tables, comparisons and graphs of the search benchmark's results.
//
// Seeds of one task are averaged first: they are no independent evidence. Tests run over
// the tasks of all families of a suite together; within a family there is an interval
// and no verdict.
//
// Start reading at [Results].
package report

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"github.com/danlu-ml/danlu/internal/benchmark/problem"
	"github.com/danlu-ml/danlu/internal/benchmark/record"
	"github.com/danlu-ml/danlu/internal/benchmark/stats"
)

// Task names a problem.
type Task struct {
	Suite, Family, Name string
	Secondary           bool // left out of tests
}

// Results are the runs of some tasks, a searcher's by its latest version: that of the
// last line kept of it in a suite.
type Results struct {
	Tasks []Task
	runs  map[string]map[Task]map[uint64]record.Line // by searcher, task, seed
}

// New chooses what counts of the lines, which are in the order they were written.
func New(problems []problem.Problem, lines []record.Line) *Results {
	r := &Results{runs: map[string]map[Task]map[uint64]record.Line{}}
	known := map[[2]string]Task{}
	for _, p := range problems {
		t := Task{p.Suite, p.Family, p.Name, p.Secondary}
		known[[2]string{p.Suite, p.Name}] = t
		r.Tasks = append(r.Tasks, t)
	}
	type of struct{ searcher, suite string }
	latest := map[of]string{}
	for _, l := range lines {
		latest[of{l.Searcher, l.Suite}] = l.Version
	}
	for _, l := range lines {
		t, ok := known[[2]string{l.Suite, l.Task}]
		if !ok || latest[of{l.Searcher, l.Suite}] != l.Version {
			continue
		}
		if r.runs[l.Searcher] == nil {
			r.runs[l.Searcher] = map[Task]map[uint64]record.Line{}
		}
		if r.runs[l.Searcher][t] == nil {
			r.runs[l.Searcher][t] = map[uint64]record.Line{}
		}
		r.runs[l.Searcher][t][l.Seed] = l
	}
	return r
}

// Searchers lists who has results in a suite, ours first.
func (r *Results) Searchers(suite string) []string {
	var names []string
	for s, tasks := range r.runs {
		for t := range tasks {
			if t.Suite == suite {
				names = append(names, s)
				break
			}
		}
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b))
	})
	return names
}

// rank puts ours first, and of ours the default.
func rank(searcher string) int {
	switch {
	case searcher == "danlu:auto", searcher == "danlu:auto+auto":
		return 0
	case isOurs(searcher):
		return 1
	}
	return 2
}

// Families lists a suite's families, in order.
func (r *Results) Families(suite string) []string {
	set := map[string]bool{}
	for _, t := range r.Tasks {
		if t.Suite == suite {
			set[t.Family] = true
		}
	}
	return slices.Sorted(maps.Keys(set))
}

// Suites lists the suites there are results of, in order.
func (r *Results) Suites() []string {
	set := map[string]bool{}
	for _, tasks := range r.runs {
		for t := range tasks {
			set[t.Suite] = true
		}
	}
	return slices.Sorted(maps.Keys(set))
}

// of collects a value of every run: the mean over seeds a task, in order of tasks.
func (r *Results) of(searcher, suite, family string, value func(record.Line) (float64, bool)) []float64 {
	var means []float64
	for _, t := range r.Tasks {
		if t.Suite != suite || t.Family != family {
			continue
		}
		var xs []float64
		for _, seed := range slices.Sorted(maps.Keys(r.runs[searcher][t])) {
			if x, ok := value(r.runs[searcher][t][seed]); ok {
				xs = append(xs, x)
			}
		}
		if len(xs) > 0 {
			means = append(means, stats.Mean(xs))
		}
	}
	return means
}

// Count is how many runs of how many tasks there are.
func (r *Results) Count(searcher, suite, family string) (tasks, runs int) {
	for t, seeds := range r.runs[searcher] {
		if t.Suite == suite && t.Family == family {
			tasks++
			runs += len(seeds)
		}
	}
	return tasks, runs
}

// regret takes the regret at a mark, as it is.
func regret(mark int) func(record.Line) (float64, bool) {
	return func(l record.Line) (float64, bool) {
		i := slices.Index(l.Marks, mark)
		if i < 0 {
			return 0, false
		}
		return l.Scores[i], true
	}
}

// logRegret takes log10 of the regret at a mark.
func logRegret(mark int) func(record.Line) (float64, bool) {
	return func(l record.Line) (float64, bool) {
		x, ok := regret(mark)(l)
		return math.Log10(x), ok
	}
}

// cpu takes the seconds spent on proposing in the whole run.
func cpu(l record.Line) (float64, bool) {
	if len(l.CPU) == 0 {
		return 0, false
	}
	return l.CPU[len(l.CPU)-1], true
}
