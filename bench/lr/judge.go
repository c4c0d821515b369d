package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"slices"

	"github.com/danlu-ml/danlu/internal/benchmark/stats"
	"github.com/danlu-ml/danlu/internal/jsonl"
)

// suggestion is a line of the file of suggestions.
type suggestion struct {
	Task   string  `json:"task"`
	Finder string  `json:"finder"`
	Seed   uint64  `json:"seed"` // of the training that the finder looked at: none of the truth's
	Rate   float64 `json:"rate"` // 0: it can't say
	Steps  int     `json:"steps"`
	Whole  int     `json:"whole"` // steps of a full training
}

// suggest asks every finder that the file does not have yet about a task.
func suggest(ctx context.Context, t task, seed uint64, have map[suggestion]bool, path string) error {
	for _, f := range finders {
		s := suggestion{Task: t.name, Finder: f.name, Seed: seed}
		if have[s] {
			continue
		}
		open := func() (loop, error) { return t.program.open(seed) }
		l, err := open()
		if err != nil {
			return err
		}
		s.Whole = l.Steps()
		if s.Rate, s.Steps, err = f.find(ctx, anew{l, open}, t.options()); err != nil {
			return fmt.Errorf("%s for %s: %w", f.name, t.name, err)
		}
		if err := jsonl.Append(path, s); err != nil {
			return err
		}
	}
	return nil
}

func readSuggestions(path string) (all []suggestion, have map[suggestion]bool, err error) {
	have = map[suggestion]bool{}
	err = jsonl.Each(path, func(s suggestion) {
		all = append(all, s)
		have[suggestion{Task: s.Task, Finder: s.Finder, Seed: s.Seed}] = true
	})
	return all, have, err
}

// outcome is what a suggestion is worth.
type outcome struct {
	said       bool
	byAccuracy bool    // validation accuracy within a standard deviation of the best
	byLoss     bool    // validation loss, likewise
	near       bool    // within half a decade of a rate that is one of the two
	ratio      float64 // validation loss ÷ the least on the grid
	cost       float64 // share of a full training
}

// What is judged of a training, small is good.
func lossOf(s score) float64   { return s.loss }
func errorsOf(s score) float64 { return 1 - s.accuracy }

// weigh compares a suggestion with the truth.
func weigh(s suggestion, t truth) outcome {
	if s.Rate <= 0 {
		return outcome{cost: float64(s.Steps) / float64(s.Whole), ratio: math.Inf(1)}
	}
	o := weighPlace(8*math.Log10(s.Rate), t.ladder(lossOf), t.ladder(errorsOf))
	o.cost = float64(s.Steps) / float64(s.Whole)
	return o
}

// weighPlace compares a place, between those of the grid or on one, with the best.
func weighPlace(at float64, loss, errors ladder) outcome {
	o := outcome{said: true}
	o.ratio = loss.at(at) / loss.mean[loss.best]
	o.byLoss, o.byAccuracy = loss.equal(loss.at(at)), errors.equal(errors.at(at))
	for _, l := range []ladder{loss, errors} {
		for i, m := range l.mean {
			if l.dense[i] && l.equal(m) && math.Abs(at-float64(i)) <= 4 {
				o.near = true
			}
		}
	}
	return o
}

// ladder is one measure along the grid, small is good.
type ladder struct {
	mean  map[int]float64
	dense map[int]bool // places that all seeds have
	best  int
	sd    float64 // over seeds, at the best and its neighbours
}

func (t truth) ladder(of func(score) float64) ladder {
	l := ladder{mean: map[int]float64{}, dense: map[int]bool{}}
	seeds := 0
	for _, scores := range t {
		seeds = max(seeds, len(scores))
	}
	least := math.Inf(1)
	for i := lowest; i <= highest; i++ {
		if scores, ok := t[i]; ok {
			l.mean[i] = stats.Mean(scores.each(of))
			if l.dense[i] = len(scores) == seeds; l.dense[i] && l.mean[i] < least {
				l.best, least = i, l.mean[i]
			}
		}
	}
	sum, n := 0.0, 0
	for i := l.best - 1; i <= l.best+1; i++ {
		if sd := stats.SD(t[i].each(of)); l.dense[i] && sd-sd == 0 {
			sum, n = sum+sd*sd, n+1
		}
	}
	l.sd = math.Sqrt(sum / float64(n))
	return l
}

