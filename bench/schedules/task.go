package main

import (
	"fmt"
	"maps"
	"math"
	"strconv"

	"github.com/danlu-ml/danlu/internal/trainer"
)

// lengths of a task's trainings.
func (t task) lengths() []int {
	if t.torch {
		return lengths[:1]
	}
	return lengths
}

// coarseSeeds is how many seeds its coarse grid has.
func (t task) coarseSeeds() int {
	if t.torch {
		return 1
	}
	return coarseSeeds
}

// task is a network on data. Its grid of peaks goes from one power of ten to
// another, both in quarters: −8 is 0.01.
type task struct {
	name     string
	torch    bool // trained by torch_tasks.py, at the shortest length, the coarse grid with one seed
	low      int
	high     int
	config   trainer.Config
	settings map[string]string
}

// schedules are those compared, constant first, which the others are held against.
var schedules = []string{"constant", "step", "plateau", "cosine", "onecycle", "warmup_cosine"}

// lengths of a training, in epochs.
var lengths = []int{3, 9, 27}

var tasks = []task{
	{
		name: "fashion-mlp-sgd", low: -12, high: 2, config: trainer.Config{Task: "fashion-mnist", Model: "mlp"},
		settings: map[string]string{"width": "64", "batch_size": "64", "optimizer": "sgd", "momentum": "0.9"},
	},
	{
		name: "fashion-mlp-adamw", low: -18, high: -4, config: trainer.Config{Task: "fashion-mnist", Model: "mlp"},
		settings: map[string]string{"width": "64", "batch_size": "64", "optimizer": "adamw", "weight_decay": "0.01"},
	},
	{
		name: "digits-cnn-sgd", low: -12, high: 2, config: trainer.Config{Task: "digits", Model: "cnn"},
		settings: map[string]string{"batch_size": "64", "optimizer": "sgd", "momentum": "0.9"},
	},
	{
		name: "digits-mlp-adam", low: -18, high: -4, config: trainer.Config{Task: "digits", Model: "mlp"},
		settings: map[string]string{"width": "64", "batch_size": "32", "optimizer": "adam"},
	},
	{
		name: "speech-mlp-adam", low: -18, high: -4, config: trainer.Config{Task: "speech-frames", Model: "mlp"},
		settings: map[string]string{"optimizer": "adam", "dropout": "0.2", "data_fraction": "0.3"},
	},
	{name: "torch-residual-sgd", torch: true, low: -10, high: -2},
}

// training is one of the study.
type training struct {
	task     string
	schedule string
	epochs   int
	quarter  int // the peak is 10^(quarter/4)
	seed     int
}

func (t training) lr() float64 { return math.Pow(10, float64(t.quarter)/4) }

// config is what the built-in trainer is told.
func (t task) at(tr training) trainer.Config {
	c := t.config
	c.Epochs, c.Seed = tr.epochs, uint64(tr.seed)
	c.Set = maps.Clone(t.settings)
	c.Set["lr"] = strconv.FormatFloat(tr.lr(), 'g', -1, 64)
	c.Set["schedule"] = tr.schedule
	switch tr.schedule {
	case "step": // ÷ 10 after each third
		c.Set["step_size"] = strconv.Itoa(tr.epochs / 3)
	case "plateau": // halved when the validation loss has stalled for a tenth of the training
		c.Set["plateau_patience"], c.Set["gamma"] = strconv.Itoa(tr.epochs/10), "0.5"
	case "warmup_cosine": // the first twentieth rises
		c.Set["schedule"], c.Set["warmup"] = "cosine", fmt.Sprint(float64(tr.epochs)/20)
	}
	return c
}
