package main

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/danlu-ml/danlu/internal/benchmark/stats"
)

// compareAccuracy trains each workload with several seeds on both sides and prints the
// means of the test part's accuracies, and their difference with its 95 % interval.
func compareAccuracy(ctx context.Context, python string, seeds int, only string) error {
	fmt.Println("| workload | epochs | danlu, test accuracy % | PyTorch | difference |")
	fmt.Println("|---|---|---|---|---|")
	for _, w := range workloads {
		if only != "" && only != w.name {
			continue
		}
		var mine []outcome
		args := []string{script, w.name, strconv.Itoa(w.converged)}
		for seed := range seeds {
			c := w
			c.config.Set = maps.Clone(w.config.Set)
			c.config.Set["data_seed"] = strconv.Itoa(seed + 1)
			o, err := ours(ctx, c, uint64(seed+1), w.converged)
			if err != nil {
				return err
			}
			mine = append(mine, o)
			args = append(args, strconv.Itoa(seed+1))
		}
		theirs, err := peer(command(ctx, nil, python, args...))
		if err != nil {
			return err
		}
		a, b := each(mine, test), each(theirs, test)
		gap, half := difference(a, b)
		fmt.Printf("| %s | %d | %.2f (%.2f–%.2f) | %.2f (%.2f–%.2f) | %+.2f ± %.2f |\n", w.title, w.converged,
			100*stats.Mean(a), 100*slices.Min(a), 100*slices.Max(a), 100*stats.Mean(b), 100*slices.Min(b), 100*slices.Max(b), 100*gap, 100*half)
	}
	return nil
}

// difference is that of two means, and half the width of its 95 % interval, by Student's
// t with the degrees of freedom of one of them: a little too wide.
func difference(a, b []float64) (mean, half float64) {
	return stats.Mean(a) - stats.Mean(b), math.Hypot(stats.Interval(a), stats.Interval(b))
}
