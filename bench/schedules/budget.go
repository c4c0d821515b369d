package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
)

// budgets are what a search may spend, in epochs.
var budgets = []int{27, 81, 243}

// draws is how many searches are simulated for a figure.
const draws = 4000

// writeBudgets compares searches that spend the same number of epochs on few long
// trainings, or on many short ones. A search draws peaks from the coarse grid, and
// takes what validated best. It is a simulation over the trainings of the study.
func writeBudgets(w io.Writer, r *results) {
	names := whole(r, lengths[len(lengths)-1])
	if len(names) < 2 {
		return
	}
	fmt.Fprintf(w, "\nTest accuracy in %% of the best by validation of a random search, mean of %d tasks; in brackets its difference\n"+
		"to the longest trainings, ± 95 %% interval over tasks:\n\n", len(names))
	head(w, "budget", "trainings")
	for _, budget := range budgets {
		for _, epochs := range lengths {
			cells := make([]string, 0, len(schedules))
			for _, s := range schedules {
				var found, gains []float64
				for _, name := range names {
					x := search(r, name, s, epochs, budget/epochs)
					long := search(r, name, s, lengths[len(lengths)-1], budget/lengths[len(lengths)-1])
					found, gains = append(found, x), append(gains, x-long)
				}
				cell := fmt.Sprintf("%.1f", 100*mean(found))
				if epochs != lengths[len(lengths)-1] {
					cell += fmt.Sprintf(" (%+.1f ± %.1f)", 100*mean(gains), 100*interval(gains))
				}
				cells = append(cells, cell)
			}
			fmt.Fprintf(w, "| %d | %d of %d epochs | %s |\n", budget, budget/epochs, epochs, strings.Join(cells, " | "))
		}
	}
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
		for range n {
			if o := grid[rng.IntN(len(grid))]; o.val > best.val {
				best = o
			}
		}
		sum += best.test
	}
	return sum / draws
}
