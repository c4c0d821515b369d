package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"strconv"

	"github.com/danlu-ml/danlu/internal/lrfind"
	"github.com/danlu-ml/danlu/internal/trainer"
)

// task is a training whose best learning rate is to be found.
type task struct {
	name      string
	unseen    bool // not looked at while the estimator was made
	optimizer string
	momentum  float64
	schedule  string
	program   program
}

// program is what trains.
type program interface {
	// train trains fully. One that diverged has a loss of +Inf.
	train(ctx context.Context, rate float64, seed uint64) (score, error)
	open(seed uint64) (loop, error)
}

func (t task) options() lrfind.Options {
	return lrfind.Options{Schedule: t.schedule, Optimizer: t.optimizer, Momentum: t.momentum}
}

// loop can be tried for a few steps.
type loop interface {
	lrfind.Loop
	Steps() int // of a full training
}

// anew is a loop that can be had once more, from the beginning.
type anew struct {
	loop
	open func() (loop, error)
}

// workload is a network on data.
type workload struct {
	name        string
	data, model string
	examples    int // that train
	steps       float64
	batches     []int
	set         map[string]string
}

var (
	rows = []int{16, 64, 32, 128}
	few  = []int{1, 2}
)

// workloads are small, so that a dense grid of full trainings is affordable, and
// end before they have learnt their examples by heart. steps is how long a training
// is, about.
var workloads = []workload{
	{"digits-softmax", "digits", "softmax", 1037, 1500, rows, nil},
	{"digits-mlp", "digits", "mlp", 1037, 1000, rows, map[string]string{"width": "64"}},
	{"digits-mlp-norm", "digits", "mlp", 1037, 800, rows, map[string]string{"width": "64", "depth": "2", "norm": "batch", "dropout": "0.2"}},
	{"digits-cnn", "digits", "cnn", 1037, 800, rows, map[string]string{"channels": "4", "hidden": "32", "shift": "1"}},
	{"letter-mlp", "letter", "mlp", 12800, 3000, rows, map[string]string{"width": "64"}},
	{"letter-deep", "letter", "mlp", 12800, 2500, rows, map[string]string{"width": "32", "depth": "3"}},
	{"letter-tanh", "letter", "mlp", 12800, 2000, rows, map[string]string{"width": "64", "activation": "tanh", "norm": "layer"}},
	{"shuttle-mlp", "shuttle", "mlp", 17400, 2000, rows, map[string]string{"width": "32", "data_fraction": "0.5"}},
	{"fashion-softmax", "fashion-mnist", "softmax", 4800, 1500, rows, nil},
	{"fashion-mlp", "fashion-mnist", "mlp", 4800, 1000, rows, map[string]string{"width": "64", "dropout": "0.2"}},
	{"fashion-cnn", "fashion-mnist", "cnn", 4800, 700, []int{16, 32}, map[string]string{"channels": "4", "hidden": "32"}},
	{"speech-mlp", "speech-frames", "mlp", 9000, 1000, rows, map[string]string{"width": "64", "frames": "5", "dropout": "0.2"}},
	{"shuttle-norm", "shuttle", "mlp", 17400, 1500, rows, map[string]string{"width": "32", "depth": "2", "norm": "batch", "data_fraction": "0.5"}},
	{"speech-lstm", "speech-frames", "lstm", 30, 500, few, map[string]string{"hidden": "16"}},
	{"austen-textcnn", "austen", "textcnn", 3840, 600, []int{16, 32, 64}, map[string]string{"vocab": "1500", "embedding": "16", "filters": "8"}},
	{"austen-transformer", "austen", "transformer", 3840, 500, []int{8, 16}, map[string]string{"vocab": "1000", "hidden": "16", "heads": "2", "feedforward": "32", "depth": "1"}},
}

// optimizers are those a workload meets, each once.
var optimizers = []struct {
	name string
	set  map[string]string
}{
	{"sgd", map[string]string{"optimizer": "sgd"}},
	{"adam", map[string]string{"optimizer": "adam"}},
	{"momentum", map[string]string{"optimizer": "sgd", "momentum": "0.9"}},
	{"adamw", map[string]string{"optimizer": "adamw", "weight_decay": "0.05"}},
	{"rmsprop", map[string]string{"optimizer": "rmsprop"}},
	{"decay", map[string]string{"optimizer": "sgd", "momentum": "0.9", "nesterov": "true", "weight_decay": "0.001"}},
}

var schedules = []string{"constant", "cosine", "onecycle", "warmup+cosine", "step", "linear"}

// lengths are factors of a workload's steps; shortest is the fewest steps, most the
// examples trained on in all where that leaves enough of them.
var lengths = []float64{0.6, 1, 1.6}

const (
	shortest = 500
	most     = 50_000
)

// tasks pairs every workload with every optimiser; batch size, schedule and length
// go round so that each meets each. A third is for making the estimator.
func tasks(folders map[string]string) []task {
	var all []task
	for j, o := range optimizers {
		for i, w := range workloads {
			all = append(all, w.task(i, j, o.name, o.set, folders))
		}
	}
	return all
}

func (w workload) task(i, j int, optimizer string, own map[string]string, folders map[string]string) task {
	batch := w.batches[(i+3*j)%len(w.batches)]
	perEpoch := math.Ceil(float64(w.examples) / float64(batch))
	steps := min(w.steps*lengths[(2*i+j)%len(lengths)], most/float64(batch))
	epochs := max(2, math.Round(max(shortest, steps)/perEpoch))
	schedule := schedules[(i+2*j+j/3)%len(schedules)]
	set := map[string]string{"batch_size": strconv.Itoa(batch), "schedule": schedule}
	switch schedule {
	case "warmup+cosine":
		set["schedule"], set["warmup"] = "cosine", strconv.FormatFloat(epochs/10, 'g', 4, 64)
	case "step":
		set["step_size"], set["gamma"] = strconv.Itoa(int(math.Ceil(epochs/3))), "0.3"
	}
	maps.Copy(set, w.set)
	maps.Copy(set, own)
	c := trainer.Config{Model: w.model, Set: set, Epochs: int(epochs)}
	if folder, ok := folders[w.data]; ok {
		c.Data, c.Label = folder, "label"
	} else {
		c.Task = w.data
	}
	momentum, _ := strconv.ParseFloat(set["momentum"], 64) // "" is none
	return task{
		name: fmt.Sprintf("%s/%s/%d/%s", w.name, optimizer, batch, schedule), unseen: (i+j)%3 != 0,
		optimizer: set["optimizer"], momentum: momentum, schedule: set["schedule"], program: builtIn{c},
	}
}

// builtIn is a configuration of the built-in trainer, without rate and seed.
type builtIn struct{ config trainer.Config }

func (b builtIn) at(rate float64, seed uint64) trainer.Config {
	c := b.config
	c.Set = maps.Clone(c.Set)
	c.Set["lr"], c.Seed = strconv.FormatFloat(rate, 'g', -1, 64), seed
	return c
}

func (b builtIn) open(seed uint64) (loop, error) { return trainer.NewTester(b.at(0.001, seed)) }

func (b builtIn) train(ctx context.Context, rate float64, seed uint64) (score, error) {
	s := score{loss: math.Inf(1)}
	_, err := trainer.Run(ctx, b.at(rate, seed), func(e trainer.Epoch) bool {
		s = score{e.ValLoss, e.ValAccuracy}
		return true
	})
	if errors.Is(err, trainer.ErrDiverged) || math.IsNaN(s.loss) {
		return score{math.Inf(1), 0}, nil
	}
	return s, err
}
