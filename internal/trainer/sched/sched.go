// Package sched has the schedules: the learning rate of every step. A schedule is
// a pure function of the step, so that a training resumed anywhere goes on as if
// it had never stopped; [Plateau] alone, which watches the loss, has a state.
// Names and formulas are PyTorch's; schedules end where training ends.
//
// Start at [Schedule.At].
package sched

import "math"

// Schedule gives the learning rate of each of Total steps.
type Schedule struct {
	Name  string  // one of Names
	LR    float64 // the highest rate
	Total int     // steps of the whole training
	// Warmup is the number of first steps in which the rate rises linearly, to
	// LR at the last of them. The schedule proper has the steps that remain.
	Warmup int
	// Epoch is the number of steps in an epoch: step, multistep, exponential and
	// plateau change between epochs, the others with every step.
	Epoch int

	StepSize   int     // step: epochs between two changes
	Milestones []int   // multistep: epochs after which the rate changes, ascending
	Gamma      float64 // step, multistep, exponential: factor of a change
	PctStart   float64 // onecycle: the rising share of the steps
	Floor      float64 // cosine, cosine_restarts, linear: the lowest rate, as a share of LR
	Power      float64 // polynomial
	Cycle      int     // cosine_restarts: steps until the first restart
	CycleMult  int     // cosine_restarts: factor of the length from cycle to cycle
}

// Names are the schedules there are.
var Names = []string{
	"constant", "cosine", "cosine_restarts", "onecycle", "linear", "polynomial", "step", "multistep", "exponential", "plateau",
}

// At is the learning rate of step t, counted from 0. Steps past the end have the
// rate of the end. That of plateau is LR: its factor is for [Plateau] to tell.
// It panics on an unknown name.
func (s *Schedule) At(t int) float64 {
	if t < s.Warmup {
		return s.LR * float64(t+1) / float64(s.Warmup)
	}
	t, total := t-s.Warmup, max(1, s.Total-s.Warmup)
	t = min(t, total)
	done := float64(t) / float64(total)
	epoch := t / max(1, s.Epoch)
	switch s.Name {
	case "constant", "plateau":
		return s.LR
	case "cosine":
		return between(s.LR, s.LR*s.Floor, done)
	case "cosine_restarts":
		return between(s.LR, s.LR*s.Floor, s.inCycle(t))
	case "onecycle":
		return s.oneCycle(float64(min(t, total-1)), float64(total))
	case "linear":
		return s.LR * (1 + (s.Floor-1)*done)
	case "polynomial":
		return s.LR * math.Pow(1-done, s.Power)
	case "step":
		return s.LR * math.Pow(s.Gamma, float64(epoch/max(1, s.StepSize)))
	case "multistep":
		rate := s.LR
		for _, m := range s.Milestones {
			if epoch >= m {
				rate *= s.Gamma
			}
		}
		return rate
	case "exponential":
		return s.LR * math.Pow(s.Gamma, float64(epoch))
	}
	panic("sched: unknown schedule " + s.Name)
}

// The constants of PyTorch's OneCycleLR: it starts at LR ÷ 25 and ends at that
// start ÷ 10,000.
const (
	oneCycleDiv      = 25
	oneCycleFinalDiv = 1e4
)

// oneCycle rises along a cosine to LR and falls along another (Smith and Topin
// 2018, in the two-phase form of PyTorch). Momentum stays as it is.
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

// inCycle is how far step t is in its cycle, from 0 to below 1 (Loshchilov and
// Hutter 2017).
func (s *Schedule) inCycle(t int) float64 {
	length := max(1, s.Cycle)
	for t >= length {
		t -= length
		length *= max(1, s.CycleMult)
	}
	return float64(t) / float64(length)
}

// between goes from a to b along half a cosine as x goes from 0 to 1.
func between(a, b, x float64) float64 {
	return b + (a-b)/2*(1+math.Cos(math.Pi*x))
}
