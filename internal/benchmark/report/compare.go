package report

import (
	"math"
	"slices"
	"strings"

	"github.com/danlu-ml/danlu/internal/benchmark/stats"
)

// Difference is a paired comparison of one of ours with a peer at a mark: of log10
// regret, below zero where ours is better.
type Difference struct {
	Ours, Peer, Suite string
	Mark              int
	Families          []FamilyDifference
	Tasks             int
	Mean              float64
	P, Adjusted       float64 // Wilcoxon over the tasks of all families but secondary ones; by Holm over the comparisons of a suite
}

// FamilyDifference is the mean over the tasks of a family both have, and half its 95 %
// interval, infinite where a single task has no interval.
type FamilyDifference struct {
	Family string
	Tasks  int
	Mean   float64
	Half   float64
}

// fewest is how many tasks a test takes: fewer could not reach .05 after correction.
const fewest = 6

func isOurs(searcher string) bool { return strings.HasPrefix(searcher, "danlu:") }

// differences are the tasks' mean differences, over the seeds both have.
func (r *Results) differences(ours, peer, suite, family string, mark int) []float64 {
	var ds []float64
	for _, t := range r.Tasks {
		if t.Suite != suite || t.Family != family {
			continue
		}
		var xs []float64
		for seed, a := range r.runs[ours][t] {
			b, both := r.runs[peer][t][seed]
			x, okA := logRegret(mark)(a)
			y, okB := logRegret(mark)(b)
			if both && okA && okB {
				xs = append(xs, x-y)
			}
		}
		if len(xs) > 0 {
			ds = append(ds, stats.Mean(xs))
		}
	}
	return ds
}

// twins are algorithms of ours and of others that should be the same.
var twins = map[string][]string{
	"danlu:tpe":                    {"optuna:tpe"},
	"danlu:tpe?multivariate=false": {"optuna:tpe-univariate"},
	"danlu:gp":                     {"optuna:gp"},
	"danlu:cmaes":                  {"optuna:cmaes", "optuna:cmaes-margin"},
	"danlu:nsga2":                  {"optuna:nsga2"},
}

// Compare compares, in a suite at a mark, our default with every peer and our algorithms
// with the same ones of others.
func (r *Results) Compare(suite string, mark int) []Difference {
	var all []Difference
	searchers := r.Searchers(suite)
	for _, ours := range searchers {
		for _, peer := range searchers {
			if isOurs(ours) && !isOurs(peer) && (rank(ours) == 0 || slices.Contains(twins[ours], peer)) {
				if d := r.compare(ours, peer, suite, mark); len(d.Families) > 0 {
					all = append(all, d)
				}
			}
		}
	}
	var ps []float64
	for _, d := range all {
		ps = append(ps, d.P)
	}
	for i, p := range stats.Holm(ps) {
		all[i].Adjusted = p
	}
	return all
}

func (r *Results) compare(ours, peer, suite string, mark int) Difference {
	d := Difference{Ours: ours, Peer: peer, Suite: suite, Mark: mark, P: 1}
	var all []float64
	for _, family := range r.Families(suite) {
		ds := r.differences(ours, peer, suite, family, mark)
		if len(ds) == 0 {
			continue
		}
		if !r.secondary(suite, family) {
			all = append(all, ds...)
		}
		d.Families = append(d.Families, FamilyDifference{family, len(ds), stats.Mean(ds), stats.Interval(ds)})
	}
	d.Tasks, d.Mean = len(all), stats.Mean(all)
	if d.Tasks >= fewest {
		d.P = stats.Wilcoxon(all)
	}
	return d
}

// secondary reports whether a family repeats others with another metric.
func (r *Results) secondary(suite, family string) bool {
	return slices.ContainsFunc(r.Tasks, func(t Task) bool { return t.Suite == suite && t.Family == family && t.Secondary })
}

// Verdict is 'ahead' or 'behind' where the test says so, in other words where it does
// not.
func (d Difference) Verdict() string {
	switch {
	case d.Tasks < fewest:
		return "too few tasks"
	case d.Adjusted >= .05:
		return "not told apart"
	case d.Mean < 0:
		return "ahead"
	}
	return "behind"
}

// loses reports whether ours is behind in a family beyond its interval.
func (f FamilyDifference) loses() bool { return !math.IsInf(f.Half, 1) && f.Mean-f.Half > 0 }
