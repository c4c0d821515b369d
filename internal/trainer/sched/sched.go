// Package sched has the schedules: the learning rate of every step. A schedule is
// a pure function of the step, so that a training resumed anywhere goes on as if
// it had never stopped; [Plateau] alone, which watches the loss, has a state.
// Names and formulas are PyTorch's; schedules end where training ends.
//
// python/danlu/_schedule.py is its twin: both meet testdata/schedules.json.
//
// Start at [Schedule.At].
package sched

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// Schedule gives the learning rate of each of Total steps.
type Schedule struct {
	Name  string  // one of Names
	LR    float64 // the highest rate
	Total int     // steps of the whole training
	// Warmup is the number of first steps in which the rate rises linearly, to
	// LR at the last of them. The schedule proper has the steps that remain.
	Warmup int
	// Epoch is the number of steps in an epoch; 0 means 1. step, multistep,
	// exponential and plateau change between epochs, the others with every step.
	// Where there is a warm-up their epochs are counted from its end.
	Epoch int

	StepSize   int     // step: epochs between two changes
	Milestones []int   // multistep: epochs after which the rate changes, ascending
	Gamma      float64 // step, multistep, exponential, plateau: factor of a change
	PctStart   float64 // onecycle: the rising share of the steps
	Div        float64 // onecycle: LR ÷ the first rate; 0 means 25
	FinalDiv   float64 // onecycle: the first rate ÷ the last; 0 means 10,000
	Straight   bool    // onecycle: along straight lines in place of cosines
	ThreePhase bool    // onecycle: down as far as up, then to the last rate
	Floor      float64 // cosine, cosine_restarts, linear, plateau: the lowest rate, as a share of LR
	Power      float64 // polynomial
	Cycle      int     // cosine_restarts: steps until the first restart
	CycleMult  int     // cosine_restarts: factor of the length from cycle to cycle
}

// Names are the schedules there are.
var Names = []string{
	"constant", "cosine", "cosine_restarts", "onecycle", "linear", "polynomial", "step", "multistep", "exponential", "plateau",
}

// UsualWarmup is the share of the steps in which warmup_NAME warms up.
const UsualWarmup = 0.05

// Named takes a schedule's name apart: warmup_cosine is cosine after a warm-up. ok is
// false where there is none of that name.
func Named(name string) (plain string, warmup, ok bool) {
	plain, warmup = strings.CutPrefix(name, "warmup_")
	return plain, warmup, slices.Contains(Names, plain)
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
		return cosine(s.LR, s.LR*s.Floor, done)
	case "cosine_restarts":
		return cosine(s.LR, s.LR*s.Floor, s.inCycle(t))
	case "onecycle":
		return s.oneCycle(float64(min(t, total-1)), float64(total))
	case "linear":
		return straight(s.LR, s.LR*s.Floor, done)
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

// oneCycle rises to LR and falls far below where it began (Smith and Topin 2018,
// in the form of PyTorch's OneCycleLR). Momentum stays as it is.
func (s *Schedule) oneCycle(t, total float64) float64 {
	first := s.LR / cmp.Or(s.Div, 25)
	last := first / cmp.Or(s.FinalDiv, 1e4)
	along := cosine
	if s.Straight {
		along = straight
	}
	// Where each phase ends, in steps, and the rate there.
	phases := []struct{ end, rate float64 }{{s.PctStart*total - 1, s.LR}, {total - 1, last}}
	if s.ThreePhase {
		phases = []struct{ end, rate float64 }{{s.PctStart*total - 1, s.LR}, {2*s.PctStart*total - 2, first}, {total - 1, last}}
	}
	begin, from := 0.0, first
	for i, p := range phases {
		if t <= p.end || i == len(phases)-1 {
			if p.end == begin { // a phase of no steps, of which PyTorch makes an error
				return p.rate
			}
			return along(from, p.rate, (t-begin)/(p.end-begin))
		}
		begin, from = p.end, p.rate
	}
	return last
}

// inCycle is how far step t is in its cycle, from 0 to below 1 (Loshchilov and
// Hutter 2017).
func (s *Schedule) inCycle(t int) float64 {
	length := max(1, s.Cycle)
	if s.CycleMult <= 1 {
		return float64(t%length) / float64(length)
	}
	for t >= length {
		t -= length
		length *= s.CycleMult
	}
	return float64(t) / float64(length)
}

// cosine goes from a to b along half a cosine as x goes from 0 to 1.
func cosine(a, b, x float64) float64 {
	return b + (a-b)/2*(1+math.Cos(math.Pi*x))
}

// straight goes from a to b as x goes from 0 to 1.
func straight(a, b, x float64) float64 {
	return a + (b-a)*x
}
