package sched

import (
	"fmt"
	"math"
	"slices"
)

// Longest is the most steps a schedule is written out for.
const Longest = 10_000_000

// Default is a schedule with what nobody has said: three steps, milestones at a
// half and three quarters, a factor of a tenth (of exponential one that leaves a
// hundredth at the end), three cycles, a rise of 30 %, the first power.
// epoch is the number of steps in an epoch.
func Default(name string, lr float64, total, warmup, epoch int) Schedule {
	steps := max(1, total-warmup)
	epochs := (steps + max(1, epoch) - 1) / max(1, epoch)
	s := Schedule{
		Name: name, LR: lr, Total: total, Warmup: warmup, Epoch: epoch,
		StepSize: (epochs + 2) / 3, Milestones: []int{(epochs + 1) / 2, (3*epochs + 3) / 4}, Gamma: 0.1,
		PctStart: 0.3, Div: 25, FinalDiv: 1e4, Power: 1, Cycle: (steps + 2) / 3, CycleMult: 1,
	}
	if name == "exponential" {
		s.Gamma = math.Pow(0.01, 1/float64(epochs))
	}
	return s
}

// Check says what is wrong with the numbers, and what to give.
func (s *Schedule) Check() error {
	if !slices.Contains(Names, s.Name) {
		return fmt.Errorf("no schedule %q", s.Name)
	}
	for _, c := range []struct {
		name  string
		value float64
		right bool
		give  string
	}{
		{"peak", s.LR, s.LR > 0, "a number above 0, like 0.1"},
		{"steps", float64(s.Total), s.Total >= 1 && s.Total <= Longest, "a whole number from 1 to 10000000"},
		{"warmup", float64(s.Warmup), s.Warmup >= 0 && s.Warmup < s.Total, fmt.Sprintf("a whole number from 0 to %d: the schedule needs a step of the %d", s.Total-1, s.Total)},
		{"epoch", float64(s.Epoch), s.Epoch >= 1, "the steps in an epoch, from 1"},
		{"step-size", float64(s.StepSize), s.StepSize >= 1, "a whole number from 1"},
		{"gamma", s.Gamma, s.Gamma > 0 && s.Gamma <= 1, "a number above 0, up to 1"},
		{"pct-start", s.PctStart, s.PctStart > 0 && s.PctStart < 1, "a number between 0 and 1"},
		{"div", s.Div, s.Div >= 1, "a number from 1"},
		{"final-div", s.FinalDiv, s.FinalDiv >= 1, "a number from 1"},
		{"floor", s.Floor, s.Floor >= 0 && s.Floor <= 1, "a share of the peak, from 0 to 1"},
		{"power", s.Power, s.Power >= 0, "a number from 0"},
		{"cycle", float64(s.Cycle), s.Cycle >= 1, "a whole number from 1"},
		{"cycle-mult", float64(s.CycleMult), s.CycleMult >= 1, "a whole number from 1"},
	} {
		if !c.right || math.IsInf(c.value, 0) {
			return fmt.Errorf("%s %g: give %s", c.name, c.value, c.give)
		}
	}
	if s.ThreePhase && s.PctStart > 0.5 {
		return fmt.Errorf("pct-start %g: give at most 0.5: with three phases the rate falls for as long as it rises", s.PctStart)
	}
	last := 0
	for _, m := range s.Milestones {
		if m < last || m < 1 {
			return fmt.Errorf("milestones %v: give epochs from 1, ascending, like 10,15", s.Milestones)
		}
		last = m
	}
	return nil
}

// Options are the names of those numbers that a schedule goes by, beside its peak,
// its steps and its warm-up.
func Options(name string) []string {
	switch name {
	case "cosine", "linear":
		return []string{"floor"}
	case "cosine_restarts":
		return []string{"cycle", "cycle-mult", "floor"}
	case "onecycle":
		return []string{"pct-start", "div", "final-div", "straight", "three-phase"}
	case "polynomial":
		return []string{"power"}
	case "step":
		return []string{"step-size", "gamma", "epoch"}
	case "multistep":
		return []string{"milestones", "gamma", "epoch"}
	case "exponential":
		return []string{"gamma", "epoch"}
	case "plateau":
		return []string{"gamma", "patience", "cooldown", "threshold", "floor", "epoch"}
	}
	return nil
}
