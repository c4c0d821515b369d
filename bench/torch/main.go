// Command torch compares the trainer with PyTorch: the same networks, data, batch sizes
// and epochs, one thread each, in turns. It trains itself, and with peer.py under each
// Python it is given, and prints how many times as long PyTorch takes, the median of the
// rounds; then the same for matrix products beside numpy's. With --accuracy it compares
// what the trainings come to instead, over several seeds.
//
// Start at compare; `make bench-torch` runs it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"slices"
	"strings"
)

// script is the other side, seen from the repository's root.
const script = "bench/torch/peer.py"

func main() {
	rounds := flag.Int("rounds", 3, "trainings of each kind; with --accuracy, seeds")
	only := flag.String("only", "", "one workload by its name in workload.go, or gemm")
	accuracy := flag.Bool("accuracy", false, "compare accuracies, with the last Python, not speed")
	var pythons []string
	flag.Func("python", "a Python with PyTorch; may be repeated", func(path string) error { pythons = append(pythons, path); return nil })
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	runtime.GOMAXPROCS(1) // its garbage collection too
	if err := compare(ctx, pythons, *rounds, *only, *accuracy); err != nil {
		fmt.Fprintln(os.Stderr, "bench/torch:", err)
		os.Exit(1)
	}
}

func compare(ctx context.Context, pythons []string, rounds int, only string, accuracy bool) error {
	pythons = slices.DeleteFunc(pythons, func(p string) bool {
		return exec.CommandContext(ctx, p, "-c", "import torch, numpy").Run() != nil
	})
	if len(pythons) == 0 {
		return errors.New("find PyTorch: none of the Pythons has it: bench/torch/install says why")
	}
	if accuracy {
		return compareAccuracy(ctx, pythons[len(pythons)-1], max(2, rounds), only)
	}
	if load, err := os.ReadFile("/proc/loadavg"); err == nil {
		fmt.Printf("load of the machine at the start: %s\n", strings.Fields(string(load))[0])
	}
	if only != "gemm" {
		if err := speed(ctx, pythons, rounds, only); err != nil {
			return err
		}
	}
	if only == "" || only == "gemm" {
		return products(ctx, pythons, rounds)
	}
	return nil
}
