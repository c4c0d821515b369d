package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
)

// speed compares CPU-seconds. The trainer is charged with its whole process, PyTorch
// with its epochs alone.
func speed(ctx context.Context, binary string, pythons []string, rounds int, only string) error {
	fmt.Println("| workload | instructions | danlu CPU-s | accuracy | PyTorch | CPU-s | accuracy | ratio | from … to |")
	fmt.Println("|---|---|---|---|---|---|---|---|---|")
	for _, w := range workloads {
		if w.epochs == 0 || only != "" && only != w.name {
			continue
		}
		for _, level := range levels {
			ours := make([]outcome, rounds)
			theirs := make([][]outcome, len(pythons))
			for round := range rounds {
				var err error
				seed, epochs := strconv.Itoa(round+1), strconv.Itoa(w.epochs)
				args := slices.Concat([]string{"train", "--epochs", epochs, "--seed", seed}, w.args)
				if ours[round], err = trainer(command(ctx, level.env, binary, args...)); err != nil {
					return err
				}
				for i, python := range pythons {
					o, err := peer(command(ctx, level.env, python, script, w.name, epochs, seed))
					if err != nil {
						return err
					}
					theirs[i] = append(theirs[i], o...)
				}
			}
			for _, peers := range theirs {
				ratios := make([]float64, rounds)
				for i := range ratios {
					ratios[i] = peers[i].cpu / ours[i].cpu
				}
				fmt.Printf("| %s | %s | %.2f | %.3f | %s | %.2f | %.3f | %.2f× | %.2f … %.2f |\n", w.title, level.name,
					median(ours, cpu), median(ours, accuracy), peers[0].version, median(peers, cpu), median(peers, accuracy),
					middle(ratios), slices.Min(ratios), slices.Max(ratios))
			}
		}
	}
	return nil
}
