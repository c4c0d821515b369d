package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
)

// level is an instruction set, and what forces it on every side.
type level struct {
	name string
	env  []string
}

var levels = []level{
	{"avx512", nil},
	{"avx2", []string{
		"DANLU_KERNELS=avx2", "ATEN_CPU_CAPABILITY=avx2", "ONEDNN_MAX_CPU_ISA=AVX2", "DNNL_MAX_CPU_ISA=AVX2",
		"MKL_ENABLE_INSTRUCTIONS=AVX2", "OPENBLAS_CORETYPE=Haswell",
	}},
}

// outcome is one training.
type outcome struct {
	version             string
	cpu, accuracy, test float64 // seconds; shares of the validation and the test part
}

// command is a process with one thread.
func command(ctx context.Context, env []string, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = slices.Concat(os.Environ(), []string{"GOMAXPROCS=1", "OMP_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=1"}, env)
	cmd.Stderr = os.Stderr
	return cmd
}

// trainer runs `danlu train`.
func trainer(cmd *exec.Cmd) (outcome, error) {
	out, err := cmd.Output()
	if err != nil {
		return outcome{}, fmt.Errorf("run %s: %w", cmd, err)
	}
	o := outcome{cpu: (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()}
	for line := range bytes.Lines(out) {
		var said struct {
			Accuracy *float64 `json:"val_accuracy"`
			Test     *float64 `json:"test_accuracy"`
		}
		if err := json.Unmarshal(line, &said); err != nil {
			return o, fmt.Errorf("read the output of %s: %w", cmd, err)
		}
		if said.Accuracy != nil {
			o.accuracy = *said.Accuracy
		}
		if said.Test != nil {
			o.test = *said.Test
		}
	}
	return o, nil
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
