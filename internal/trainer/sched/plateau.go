package sched

import "math"

// Plateau lowers the rate when the loss has stopped falling, as PyTorch's
// ReduceLROnPlateau with its relative threshold of 1e-4. Its fields are its whole
// state; the zero value is the start.
type Plateau struct {
	Best    float64 // lowest loss so far
	Bad     int     // epochs since
	Lowered int     // how often the rate was lowered
	Begun   bool
}

// Observe takes in an epoch's loss; the rate is lowered after more than patience
// epochs without a new best. A NaN is no improvement.
func (p *Plateau) Observe(loss float64, patience int) {
	if !p.Begun {
		p.Begun, p.Best = true, math.MaxFloat64 // not +Inf, which JSON cannot hold
	}
	if loss < p.Best*(1-1e-4) {
		p.Best, p.Bad = loss, 0
	} else {
		p.Bad++
	}
	if p.Bad > patience {
		p.Bad = 0
		p.Lowered++
	}
}
