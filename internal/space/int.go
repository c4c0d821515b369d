package space

import (
	"fmt"
	"math"
)

// maxExact is the largest integer below which every integer is a float64; maxInt
// is the largest that survives a logarithm and back with certainty.
const (
	maxExact = 1 << 53
	maxInt   = 1_000_000_000_000
)

// Int is a range of integers, both ends included.
type Int struct {
	Low, High int64
	Log       bool
	Step      int64 // 0 or 1: every integer
}

func (d Int) check() error {
	switch {
	case d.Low > d.High:
		return fmt.Errorf("low %d is above high %d; write the smaller one first: int: [%[2]d, %[1]d]", d.Low, d.High)
	case d.Log && d.Low <= 0:
		return fmt.Errorf("a log scale can't reach %d; start it at 1 or above, as in int: [1, %d]", d.Low, max(d.High, 1))
	case d.Step < 0:
		return fmt.Errorf("step %d is negative; write it without the sign, or leave it out", d.Step)
	case d.Low < -maxInt || d.High > maxInt:
		return fmt.Errorf("integers must lie within ±1e12; use a float, or a smaller range")
	}
	return nil
}

func (d Int) step() int64 { return max(d.Step, 1) }

// Cast implements [Domain].
func (d Int) Cast(v Value) (Value, bool) {
	switch {
	case v.kind == IntKind:
		return v, true
	case v.kind == FloatKind && v.num == math.Trunc(v.num) && math.Abs(v.num) <= maxExact:
		return IntValue(int64(v.num)), true
	}
	return v, false
}

// Contains implements [Domain].
func (d Int) Contains(v Value) bool {
	v, ok := d.Cast(v)
	return ok && v.int >= d.Low && v.int <= d.High
}

// scale is the log-scale interval in which every integer owns the part that
// rounds to it.
func (d Int) scale() (lo, hi float64) {
	return math.Log(float64(d.Low) - 0.5), math.Log(float64(d.last()) + 0.5)
}

func (d Int) last() int64 { return d.Low + (d.High-d.Low)/d.step()*d.step() }

// Unit implements [Domain].
func (d Int) Unit(v Value) float64 {
	x := min(max(v.Float(), float64(d.Low)), float64(d.High))
	if math.IsNaN(x) {
		return 0.5
	}
	if d.Log {
		lo, hi := d.scale()
		return clamp01((math.Log(x) - lo) / (hi - lo))
	}
	n := float64(d.Count())
	return (min(math.Round((x-float64(d.Low))/float64(d.step())), n-1) + 0.5) / n
}

// At implements [Domain].
func (d Int) At(u float64) Value {
	u = clamp01(u)
	n := float64(d.Count())
	i := min(math.Floor(u*n), n-1)
	if d.Log {
		lo, hi := d.scale()
		x := math.Exp(lo + u*(hi-lo))
		i = min(max(math.Round((x-float64(d.Low))/float64(d.step())), 0), n-1)
	}
	return IntValue(d.Low + int64(i)*d.step())
}

// Middle implements [Domain].
func (d Int) Middle() Value { return d.At(0.5) }

// Count implements [Domain].
func (d Int) Count() int { return int((d.High-d.Low)/d.step()) + 1 }

func (d Int) String() string {
	step := 0.0
	if d.Step > 1 {
		step = float64(d.Step)
	}
	return interval("int", IntValue(d.Low), IntValue(d.High), d.Log, step)
}
