package sched

import (
	"cmp"
	"math"
)

// Plateau lowers the rate when the loss has stopped falling, as PyTorch's
// ReduceLROnPlateau with its relative threshold. Its fields are its whole state;
// the zero value is the start.
type Plateau struct {
	Best    float64 // lowest loss so far
	Bad     int     // epochs since
	Lowered int     // how often the rate was lowered
	Cooling int     // epochs in which a bad one does not count
	Begun   bool
}

// Rule is when [Plateau] lowers the rate.
type Rule struct {
	Patience  int     // epochs without a new best that pass; the next lowers the rate
	Cooldown  int     // epochs after a change in which a bad one does not count
	Threshold float64 // a new best is lower by more than this share; 0 means 1e-4
}

// Observe takes in an epoch's loss; the rate is lowered after more than patience
// epochs without a new best. A NaN is no improvement.
func (p *Plateau) Observe(loss float64, patience int) { p.Follow(loss, Rule{Patience: patience}) }

// Follow is Observe by a rule of more than patience.
func (p *Plateau) Follow(loss float64, by Rule) {
	if !p.Begun {
		p.Begun, p.Best = true, math.MaxFloat64 // not +Inf, which JSON cannot hold
	}
	if loss < p.Best*(1-cmp.Or(by.Threshold, 1e-4)) {
		p.Best, p.Bad = loss, 0
	} else {
		p.Bad++
	}
	if p.Cooling > 0 {
		p.Cooling--
		p.Bad = 0
	}
	if p.Bad > by.Patience {
		p.Bad, p.Cooling = 0, by.Cooldown
		p.Lowered++
	}
}

// Lower is a rate that has been lowered n times by plateau.
func (s *Schedule) Lower(rate float64, n int) float64 {
	return max(rate*math.Pow(s.Gamma, float64(n)), min(rate, s.LR*s.Floor))
}

// Rates are those of all steps; plateau's go by the losses of the epochs, as far as
// there are any.
func (s *Schedule) Rates(losses []float64, by Rule) []float64 {
	all := make([]float64, s.Total)
	epoch := max(1, s.Epoch)
	var p Plateau
	for t := range all {
		all[t] = s.At(t)
		if s.Name != "plateau" {
			continue
		}
		all[t] = s.Lower(all[t], p.Lowered)
		if done := (t + 1) / epoch; (t+1)%epoch == 0 && done <= len(losses) {
			p.Follow(losses[done-1], by)
		}
	}
	return all
}
