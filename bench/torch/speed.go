package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/danlu-ml/danlu/internal/trainer/kernel"
)

// speed compares the CPU-seconds of the same work: all steps but the first, which has
// the making of buffers in it, and the validation of each epoch.
func speed(ctx context.Context, pythons []string, rounds int, only string) error {
	fmt.Println("| workload | instructions | danlu CPU-s | accuracy | PyTorch | CPU-s | accuracy | ratio | from … to |")
	fmt.Println("|---|---|---|---|---|---|---|---|---|")
	for _, w := range workloads {
		if w.epochs == 0 || only != "" && only != w.name {
			continue
		}
		for _, level := range levels {
			if level.Level > kernel.Best() {
				continue
			}
			mine := make([]outcome, rounds)
			theirs := make([][]outcome, len(pythons))
			for round := range rounds {
				restore := kernel.Force(level.Level)
				var err error
				mine[round], err = ours(ctx, w, uint64(round+1), w.epochs)
				restore()
				if err != nil {
					return err
				}
				for i, python := range pythons {
					o, err := peer(command(ctx, level.env, python, script, w.name, strconv.Itoa(w.epochs), strconv.Itoa(round+1)))
					if err != nil {
						return err
					}
					theirs[i] = append(theirs[i], o...)
				}
			}
			for _, peers := range theirs {
				ratios := make([]float64, rounds)
				for i := range ratios {
					ratios[i] = peers[i].cpu / mine[i].cpu
				}
				fmt.Printf("| %s | %s | %.2f | %.3f | %s | %.2f | %.3f | %.2f× | %.2f … %.2f |\n", w.title, level,
					median(mine, cpu), median(mine, accuracy), peers[0].version, median(peers, cpu), median(peers, accuracy),
					middle(ratios), slices.Min(ratios), slices.Max(ratios))
			}
		}
	}
	return nil
}
