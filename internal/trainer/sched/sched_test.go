package sched

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strconv"
	"testing"
)

// vectors are what testdata/schedules.py wrote.
type vectors struct {
	Torch string
	Total int
	LR    float64
	Cases []struct {
		Name    string
		Options Schedule
		Rates   []float64
	}
	Plateau struct {
		Losses   []string
		Rates    []float64
		Factor   float64
		Patience int
	}
}

func load(t *testing.T) vectors {
	t.Helper()
	text, err := os.ReadFile("testdata/schedules.json")
	if err != nil {
		t.Fatal(err)
	}
	var v vectors
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestEveryScheduleIsPyTorchsOverItsWholeLength(t *testing.T) {
	v := load(t)
	seen := map[string]bool{"plateau": true}
	for i, c := range v.Cases {
		seen[c.Name] = true
		t.Run(fmt.Sprintf("%s %d", c.Name, i), func(t *testing.T) {
			s := c.Options
			s.Name, s.LR, s.Total, s.Epoch = c.Name, v.LR, v.Total, 1
			for step, want := range c.Rates {
				if got := s.At(step); math.Abs(got-want) > 1e-7*v.LR {
					t.Errorf("step %d: %v, PyTorch %s has %v", step, got, v.Torch, want)
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

func TestPlateauLowersTheRateWhenPyTorchDoes(t *testing.T) {
	v := load(t)
	var p Plateau
	for i, text := range v.Plateau.Losses {
		loss, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatal(err)
		}
		p.Observe(loss, v.Plateau.Patience)
		got := v.LR * math.Pow(v.Plateau.Factor, float64(p.Lowered))
		if want := v.Plateau.Rates[i]; math.Abs(got-want) > 1e-12 {
			t.Errorf("after loss %d (%s): %v, PyTorch has %v", i+1, text, got, want)
		}
	}
}

func TestEveryScheduleStaysWithinItsBounds(t *testing.T) {
	for _, name := range Names {
		for _, total := range []int{1, 2, 3, 100} {
			for _, warmup := range []int{0, 1, 2, 5, 200} {
				s := Schedule{
					Name: name, LR: 0.5, Total: total, Warmup: warmup, Epoch: 3,
					StepSize: 2, Gamma: 0.5, PctStart: 0.3, Power: 2, Cycle: 4, CycleMult: 2, Milestones: []int{1, 4},
				}
				for step := range total + 3 {
					if rate := s.At(step); !(rate >= 0 && rate <= 0.5) {
						t.Fatalf("%s of %d steps, %d of warm-up: rate %v at step %d", name, total, warmup, rate, step)
					}
				}
				if warmup > 0 && s.At(warmup-1) != 0.5 {
					t.Errorf("%s: the warm-up ends at %v", name, s.At(warmup-1))
				}
			}
		}
	}
}
