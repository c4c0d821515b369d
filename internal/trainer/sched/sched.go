// Package sched has the schedules: the learning rate of every step. A schedule is
// a pure function of the step, so that a training resumed anywhere goes on as if
// it had never stopped. Names and formulas are PyTorch's, each optimiser step
// counted; schedules end where training ends.
//
// Start at [Schedule.At].
package sched

import (
	"math"
	"slices"
)

// Names are the schedules there are.
var Names = []string{"constant", "cosine", "onecycle", "step"}

// Schedule gives the learning rate of each of Total steps.
type Schedule struct {
	Name  string  // one of Names
	LR    float64 // the highest rate
	Total int     // steps of the whole training
	// Warmup is the number of first steps in which the rate rises linearly, to
	// LR at the last of them. The schedule proper has the steps that remain.
	Warmup int
	// Epoch is the number of steps in an epoch, for those that change by epochs.
	Epoch int

	StepSize int     // step: epochs between two changes
	Gamma    float64 // step: factor of a change
	PctStart float64 // onecycle: the rising share of the steps
	Floor    float64 // cosine: the lowest rate, as a share of LR
}

// The constants of PyTorch's OneCycleLR: it starts at LR ÷ 25 and ends at that
// start ÷ 10,000.
const (
	oneCycleDiv      = 25
	oneCycleFinalDiv = 1e4
)

// Known says whether there is a schedule of that name.
func Known(name string) bool { return slices.Contains(Names, name) }

// At is the learning rate of step t, counted from 0. Steps past the end have the
// rate of the last. It panics on an unknown name.
func (s *Schedule) At(t int) float64 {
	if t < s.Warmup {
		return s.LR * float64(t+1) / float64(s.Warmup)
	}
	t, total := t-s.Warmup, max(1, s.Total-s.Warmup)
	t = min(t, total)
	switch s.Name {
	case "constant":
		return s.LR
	case "cosine":
		low := s.LR * s.Floor
		return low + (s.LR-low)*(1+math.Cos(math.Pi*float64(t)/float64(total)))/2
	case "onecycle":
		return s.oneCycle(float64(min(t, total-1)), float64(total))
	case "step":
		return s.LR * math.Pow(s.Gamma, float64(t/max(1, s.Epoch*s.StepSize)))
	}
	panic("sched: unknown schedule " + s.Name)
}

// oneCycle rises along a cosine to LR and falls along another (Smith and Topin
// 2018, in the two-phase form of PyTorch).
func (s *Schedule) oneCycle(t, total float64) float64 {
	start := s.LR / oneCycleDiv
	peak := s.PctStart*total - 1
	if t <= peak && peak > 0 {
		return between(start, s.LR, t/peak)
	}
	if total-1-peak <= 0 {
		return s.LR
	}
	return between(s.LR, start/oneCycleFinalDiv, (t-peak)/(total-1-peak))
}

// between goes from a to b along half a cosine as x goes from 0 to 1.
func between(a, b, x float64) float64 {
	return b + (a-b)/2*(1+math.Cos(math.Pi*x))
}
