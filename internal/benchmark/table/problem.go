package table

import (
	"math"
	"math/rand/v2"

	"github.com/danlu-ml/danlu/internal/benchmark/problem"
	"github.com/danlu-ml/danlu/internal/space"
)

// BlackBox is the search for the lowest final value of a metric in 100 evaluations. The
// score is (incumbent - best_final) / (median_final - best_final). Where trainings were
// repeated a run sees one of the repeats, by its seed, and what counts is the mean over all
// of the configuration that looked best.
func (t *Table) BlackBox(metric int) problem.Problem {
	p := t.problem("tables", metric)
	p.Budget, p.Marks = 100, []int{10, 25, 50, 100}
	p.Open = func(seed uint64) (problem.Instance, error) {
		r := t.open(metric)
		if n := t.Header.Repeats; n > 0 && metric == 0 {
			r.seen = 1 + int(seed%uint64(n))
		}
		return r, nil
	}
	return p
}

// After is [Table.BlackBox] after a study that has drawn so many rows of another table of the same
// space at random.
func (t *Table) After(other *Table, trials int) problem.Problem {
	p := t.BlackBox(0)
	p.Suite = "transfer"
	p.Earlier = func(seed uint64) ([]problem.Trial, error) {
		rows := rand.New(rand.NewPCG(seed, uint64(trials))).Perm(other.Header.Configs)
		var told []problem.Trial
		for _, row := range rows[:min(trials, len(rows))] {
			told = append(told, problem.Trial{Params: other.values(row), Loss: other.loss(0, row, int64(other.Header.Steps))})
		}
		return told, nil
	}
	return p
}

// Resumable is the search for the lowest value at any step with steps for ten full
// trainings, where to go on with a row costs the steps that are added. The score is
// (incumbent - best_any) / (median_final - best_any).
func (t *Table) Resumable(metric int) problem.Problem {
	p := t.problem("fidelity", metric)
	p.Steps, p.Budget, p.Marks = int64(t.Header.Steps), 10, []int{10, 25, 50, 100}
	p.Open = func(uint64) (problem.Instance, error) {
		r := t.open(metric)
		r.stepwise, r.best = true, t.Header.Metrics[metric].BestAny
		return r, nil
	}
	return p
}

func (t *Table) problem(suite string, metric int) problem.Problem {
	p := problem.Problem{Suite: suite, Family: t.Header.Family, Name: t.Header.Task, Space: t.space}
	if name := t.Header.Metrics[metric].Name; name != t.Header.Primary {
		p.Secondary = true
		p.Family += "-" + name
		p.Name += "-" + name
	}
	return p
}

// instance is a table as one run meets it.
type instance struct {
	table           *Table
	metric, seen    int // what is scored, and what is shown
	stepwise        bool
	used            []bool
	trials          []int   // rows
	lowest          float64 // shown
	incumbent       float64 // the same row's, scored
	best, reference float64
}

func (t *Table) open(metric int) *instance {
	m := t.Header.Metrics[metric]
	return &instance{
		table: t, metric: metric, seen: metric, used: make([]bool, t.Header.Configs),
		best: m.Best, reference: m.Median, lowest: math.Inf(1), incumbent: math.Inf(1),
	}
}

// Start implements [problem.Instance]: the trial is the nearest row that this run has
// not had.
func (r *instance) Start(asked space.Values) space.Values {
	row := r.table.nearest(r.table.at(asked), r.used)
	r.used[row] = true
	r.trials = append(r.trials, row)
	return r.table.values(row)
}

// Train implements [problem.Instance].
func (r *instance) Train(trial int, step int64) problem.Result {
	if !r.stepwise {
		step = int64(r.table.Header.Steps)
	}
	loss := r.table.loss(r.seen, r.trials[trial], step)
	if loss < r.lowest {
		r.lowest, r.incumbent = loss, r.table.loss(r.metric, r.trials[trial], step)
	}
	return problem.Result{Losses: []float64{loss}}
}

// Score implements [problem.Instance].
func (r *instance) Score() float64 {
	return problem.Regret(r.incumbent, r.best, r.reference, problem.Floor)
}
