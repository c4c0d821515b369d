package main

import (
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/danlu-ml/danlu/internal/benchmark/stats"
)

// fewest is how many tasks a mean over tasks needs.
const fewest = 3

// write writes the tables: what each schedule comes to, what it gains over constant,
// where its best peak lies, and what short trainings are worth against long ones.
func write(w io.Writer, r *results) {
	fmt.Fprintf(w, "Trainings: %d.\n", len(r.all))
	writeAccuracies(w, r)
	writeGains(w, r)
	writePeaks(w, r)
	writeBudgets(w, r)
}

// whole are the tasks with all schedules of a length.
func whole(r *results, epochs int) (names []string) {
	for _, t := range tasks {
		if complete(r, t, epochs) {
			names = append(names, t.name)
		}
	}
	return names
}

func writeAccuracies(w io.Writer, r *results) {
	fmt.Fprintf(w, "\nTest accuracy in %%, each at its own best peak, mean ± 95 %% interval of %d seeds:\n\n", fineSeeds)
	head(w, "task", "epochs")
	for _, t := range tasks {
		for _, epochs := range lengths {
			cells := make([]string, 0, len(schedules))
			for _, s := range schedules {
				best, ok := r.best(t.name, s, epochs)
				if !ok {
					break
				}
				cells = append(cells, fmt.Sprintf("%.1f ± %.1f", 100*stats.Mean(best.tests()), 100*stats.Interval(best.tests())))
			}
			if len(cells) == len(schedules) {
				fmt.Fprintf(w, "| %s | %d | %s |\n", t.name, epochs, strings.Join(cells, " | "))
			}
		}
	}
}

func writeGains(w io.Writer, r *results) {
	fmt.Fprint(w, "\nGain over constant in points, mean over tasks ± 95 % interval (tasks in which it is ahead):\n\n")
	head(w, "epochs", "tasks")
	for _, epochs := range lengths {
		names := whole(r, epochs)
		if len(names) < fewest {
			continue
		}
		cells := make([]string, 0, len(schedules))
		for _, s := range schedules {
			gains, ahead := make([]float64, 0, len(names)), 0
			for _, name := range names {
				best, _ := r.best(name, s, epochs)
				constant, _ := r.best(name, "constant", epochs)
				gain := stats.Mean(best.tests()) - stats.Mean(constant.tests())
				gains = append(gains, gain)
				if gain > 0 {
					ahead++
				}
			}
			if s == "constant" {
				cells = append(cells, "–")
				continue
			}
			cells = append(cells, fmt.Sprintf("%+.2f ± %.2f (%d)", 100*stats.Mean(gains), 100*stats.Interval(gains), ahead))
		}
		fmt.Fprintf(w, "| %d | %d | %s |\n", epochs, len(names), strings.Join(cells, " | "))
	}
}

func writePeaks(w io.Writer, r *results) {
	fmt.Fprint(w, "\nBest peak ÷ best constant rate, geometric mean over tasks (least … most):\n\n")
	head(w, "epochs", "tasks")
	for _, epochs := range lengths {
		names := whole(r, epochs)
		if len(names) < fewest {
			continue
		}
		cells := make([]string, 0, len(schedules))
		for _, s := range schedules {
			logs, low, high := make([]float64, 0, len(names)), math.Inf(1), math.Inf(-1)
			for _, name := range names {
				best, _ := r.best(name, s, epochs)
				constant, _ := r.best(name, "constant", epochs)
				x := float64(best.quarter-constant.quarter) / 4
				logs, low, high = append(logs, x), min(low, x), max(high, x)
			}
			cells = append(cells, fmt.Sprintf("%.2g (%.2g … %.2g)", math.Pow(10, stats.Mean(logs)), math.Pow(10, low), math.Pow(10, high)))
		}
		fmt.Fprintf(w, "| %d | %d | %s |\n", epochs, len(names), strings.Join(cells, " | "))
	}
}

func head(w io.Writer, columns ...string) {
	columns = append(columns, schedules...)
	fmt.Fprintf(w, "| %s |\n|%s\n", strings.Join(columns, " | "), strings.Repeat("---|", len(columns)))
}
