package main

import (
	"fmt"
	"maps"
	"math"
	"strconv"

	"github.com/danlu-ml/danlu/internal/trainer"
)

// workload is a network on data, how long its whole training is, and with what batch
// sizes.
type workload struct {
	name, task, model string
	epochs            int
	sizes             []int
	set               map[string]string
}

var workloads = []workload{
	{"digits-mlp", "digits", "mlp", 20, []int{8, 32, 128, 512}, map[string]string{"width": "64"}},
	{"fashion-mlp", "fashion-mnist", "mlp", 20, []int{16, 64, 256}, map[string]string{"width": "64", "data_fraction": "0.2"}},
	{"speech-mlp", "speech-frames", "mlp", 20, []int{16, 64, 256}, map[string]string{"width": "64", "frames": "5", "data_fraction": "0.1"}},
}

var optimizers = []struct {
	name  string
	start float64 // about where the best rate is
	set   map[string]string
}{
	{"sgd", 0.03, map[string]string{"optimizer": "sgd", "momentum": "0.9"}},
	{"adamw", 0.003, map[string]string{"optimizer": "adamw", "weight_decay": "0.05"}},
}

// cell is a training of which one number is to be chosen: its best is looked for on
// a grid of quarter decades.
type cell struct {
	Name   string
	config trainer.Config
	key    string  // the setting
	start  float64 // about where the best is
}

// Kinds of training: whole, with a cosine to its end, and a short one at a constant
// rate, of a tenth of the epochs.
const (
	whole = "whole"
	short = "short"
)

// cells are the trainings whose rate is to be chosen.
func cells(known) (all []cell) {
	for _, w := range workloads {
		for _, o := range optimizers {
			for _, kind := range []string{whole, short} {
				for _, size := range w.sizes {
					all = append(all, w.cell(o.name, o.set, kind, size, o.start))
				}
			}
		}
	}
	return all
}

func name(w, optimizer, kind string, size int) string {
	return fmt.Sprintf("%s/%s/%s/%d", w, optimizer, kind, size)
}

func (w workload) cell(optimizer string, own map[string]string, kind string, size int, start float64) cell {
	set := map[string]string{"batch_size": strconv.Itoa(size), "schedule": "cosine"}
	maps.Copy(set, w.set)
	maps.Copy(set, own)
	epochs := w.epochs
	if kind == short {
		set["schedule"], epochs = "constant", w.epochs/10
	}
	return cell{
		Name: name(w.name, optimizer, kind, size), key: "lr", start: start * math.Sqrt(float64(size)/32),
		config: trainer.Config{Task: w.task, Model: w.model, Set: set, Epochs: epochs},
	}
}

// shifts are the rates at which the best weight decay is looked for, as factors of
// the best rate.
var shifts = []float64{0.25, 0.5, 1, 2, 4}

// decays are the trainings with AdamW whose weight decay is to be chosen, at rates
// around the best, with the second of the sizes.
func decays(k known) (all []cell) {
	for _, w := range workloads {
		best, _, ok := k.best(name(w.name, "adamw", whole, w.sizes[1]))
		if !ok {
			continue
		}
		for _, shift := range shifts {
			c := w.cell("adamw", optimizers[1].set, whole, w.sizes[1], 1)
			c.Name = fmt.Sprintf("%s/decay/%g", w.name, shift)
			c.config.Set["lr"] = strconv.FormatFloat(best*shift, 'g', 4, 64)
			c.key, c.start = "weight_decay", 0.1/shift
			all = append(all, c)
		}
	}
	return all
}
