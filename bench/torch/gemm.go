package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/danlu-ml/danlu/internal/trainer/kernel"
)

// shapes of products C = A·B as they occur in the workloads: of rows, columns and
// sums; T where an operand is the transpose of what lies in memory.
var shapes = []struct {
	layout, where string
	m, n, k       int
}{
	{"NT", "MLP, first layer forward", 128, 512, 784},
	{"NT", "MLP, forward", 128, 512, 512},
	{"NN", "MLP, back to the inputs", 128, 512, 512},
	{"TN", "MLP, back to the weights", 512, 512, 128},
	{"TN", "MLP, first layer's weights", 512, 784, 128},
	{"NT", "SimpleCNN, dense layer forward", 64, 10, 3136},
	{"NT", "BiLSTM, inputs of all steps", 2400, 512, 256},
	{"TN", "BiLSTM, back to the weights", 512, 256, 2400},
	{"NN", "BiLSTM, back to the inputs", 2400, 256, 512},
	{"NN", "BiLSTM, a step", 6, 512, 128},
}

// products compares matrix products with numpy's, in GFLOP a CPU-second, in turns.
func products(ctx context.Context, pythons []string, rounds int) error {
	var names []string
	for _, s := range shapes {
		names = append(names, fmt.Sprintf("%s:%d:%d:%d", s.layout, s.m, s.n, s.k))
	}
	fmt.Println("| product | where | instructions | danlu GFLOP/s | numpy | ratio |")
	fmt.Println("|---|---|---|---|---|---|")
	for _, level := range levels {
		if level.Level > kernel.Best() {
			continue
		}
		ours, theirs, ratios := make([][]float64, len(shapes)), make([][]float64, len(shapes)), make([][]float64, len(shapes))
		for range rounds {
			restore := kernel.Force(level.Level)
			for i, s := range shapes {
				ours[i] = append(ours[i], product(s.layout, s.m, s.n, s.k))
			}
			restore()
			var said map[string]float64
			args := append([]string{script, "gemm"}, names...)
			cmd := command(ctx, level.env, pythons[len(pythons)-1], args...)
			out, err := cmd.Output()
			if err != nil {
				return fmt.Errorf("run %s: %w", cmd, err)
			}
			if err := json.Unmarshal(out, &said); err != nil {
				return fmt.Errorf("read the output of %s: %w", cmd, err)
			}
			for i, name := range names {
				theirs[i] = append(theirs[i], said[name])
				ratios[i] = append(ratios[i], ours[i][len(ours[i])-1]/said[name])
			}
		}
		for i, s := range shapes {
			fmt.Printf("| %s %d×%d×%d | %s | %s | %.0f | %.0f | %.2f× |\n", s.layout, s.m, s.n, s.k, s.where, level,
				middle(ours[i]), middle(theirs[i]), middle(ratios[i]))
		}
	}
	return nil
}

// product is the speed of one: the best of five rows of many.
func product(layout string, m, n, k int) float64 {
	a, b, c := operand(m, k, layout[0] == 'T'), operand(k, n, layout[1] == 'T'), kernel.Rows(make([]kernel.Real, m*n), n)
	var g kernel.Gemm
	var packed kernel.Panels
	multiply := func() { g.Mul(c, a, b, m, n, k, false) }
	switch {
	case layout == "NT":
		bias := make([]kernel.Real, n)
		multiply = func() { g.Affine(c, a, b.T(), bias, m, n, k) }
	case m < 12: // weights that many steps share are packed once
		packed.Pack(b, k, n)
		multiply = func() { packed.Mul(c, a, m, false) }
	}
	times, best := max(1, 500_000_000/(m*n*k)), 0.0
	for range 5 {
		start := cpuSeconds()
		for range times {
			multiply()
		}
		best = max(best, 2*float64(m*n*k*times)/(cpuSeconds()-start)/1e9)
	}
	return best
}

func operand(rows, cols int, transposed bool) kernel.View {
	x := make([]kernel.Real, rows*cols)
	for i := range x {
		x[i] = kernel.Real(i*7919%1000)/500 - 1
	}
	if transposed {
		return kernel.Rows(x, rows).T()
	}
	return kernel.Rows(x, cols)
}
