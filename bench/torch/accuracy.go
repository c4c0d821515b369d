package main

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/danlu-ml/danlu/internal/benchmark/stats"
)

// compareAccuracy trains each workload with several seeds on both sides and prints the
// means of the test part's accuracies, and their difference with its 95 % interval.
func compareAccuracy(ctx context.Context, binary, python string, seeds int, only string) error {
	fmt.Println("| workload | epochs | danlu, test accuracy % | PyTorch | difference |")
	fmt.Println("|---|---|---|---|---|")
	for _, w := range workloads {
		if only != "" && only != w.name {
			continue
		}
		epochs := strconv.Itoa(w.converged)
		var ours []outcome
		var all []string
		for i := range seeds {
			seed := strconv.Itoa(i + 1)
			all = append(all, seed)
			args := slices.Concat([]string{"train", "--epochs", epochs, "--seed", seed, "--set", "data_seed=" + seed}, w.args)
			o, err := trainer(command(ctx, nil, binary, args...))
			if err != nil {
				return err
			}
			ours = append(ours, o)
		}
		theirs, err := peer(command(ctx, nil, python, append([]string{script, w.name, epochs}, all...)...))
		if err != nil {
			return err
		}
		a, b := each(ours, test), each(theirs, test)
		difference, half := welch(a, b)
		fmt.Printf("| %s | %s | %.2f (%.2f–%.2f) | %.2f (%.2f–%.2f) | %+.2f ± %.2f |\n", w.title, epochs,
			100*stats.Mean(a), 100*slices.Min(a), 100*slices.Max(a), 100*stats.Mean(b), 100*slices.Min(b), 100*slices.Max(b), 100*difference, 100*half)
	}
	return nil
}

// welch is the difference of two means and half of its 95 % interval (Welch 1947).
func welch(a, b []float64) (difference, half float64) {
	va, vb := variance(a)/float64(len(a)), variance(b)/float64(len(b))
	if va+vb == 0 {
		return stats.Mean(a) - stats.Mean(b), 0
	}
	freedom := (va + vb) * (va + vb) / (va*va/float64(len(a)-1) + vb*vb/float64(len(b)-1))
	return stats.Mean(a) - stats.Mean(b), quantile(freedom) * math.Sqrt(va+vb)
}

// quantile is that of Student's t at 0.975, to 0.2 % from 4 degrees of freedom on
// (Abramowitz and Stegun 26.7.5).
func quantile(freedom float64) float64 {
	const z = 1.959964
	return z + (z*z*z+z)/(4*freedom) + (5*math.Pow(z, 5)+16*z*z*z+3*z)/(96*freedom*freedom) +
		(3*math.Pow(z, 7)+19*math.Pow(z, 5)+17*z*z*z-15*z)/(384*math.Pow(freedom, 3))
}

func variance(x []float64) float64 {
	m, sum := stats.Mean(x), 0.0
	for _, v := range x {
		sum += (v - m) * (v - m)
	}
	return sum / float64(len(x)-1)
}
