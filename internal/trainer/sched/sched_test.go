package sched

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// vectors are what testdata/schedules.py wrote.
type vectors struct {
	Torch string
	LR    float64
	Cases []struct {
		Name          string
		Options       options
		Total, Warmup int
		Rates         []float64
	}
	Plateaus []struct {
		options
		Patience, Cooldown int
		Threshold          float64
		Losses             []string
		Rates              []float64
	}
}

// options are those that differ from the default's, by their names in Python.
type options struct {
	StepSize   *int `json:"step_size"`
	Milestones []int
	Gamma      *float64
	PctStart   *float64 `json:"pct_start"`
	Div        *float64
	FinalDiv   *float64 `json:"final_div"`
	Straight   bool
	ThreePhase bool `json:"three_phase"`
	Floor      float64
	Power      *float64
	Cycle      *int
	CycleMult  *int `json:"cycle_mult"`
}

func (o options) on(s Schedule) Schedule {
	set(&s.StepSize, o.StepSize)
	set(&s.Gamma, o.Gamma)
	set(&s.PctStart, o.PctStart)
	set(&s.Div, o.Div)
	set(&s.FinalDiv, o.FinalDiv)
	set(&s.Power, o.Power)
	set(&s.Cycle, o.Cycle)
	set(&s.CycleMult, o.CycleMult)
	s.Straight, s.ThreePhase, s.Floor = o.Straight, o.ThreePhase, o.Floor
	if o.Milestones != nil {
		s.Milestones = o.Milestones
	}
	return s
}

func set[T any](to, value *T) {
	if value != nil {
		*to = *value
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
		t.Run(fmt.Sprintf("%s of %d steps, %d of warm-up, %d", c.Name, c.Total, c.Warmup, i), func(t *testing.T) {
			s := c.Options.on(Default(c.Name, v.LR, c.Total, c.Warmup, 1))
			if err := s.Check(); err != nil {
				t.Fatal(err)
			}
			if len(c.Rates) != c.Total {
				t.Fatalf("%d rates of %d steps", len(c.Rates), c.Total)
			}
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
	for i, c := range load(t).Plateaus {
		s := c.on(Default("plateau", 0.3, 100, 0, 1))
		var p Plateau
		for j, text := range c.Losses {
			loss, err := strconv.ParseFloat(text, 64)
			if err != nil {
				t.Fatal(err)
			}
			p.Follow(loss, Rule{c.Patience, c.Cooldown, c.Threshold})
			if got, want := s.Lower(s.LR, p.Lowered), c.Rates[j]; math.Abs(got-want) > 1e-12 {
				t.Errorf("case %d, after loss %d (%s): %v, PyTorch has %v", i, j+1, text, got, want)
			}
		}
	}
}

// anySchedule draws one that passes the check.
func anySchedule(t *rapid.T) Schedule {
	total := rapid.IntRange(1, 300).Draw(t, "total")
	warmup := rapid.IntRange(0, total-1).Draw(t, "warmup")
	s := Default(rapid.SampledFrom(Names).Draw(t, "name"), 0.5, total, warmup, rapid.IntRange(1, 40).Draw(t, "epoch"))
	if rapid.Bool().Draw(t, "by hand") {
		s.Gamma = rapid.Float64Range(0.01, 1).Draw(t, "gamma")
		s.PctStart = rapid.Float64Range(0.01, 0.5).Draw(t, "pct_start")
		s.Floor = rapid.Float64Range(0, 1).Draw(t, "floor")
		s.Cycle = rapid.IntRange(1, 50).Draw(t, "cycle")
		s.CycleMult = rapid.IntRange(1, 3).Draw(t, "cycle_mult")
		s.ThreePhase, s.Straight = rapid.Bool().Draw(t, "three"), rapid.Bool().Draw(t, "straight")
	}
	return s
}

func TestRatesStayBetweenZeroAndThePeak(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anySchedule(t)
		if err := s.Check(); err != nil {
			t.Fatal(err)
		}
		for step := range s.Total + 3 {
			if rate := s.At(step); !(rate >= 0 && rate <= s.LR*(1+1e-12)) {
				t.Fatalf("rate %v at step %d of %+v", rate, step, s)
			}
		}
		if s.Warmup > 0 && s.At(s.Warmup-1) != s.LR {
			t.Errorf("the warm-up of %+v ends at %v", s, s.At(s.Warmup-1))
		}
	})
}

func TestAWarmUpOnlyMovesASchedule(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anySchedule(t)
		plain := s
		plain.Warmup, plain.Total = 0, s.Total-s.Warmup
		for step := range plain.Total {
			if got, want := s.At(s.Warmup+step), plain.At(step); got != want {
				t.Fatalf("%v at step %d after the warm-up of %+v, %v without", got, step, s, want)
			}
		}
	})
}

func TestStepsPastTheEndKeepTheLastRate(t *testing.T) {
	for _, name := range Names {
		s := Default(name, 0.5, 20, 3, 4)
		if got, want := s.At(1000), s.At(20); got != want {
			t.Errorf("%s: %v at step 1000, %v at 20", name, got, want)
		}
	}
}

func TestCheckSaysWhatIsWrongAndWhatToGive(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*Schedule)
		want  string
	}{
		"name":             {func(s *Schedule) { s.Name = "cosin" }, `no schedule "cosin"`},
		"peak of 0":        {func(s *Schedule) { s.LR = 0 }, "peak 0: give a number above 0"},
		"peak NaN":         {func(s *Schedule) { s.LR = math.NaN() }, "peak NaN: give"},
		"peak without end": {func(s *Schedule) { s.LR = math.Inf(1) }, "peak +Inf: give"},
		"no steps":         {func(s *Schedule) { s.Total = 0 }, "steps 0: give"},
		"only warm-up":     {func(s *Schedule) { s.Warmup = 10 }, "warmup 10: give a whole number from 0 to 9"},
		"no epoch":         {func(s *Schedule) { s.Epoch = 0 }, "epoch 0: give"},
		"rising gamma":     {func(s *Schedule) { s.Gamma = 2 }, "gamma 2: give"},
		"share":            {func(s *Schedule) { s.PctStart = 30 }, "pct-start 30: give a number between 0 and 1"},
		"three phases":     {func(s *Schedule) { s.ThreePhase, s.PctStart = true, 0.6 }, "give at most 0.5"},
		"floor":            {func(s *Schedule) { s.Floor = -1 }, "floor -1: give a share of the peak"},
		"milestones":       {func(s *Schedule) { s.Milestones = []int{5, 3} }, "milestones [5 3]: give epochs from 1, ascending"},
	} {
		t.Run(name, func(t *testing.T) {
			s := Default("cosine", 0.1, 10, 0, 1)
			if err := s.Check(); err != nil {
				t.Fatal(err)
			}
			c.spoil(&s)
			if err := s.Check(); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}
