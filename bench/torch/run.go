package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"

	"github.com/danlu-ml/danlu/internal/trainer"
	"github.com/danlu-ml/danlu/internal/trainer/kernel"
)

// level is an instruction set, and what forces it on the other side.
type level struct {
	kernel.Level
	env []string
}

var levels = []level{
	{kernel.AVX512, nil},
	{kernel.AVX2, []string{
		"ATEN_CPU_CAPABILITY=avx2", "ONEDNN_MAX_CPU_ISA=AVX2", "DNNL_MAX_CPU_ISA=AVX2",
		"MKL_ENABLE_INSTRUCTIONS=AVX2", "OPENBLAS_CORETYPE=Haswell",
	}},
}

// outcome is one training.
type outcome struct {
	version string
	// Seconds from the end of the first step to that of the last epoch; shares of the
	// validation and the test part.
	cpu, accuracy, test float64
}

// command is a process with one thread.
func command(ctx context.Context, env []string, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = slices.Concat(os.Environ(), []string{"OMP_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=1"}, env)
	cmd.Stderr = os.Stderr
	return cmd
}

// ours trains within this process, which should do nothing else.
func ours(ctx context.Context, w workload, seed uint64, epochs int) (outcome, error) {
	var o outcome
	began := 0.0
	c := w.config
	c.Seed, c.Epochs, c.Threads = seed, epochs, 1
	c.Progress = func(epoch, done, _ int) {
		if epoch == 1 && done == 1 {
			began = cpuSeconds()
		}
	}
	runtime.GC() // what was left by others is not this training's work
	res, err := trainer.Run(ctx, c, func(e trainer.Epoch) bool {
		o.cpu, o.accuracy = cpuSeconds()-began, e.ValAccuracy
		return true
	})
	o.test = res.TestAccuracy
	return o, err
}

// peer trains with peer.py, once for each seed it is given.
func peer(cmd *exec.Cmd) ([]outcome, error) {
	var all []outcome
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("run %s: %w", cmd, err)
	}
	for line := range bytes.Lines(out) {
		var said struct {
			Version             string
			CPU, Accuracy, Test float64
		}
		if err := json.Unmarshal(line, &said); err != nil {
			return nil, fmt.Errorf("read the output of %s: %w", cmd, err)
		}
		all = append(all, outcome{said.Version, said.CPU, said.Accuracy, said.Test})
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("read the output of %s: it is empty", cmd)
	}
	return all, nil
}

func cpu(o outcome) float64      { return o.cpu }
func accuracy(o outcome) float64 { return o.accuracy }
func test(o outcome) float64     { return o.test }

func median(all []outcome, of func(outcome) float64) float64 {
	return middle(each(all, of))
}

func each(all []outcome, of func(outcome) float64) []float64 {
	var values []float64
	for _, o := range all {
		values = append(values, of(o))
	}
	return values
}

// middle is the median of values, the upper of two.
func middle(values []float64) float64 {
	values = slices.Sorted(slices.Values(values))
	return values[len(values)/2]
}
