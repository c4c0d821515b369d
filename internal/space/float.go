package space

import (
	"fmt"
	"math"
	"strconv"
)

// Float is an interval of real numbers. On a linear scale proposals have a
// resolution of about 1e-9 of the range, on a log scale eight significant
// digits, which makes the map to the unit interval invertible and values short
// enough to read. The bounds themselves are at 0 and 1, with all their digits.
type Float struct {
	Low, High float64
	Log       bool
	Step      float64 // 0: continuous; else Low, Low+Step, …
}

// tiniest is where numbers begin to lose their digits, with room for a few of
// them.
const tiniest = 1e-280

func (d Float) check() error {
	switch {
	case !finite(d.Low) || !finite(d.High) || !finite(d.Step):
		return fmt.Errorf("bounds must be finite numbers, as in float: [1e-5, 1e-1]")
	case d.Low > d.High:
		return fmt.Errorf("low %v is above high %v; write the smaller one first: float: [%[2]v, %[1]v]", d.Low, d.High)
	case !finite(d.High - d.Low):
		return fmt.Errorf("the range from %v to %v is wider than numbers go; narrow it", d.Low, d.High)
	case d.Log && d.Low <= 0:
		return fmt.Errorf("a log scale can't reach %v; start it above zero, as in float: [%v, %v]", d.Low, d.High*1e-4, d.High)
	case d.High > d.Low && ((d.Log && d.Low < tiniest) || d.High-d.Low < max(tiniest, 1e-9*d.size())):
		return fmt.Errorf("from %v to %v there are no numbers to tell apart; measure it in another unit or from another zero", d.Low, d.High)
	case d.Step < 0:
		return fmt.Errorf("step %v is negative; write it without the sign, or leave it out", d.Step)
	case d.Step > 0 && (d.High-d.Low)/d.Step > 1e9:
		return fmt.Errorf("step %v divides the range into more than 1e9 values; leave the step out", d.Step)
	case d.Step > 0 && d.Step < 1e-12*d.size():
		return fmt.Errorf("step %v is too small to be told from nothing beside %v; leave the step out", d.Step, d.size())
	}
	return nil
}

// size is the larger bound, sign aside.
func (d Float) size() float64 { return max(math.Abs(d.Low), math.Abs(d.High)) }

// Cast implements [Domain].
func (d Float) Cast(v Value) (Value, bool) {
	switch v.kind {
	case FloatKind:
		return v, finite(v.num)
	case IntKind:
		return FloatValue(float64(v.int)), true
	}
	return v, false
}

// Contains implements [Domain]. With a step, values between steps are inside:
// the step shapes proposals, it does not forbid a user's own value.
func (d Float) Contains(v Value) bool {
	v, ok := d.Cast(v)
	return ok && v.num >= d.Low && v.num <= d.High
}

// Unit implements [Domain].
func (d Float) Unit(v Value) float64 {
	x := v.Float()
	if d.Low == d.High || math.IsNaN(x) {
		return 0.5
	}
	x = min(max(x, d.Low), d.High)
	if n := d.Count(); n > 0 && !d.Log {
		i := math.Round((x - d.Low) / d.Step)
		return (min(i, float64(n-1)) + 0.5) / float64(n)
	}
	if d.Log {
		return clamp01((math.Log(x) - math.Log(d.Low)) / (math.Log(d.High) - math.Log(d.Low)))
	}
	return clamp01((x - d.Low) / (d.High - d.Low))
}

// At implements [Domain].
func (d Float) At(u float64) Value {
	u = clamp01(u)
	if n := float64(d.Count()); n > 0 {
		i := min(math.Floor(u*n), n-1)
		if d.Log {
			i = min(max(math.Round((d.exp(u)-d.Low)/d.Step), 0), n-1)
		}
		x := d.Low + i*d.Step
		return FloatValue(d.settle(x, significant(x, 14), 0))
	}
	switch {
	case u == 0 || d.Low == d.High:
		return FloatValue(d.Low)
	case u == 1:
		return FloatValue(d.High)
	case d.Log:
		x := d.exp(u)
		return FloatValue(d.settle(x, significant(x, 8), x*1e-9))
	}
	// The second bound keeps a scaled value's place where the range is small
	// beside its bounds: a product is exact to 5e-14.
	quantum := math.Pow(10, math.Floor(math.Log10(max(1e-9*(d.High-d.Low), 1e-10*d.size()))))
	x := d.Low + u*(d.High-d.Low)
	return FloatValue(d.settle(x, quantize(x, quantum), 0.1*quantum))
}

// exp is the real number at u on the log scale.
func (d Float) exp(u float64) float64 {
	low := math.Log(d.Low)
	return math.Exp(low + u*(math.Log(d.High)-low))
}

// settle is x's rounded form or, near a bound, the bound: what lies nearer to it
// than margin could not be told from it on the way back. Half a margin does for
// x itself, so that no rounded form settles elsewhere than x did.
func (d Float) settle(x, rounded, margin float64) float64 {
	switch {
	case x <= d.Low+margin/2 || rounded <= d.Low+margin:
		return d.Low
	case x >= d.High-margin/2 || rounded >= d.High-margin:
		return d.High
	}
	return rounded
}

// Middle implements [Domain].
func (d Float) Middle() Value { return d.At(0.5) }

// Count implements [Domain].
func (d Float) Count() int {
	if d.Step <= 0 {
		return 0
	}
	return int(math.Floor((d.High-d.Low)/d.Step+1e-9)) + 1
}

func (d Float) String() string {
	return interval("float", FloatValue(d.Low), FloatValue(d.High), d.Log, d.Step)
}

// significant rounds x to n significant decimal digits, exactly as it would be
// printed and read back.
func significant(x float64, n int) float64 {
	var buf [32]byte
	y, err := strconv.ParseFloat(string(strconv.AppendFloat(buf[:0], x, 'e', n-1, 64)), 64)
	if err != nil {
		return x
	}
	return y
}

// quantize rounds x to a multiple of a power of ten, exactly as it would be
// printed with so many decimals and read back.
func quantize(x, quantum float64) float64 {
	decimals := int(-math.Round(math.Log10(quantum)))
	if decimals <= 0 {
		return significant(math.Round(x/quantum)*quantum, 15) // 1e291 is not exact itself
	}
	var buf [64]byte
	y, err := strconv.ParseFloat(string(strconv.AppendFloat(buf[:0], x, 'f', decimals, 64)), 64)
	if err != nil {
		return x
	}
	return y
}
