// Command torch compares the trainer's CPU-seconds with PyTorch's: the same networks,
// data, batch sizes and epochs, one thread each, in turns. It trains with the binary
// and with peer.py under each Python it is given, and prints how many times as long
// PyTorch takes, the median of the rounds. The trainer is charged with its whole
// process, PyTorch with its epochs alone.
//
// Start at main; `make bench-torch` runs it.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strconv"
	"strings"
)

// workloads are what is compared.
var workloads = []struct {
	name, title string
	epochs      int
	args        []string
}{
	{"mlp", "MLP 512×3, batch 128", 4, []string{"--task", "fashion-mnist", "--model", "mlp", "--set", "width=512", "--set", "depth=3", "--set", "batch_size=128"}},
	{"simplecnn", "SimpleCNN, batch 64", 8, []string{"--task", "fashion-mnist", "--model", "simplecnn", "--set", "batch_size=64"}},
	{"bilstm", "BiLSTM 2×128, batch 6", 4, []string{"--task", "speech-frames", "--model", "bilstm", "--set", "hidden=128", "--set", "depth=2", "--set", "batch_size=6"}},
}

// common is the optimiser, without what the models would add of their own.
var common = []string{"--set", "optimizer=adam", "--set", "lr=0.001", "--set", "clip_norm=0", "--json"}

// levels are instruction sets, and what forces each on both sides.
var levels = []struct {
	name string
	env  []string
}{
	{"avx512", nil},
	{"avx2", []string{
		"DANLU_KERNELS=avx2", "ATEN_CPU_CAPABILITY=avx2", "ONEDNN_MAX_CPU_ISA=AVX2", "DNNL_MAX_CPU_ISA=AVX2",
		"MKL_ENABLE_INSTRUCTIONS=AVX2", "OPENBLAS_CORETYPE=Haswell",
	}},
}

// outcome is one training.
type outcome struct {
	version       string
	cpu, accuracy float64
}

func main() {
	rounds := flag.Int("rounds", 3, "trainings of each kind")
	binary := flag.String("danlu", "dist/danlu", "the binary")
	only := flag.String("only", "", "one workload: mlp, simplecnn or bilstm")
	var pythons []string
	flag.Func("python", "a Python with PyTorch; may be repeated", func(path string) error { pythons = append(pythons, path); return nil })
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := compare(ctx, *binary, pythons, *rounds, *only); err != nil {
		fmt.Fprintln(os.Stderr, "bench/torch:", err)
		os.Exit(1)
	}
}

func compare(ctx context.Context, binary string, pythons []string, rounds int, only string) error {
	pythons = slices.DeleteFunc(pythons, func(p string) bool {
		return exec.CommandContext(ctx, p, "-c", "import torch, numpy").Run() != nil
	})
	if len(pythons) == 0 {
		return errors.New("find PyTorch: none of the Pythons has it: bench/torch/install says why")
	}
	if load, err := os.ReadFile("/proc/loadavg"); err == nil {
		fmt.Printf("load of the machine at the start: %s\n", strings.Fields(string(load))[0])
	}
	fmt.Println("| workload | instructions | danlu CPU-s | accuracy | PyTorch | CPU-s | accuracy | ratio | from … to |")
	fmt.Println("|---|---|---|---|---|---|---|---|---|")
	for _, w := range workloads {
		if only != "" && only != w.name {
			continue
		}
		for _, level := range levels {
			ours := make([]outcome, rounds)
			theirs := make([][]outcome, len(pythons))
			for round := range rounds {
				var err error
				seed, epochs := strconv.Itoa(round+1), strconv.Itoa(w.epochs)
				args := slices.Concat([]string{"train", "--epochs", epochs, "--seed", seed}, w.args, common)
				if ours[round], err = trainer(command(ctx, level.env, binary, args...)); err != nil {
					return err
				}
				for i, python := range pythons {
					o, err := peer(command(ctx, level.env, python, "bench/torch/peer.py", w.name, epochs, seed))
					if err != nil {
						return err
					}
					theirs[i] = append(theirs[i], o)
				}
			}
			for _, peers := range theirs {
				ratios := make([]float64, rounds)
				for i := range ratios {
					ratios[i] = peers[i].cpu / ours[i].cpu
				}
				slices.Sort(ratios)
				fmt.Printf("| %s | %s | %.2f | %.3f | %s | %.2f | %.3f | %.2f× | %.2f … %.2f |\n", w.title, level.name,
					median(ours, cpu), median(ours, accuracy), peers[0].version, median(peers, cpu), median(peers, accuracy),
					ratios[rounds/2], ratios[0], ratios[rounds-1])
			}
		}
	}
	return nil
}

func command(ctx context.Context, env []string, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = slices.Concat(os.Environ(), []string{"GOMAXPROCS=1", "OMP_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=1"}, env)
	cmd.Stderr = os.Stderr
	return cmd
}

// trainer runs `danlu train` and returns its last epoch's accuracy.
func trainer(cmd *exec.Cmd) (outcome, error) {
	out, err := cmd.Output()
	if err != nil {
		return outcome{}, fmt.Errorf("run %s: %w", cmd, err)
	}
	o := outcome{cpu: (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()}
	for line := range bytes.Lines(out) {
		var epoch struct {
			Accuracy *float64 `json:"val_accuracy"`
		}
		if err := json.Unmarshal(line, &epoch); err != nil {
			return o, fmt.Errorf("read the output of %s: %w", cmd, err)
		}
		if epoch.Accuracy != nil {
			o.accuracy = *epoch.Accuracy
		}
	}
	return o, nil
}

// peer runs peer.py.
func peer(cmd *exec.Cmd) (outcome, error) {
	out, err := cmd.Output()
	if err != nil {
		return outcome{}, fmt.Errorf("run %s: %w", cmd, err)
	}
	var said struct {
		Version       string
		CPU, Accuracy float64
	}
	if err := json.Unmarshal(out, &said); err != nil {
		return outcome{}, fmt.Errorf("read the output of %s: %w", cmd, err)
	}
	return outcome{said.Version, said.CPU, said.Accuracy}, nil
}

func cpu(o outcome) float64      { return o.cpu }
func accuracy(o outcome) float64 { return o.accuracy }

func median(all []outcome, of func(outcome) float64) float64 {
	var values []float64
	for _, o := range all {
		values = append(values, of(o))
	}
	slices.Sort(values)
	return values[len(values)/2]
}
