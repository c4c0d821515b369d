package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"strings"

	"github.com/danlu-ml/danlu/internal/benchmark/stats"
)

// draws is how many searches are simulated for a figure.
const draws = 4000

// writeBudgets compares searches that spend the same number of epochs on few long
// trainings, or on three times as many of a third of their length. A search draws
// trainings from the coarse grid of peaks, each once, and takes what validated best.
// It is a simulation over the trainings of the study.
func writeBudgets(w io.Writer, r *results) {
	fmt.Fprint(w, "\nFew long trainings against thrice as many short ones: gain in points of test accuracy of what a random search\n"+
		"over peaks takes, mean over tasks ± 95 % interval:\n\n")
	head(w, "long", "short", "tasks")
	for i, short := range lengths[:len(lengths)-1] {
		long := lengths[i+1]
		var names []string
		for _, t := range tasks {
			if !t.torch && complete(r, t, short) && complete(r, t, long) {
				names = append(names, t.name)
			}
		}
		for _, n := range []int{1, 3, 6} {
			if len(names) < fewest {
				continue
			}
			cells := make([]string, 0, len(schedules))
			for _, s := range schedules {
				gains := make([]float64, 0, len(names))
				for _, name := range names {
					gains = append(gains, search(r, name, s, long, n)-search(r, name, s, short, n*long/short))
				}
				cells = append(cells, fmt.Sprintf("%+.1f ± %.1f", 100*stats.Mean(gains), 100*stats.Interval(gains)))
			}
			fmt.Fprintf(w, "| %d of %d epochs | %d of %d | %d | %s |\n", n, long, n*long/short, short, len(names), strings.Join(cells, " | "))
		}
	}
}

// complete reports whether a task has all schedules of a length.
func complete(r *results, t task, epochs int) bool {
	for _, s := range schedules {
		if _, ok := r.best(t.name, s, epochs); !ok {
			return false
		}
	}
	return true
}

// search is the mean test accuracy of what searches of n trainings each choose.
func search(r *results, name, schedule string, epochs, n int) float64 {
	var grid []outcome
	for _, t := range tasks {
		for q := t.low; t.name == name && q <= t.high; q += 2 {
			for seed := 1; seed <= coarseSeeds; seed++ {
				grid = append(grid, r.all[training{name, schedule, epochs, q, seed}])
			}
		}
	}
	rng := rand.New(rand.NewPCG(1, uint64(n)))
	sum := 0.0
	for range draws {
		best := outcome{val: -1}
		for _, i := range rng.Perm(len(grid))[:n] {
			if grid[i].val > best.val {
				best = grid[i]
			}
		}
		sum += best.test
	}
	return sum / draws
}