// at is the measure between two places of the grid, by the straight line; beyond
// its ends, that of the end.
func (l ladder) at(x float64) float64 {
	below, above := math.MinInt, math.MaxInt
	for i := range l.mean {
		if float64(i) <= x {
			below = max(below, i)
		}
		if float64(i) >= x {
			above = min(above, i)
		}
	}
	switch {
	case below == math.MinInt:
		return l.mean[above]
	case above == math.MaxInt || above == below:
		return l.mean[below]
	}
	u := (x - float64(below)) / float64(above-below)
	return (1-u)*l.mean[below] + u*l.mean[above]
}

// equal says whether a measure is as good as the best but for the seeds, and for
// what arithmetic rounds.
func (l ladder) equal(v float64) bool { return v <= l.mean[l.best]+l.sd+1e-12 }

// report writes a table of finders. Tests of one task are alike, so the intervals are
// those of as many tests as there are tasks.
func report(out io.Writer, outcomes map[string][]outcome, tasks int) error {
	if _, err := fmt.Fprint(out, `| finder | tests | says | accuracy within 1 SD | loss within 1 SD | within ½ decade | loss ratio, median | p90 | cost, median | largest |
|---|---|---|---|---|---|---|---|---|---|
`); err != nil {
		return err
	}
	names := []string{byOneLoss, byOneAccuracy}
	for _, f := range finders {
		names = append(names, f.name)
	}
	for _, name := range names {
		all := outcomes[name]
		if len(all) == 0 {
			continue
		}
		share := func(good func(outcome) bool) string {
			k := 0
			for _, o := range all {
				if good(o) {
					k++
				}
			}
			part := float64(k) / float64(len(all))
			low, high := wilson(part, float64(tasks))
			return fmt.Sprintf("%.2f (%.2f–%.2f)", part, low, high)
		}
		var ratios, costs []float64
		for _, o := range all {
			ratios, costs = append(ratios, o.ratio), append(costs, o.cost)
		}
		slices.Sort(ratios)
		slices.Sort(costs)
		if _, err := fmt.Fprintf(out, "| %s | %d | %s | %s | %s | %s | %.2f | %.2f | %.0f %% | %.0f %% |\n", name, len(all),
			share(func(o outcome) bool { return o.said }), share(func(o outcome) bool { return o.byAccuracy }),
			share(func(o outcome) bool { return o.byLoss }), share(func(o outcome) bool { return o.near }),
			quantile(ratios, 0.5), quantile(ratios, 0.9), 100*quantile(costs, 0.5), 100*costs[len(costs)-1]); err != nil {
			return err
		}
	}
	return nil
}

func quantile(sorted []float64, q float64) float64 {
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}

// wilson is the 95 % interval of the share p of n (Wilson 1927).
func wilson(p, n float64) (low, high float64) {
	const z = 1.96
	middle, width := p+z*z/(2*n), z*math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return max(0, (middle-width)/(1+z*z/n)), min(1, (middle+width)/(1+z*z/n))
}

// judge prints what the suggestions in the file are worth.
func judge(s settings, all []task, unseen bool) error {
	truths, err := readTruths(s.results + "/truth.jsonl")
	if err != nil {
		return err
	}
	given, _, err := readSuggestions(s.results + "/suggestions.jsonl")
	if err != nil {
		return err
	}
	half := map[string]bool{}
	for _, t := range all {
		half[t.name] = t.unseen == unseen && truths[t.name].complete(s.seeds)
	}
	outcomes, tasks := map[string][]outcome{}, map[string]bool{}
	for _, g := range given {
		if half[g.Task] {
			outcomes[g.Finder] = append(outcomes[g.Finder], weigh(g, truths[g.Task]))
			tasks[g.Task] = true
		}
	}
	for name := range tasks {
		truths[name].oracles(outcomes)
	}
	fmt.Printf("%d tasks\n\n", len(tasks))
	return report(os.Stdout, outcomes, len(tasks))
}

// complete says whether all seeds have been trained about the best.
func (t truth) complete(seeds int) bool {
	best := t.best(1)
	for i := max(lowest, best-near); i <= min(highest, best+near); i++ {
		if len(t[i]) < seeds {
			return false
		}
	}
	return len(t) > 0
}
