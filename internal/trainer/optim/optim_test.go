package optim

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"

	"github.com/danlu-ml/danlu/internal/trainer/kernel"
)

// vectors are what testdata/optimisers.py wrote.
type vectors struct {
	Torch     string
	Start     []float64
	Gradients [][]float64
	Cases     []struct {
		Name    string
		Options struct {
			LR          float64
			Momentum    float64
			Nesterov    bool
			Betas       []float64
			Alpha       float64
			Rho         float64
			Eps         float64
			WeightDecay float64 `json:"weight_decay"`
		}
		After [][]float64
	}
}

func TestEveryOptimiserStepsAsPyTorchDoes(t *testing.T) {
	text, err := os.ReadFile("testdata/optimisers.json")
	if err != nil {
		t.Fatal(err)
	}
	var v vectors
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	// PyTorch worked in float64. Fifty steps in float32 lose some tens of units in
	// the last place of the largest value that a parameter has had.
	relative := 5e-6
	if kernel.Double {
		relative = 1e-12
	}
	seen := map[string]bool{}
	for i, c := range v.Cases {
		seen[c.Name] = true
		t.Run(fmt.Sprintf("%s %d", c.Name, i), func(t *testing.T) {
			o := Options{
				Momentum: c.Options.Momentum, Nesterov: c.Options.Nesterov, Beta1: 0.9, Beta2: 0.999,
				Alpha: cmp.Or(c.Options.Alpha, 0.99), Rho: cmp.Or(c.Options.Rho, 0.9),
				Eps: c.Options.Eps, WeightDecay: c.Options.WeightDecay,
			}
			if b := c.Options.Betas; b != nil {
				o.Beta1, o.Beta2 = b[0], b[1]
			}
			opt, err := New(c.Name, o, len(v.Start), []Range{{0, 2, true, 1}, {2, len(v.Start), true, 0}})
			if err != nil {
				t.Fatal(err)
			}
			w := reals(v.Start)
			largest := []float64{1, 1, 1, 1, 1}
			for step, g := range v.Gradients {
				opt.Step(w, reals(g), c.Options.LR, step+1)
				for j, want := range c.After[step] {
					largest[j] = max(largest[j], math.Abs(want))
					if math.Abs(float64(w[j])-want) > relative*largest[j] {
						t.Fatalf("step %d: parameter %d is %v, PyTorch %s has %v", step+1, j, w[j], v.Torch, want)
					}
				}
			}
		})
	}
	for _, name := range Names {
		if !seen[name] {
			t.Errorf("%s is not compared", name)
		}
	}
}

func TestWeightDecayLeavesOutWhatItIsToldTo(t *testing.T) {
	for _, name := range Names {
		opt, err := New(name, Options{WeightDecay: 0.1, Beta1: 0.9, Beta2: 0.999, Alpha: 0.99, Rho: 0.9}, 2, []Range{{0, 1, true, 1}, {1, 2, false, 1}})
		if err != nil {
			t.Fatal(err)
		}
		w := []Real{1, 1}
		opt.Step(w, []Real{0, 0}, 0.1, 1)
		if w[0] >= 1 || w[1] != 1 {
			t.Errorf("%s: with a gradient of 0, weights %v, want the first smaller and the second 1", name, w)
		}
	}
}

func reals(x []float64) []Real {
	out := make([]Real, len(x))
	for i, v := range x {
		out[i] = Real(v)
	}
	return out
}

func BenchmarkStep(b *testing.B) {
	const size = 100_000
	for _, name := range Names {
		b.Run(name, func(b *testing.B) {
			opt, _ := New(name, Options{Beta1: 0.9, Beta2: 0.999, Alpha: 0.99, Rho: 0.9, Momentum: 0.9}, size, []Range{{0, size, true, 1}})
			w, g := make([]Real, size), make([]Real, size)
			for i := range g {
				g[i] = Real(i%7) - 3
			}
			t := 0
			for b.Loop() {
				t++
				opt.Step(w, g, 1e-3, t)
			}
			b.ReportMetric(float64(size)*float64(b.N)/b.Elapsed().Seconds()/1e9, "Gparameter/s")
		})
	}
}

func TestAFactorMultipliesTheRateOfItsRange(t *testing.T) {
	for _, name := range Names {
		o := Options{Beta1: 0.9, Beta2: 0.999, Alpha: 0.99, Rho: 0.9}
		run := func(lr float64, ranges []Range) []Real {
			opt, err := New(name, o, 3, ranges)
			if err != nil {
				t.Fatal(err)
			}
			w := []Real{1, 1, 1}
			for step := 1; step <= 3; step++ {
				opt.Step(w, []Real{0.5, 0.5, 0.5}, lr, step)
			}
			return w
		}
		got := run(0.1, []Range{{From: 0, To: 1, Factor: 0.5}, {From: 1, To: 2}}) // nothing covers the third
		half, whole := run(0.05, []Range{{From: 0, To: 3}}), run(0.1, []Range{{From: 0, To: 3}})
		if want := []Real{half[0], whole[0], 1}; got[0] != want[0] || got[1] != want[1] || got[2] != want[2] {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
}
