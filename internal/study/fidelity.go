package study

import (
	"math"

	"github.com/danlu-ml/danlu/internal/space"
)

// Fidelity is the axis along which a trial is trained. The zero value means that
// trials report when they like and have no known end.
type Fidelity struct {
	Step string `json:"step,omitempty"` // what a step is called: epoch
	Max  int64  `json:"max,omitempty"`  // 0: unknown
	// Resume says whether a trial can pause and go on from a checkpoint; nil: as
	// soon as one has left a checkpoint.
	Resume *bool `json:"resume,omitempty"`

	// Param names a parameter of the program that is the axis instead, such as the
	// share of the data: each attempt is a whole training at one value, and leaves
	// one value of the objectives. Steps then count hundredths of High, or where Low
	// and High are whole numbers the parameter's own values. Min is Low's step, Max
	// High's.
	Param    string  `json:"param,omitempty"`
	Low      float64 `json:"low,omitempty"`
	High     float64 `json:"high,omitempty"`
	Min      int64   `json:"min,omitempty"`
	Multiple int64   `json:"multiple,omitempty"` // values are rounded up to one of it
}

// Over makes the fidelity that is a parameter's, from low to high.
func Over(param string, low, high float64, multiple int64) Fidelity {
	f := Fidelity{Param: param, Low: low, High: high, Multiple: multiple, Step: "% of " + param, Min: int64(math.Ceil(100 * low / high)), Max: 100}
	if f.whole() {
		f.Step, f.Min, f.Max = param, int64(low), int64(high)
	}
	return f
}

func (f Fidelity) whole() bool {
	return f.High > 1 && f.Low == math.Trunc(f.Low) && f.High == math.Trunc(f.High)
}

// At is the parameter's value at a step; 0 is the end.
func (f Fidelity) At(step int64) space.Value {
	if step == 0 {
		step = f.Max
	}
	if !f.whole() {
		return space.FloatValue(f.High * float64(step) / 100)
	}
	if m := f.Multiple; m > 1 {
		step = min((step+m-1)/m*m, f.Max)
	}
	return space.IntValue(step)
}
