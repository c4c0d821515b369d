package space

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Domain is the set of values a parameter may take, and its map to the unit
// interval, in which every algorithm works.
//
// For every u, At(Unit(At(u))) == At(u), bit for bit: what was proposed keeps
// its place. Equal steps of u are equally likely a priori: on a log scale they
// multiply, in a discrete domain every value owns an equal share (on a log
// scale, its share of the scale).
type Domain interface {
	// Contains reports whether v, after Cast, is in the domain.
	Contains(v Value) bool
	// Cast brings a value from outside (a file, another program) into the
	// domain's kind, where nothing is lost by it: 32 and 32.0 are the same
	// integer, and a number is not a string.
	Cast(v Value) (Value, bool)
	// Unit is the place of v in [0, 1]. Values outside the domain are clamped.
	Unit(v Value) float64
	// At is the value at u, clamped to [0, 1]; NaN counts as 0.5.
	At(u float64) Value
	// Middle is the value a parameter without a default takes: the middle of the
	// scale, or the first choice.
	Middle() Value
	// Count is the number of values, 0 if it is not finite for practical
	// purposes (a float without step).
	Count() int
	// String describes the domain to a person: `float 1e-05 … 0.1, log`.
	String() string

	check() error
}

// maxExact is the largest integer below which every integer is a float64.
const maxExact = 1 << 53

// Float is an interval of real numbers. On a linear scale proposals have a
// resolution of about 1e-9 of the range, on a log scale eight significant
// digits, which makes the map to the unit interval invertible and values short
// enough to read.
type Float struct {
	Low, High float64
	Log       bool
	Step      float64 // 0: continuous; else Low, Low+Step, …
}

func (d Float) check() error {
	switch {
	case !finite(d.Low) || !finite(d.High) || !finite(d.Step):
		return fmt.Errorf("bounds must be finite numbers, as in float: [1e-5, 1e-1]")
	case d.Low > d.High:
		return fmt.Errorf("low %v is above high %v; write the smaller one first: float: [%[2]v, %[1]v]", d.Low, d.High)
	case d.Log && d.Low <= 0:
		return fmt.Errorf("a log scale can't reach %v; start it above zero, as in float: [%v, %v]", d.Low, d.High*1e-4, d.High)
	case d.Step < 0:
		return fmt.Errorf("step %v is negative; write it without the sign, or leave it out", d.Step)
	case d.Step > 0 && (d.High-d.Low)/d.Step > 1e9:
		return fmt.Errorf("step %v divides the range into more than 1e9 values; leave the step out", d.Step)
	}
	return nil
}

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
	n := d.Count()
	switch {
	case d.Low == d.High:
		return FloatValue(d.Low)
	case n > 0 && !d.Log:
		i := min(math.Floor(u*float64(n)), float64(n-1))
		return FloatValue(d.snap(d.Low + i*d.Step))
	case d.Log:
		x := math.Exp(math.Log(d.Low) + u*(math.Log(d.High)-math.Log(d.Low)))
		if n > 0 {
			i := min(math.Round((x-d.Low)/d.Step), float64(n-1))
			return FloatValue(d.snap(d.Low + i*d.Step))
		}
		return FloatValue(min(max(significant(x, 8), d.Low), d.High))
	}
	quantum := math.Pow(10, math.Floor(math.Log10(d.High-d.Low))-9)
	x := d.Low + u*(d.High-d.Low)
	if q := quantize(x, quantum); finite(q) {
		x = q
	}
	return FloatValue(min(max(x, d.Low), d.High))
}

// snap removes the last digits' noise of Low + i·Step.
func (d Float) snap(x float64) float64 { return min(max(significant(x, 14), d.Low), d.High) }

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
	case d.Low < -maxExact || d.High > maxExact:
		return fmt.Errorf("integers must lie within ±2^53; use a float, or a smaller range")
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

// Choice is a list of values. Ordered says that neighbours are alike (batch
// sizes), so that a model may interpolate.
type Choice struct {
	Values  []Value
	Ordered bool
}

// Bool is the choice between false and true.
func Bool() Choice { return Choice{Values: []Value{BoolValue(false), BoolValue(true)}} }

// IsBool reports whether the domain is [Bool].
func (d Choice) IsBool() bool {
	return len(d.Values) == 2 && d.Values[0] == BoolValue(false) && d.Values[1] == BoolValue(true)
}

func (d Choice) check() error {
	if len(d.Values) == 0 {
		return fmt.Errorf("a choice needs at least one value, as in choice: [32, 64]")
	}
	for i, v := range d.Values {
		if v.IsZero() || (v.kind == FloatKind && !finite(v.num)) {
			return fmt.Errorf("choice %d is not a finite number, a string or a boolean; take it out", i+1)
		}
		if j := d.index(v); j < i {
			return fmt.Errorf("%s is listed twice; keep it once", v)
		}
	}
	return nil
}

// index finds v, a float and an integer of one size being equal here, -1 if it
// is not there.
func (d Choice) index(v Value) int {
	return slices.IndexFunc(d.Values, func(w Value) bool {
		numeric := (v.kind == FloatKind || v.kind == IntKind) && (w.kind == FloatKind || w.kind == IntKind)
		return v == w || (numeric && v.Float() == w.Float())
	})
}

// Cast implements [Domain].
func (d Choice) Cast(v Value) (Value, bool) {
	if i := d.index(v); i >= 0 {
		return d.Values[i], true
	}
	return v, false
}

// Contains implements [Domain].
func (d Choice) Contains(v Value) bool { return d.index(v) >= 0 }

// Unit implements [Domain].
func (d Choice) Unit(v Value) float64 {
	i := d.index(v)
	if i < 0 {
		return 0.5
	}
	return (float64(i) + 0.5) / float64(len(d.Values))
}

// At implements [Domain].
func (d Choice) At(u float64) Value {
	n := float64(len(d.Values))
	return d.Values[int(min(math.Floor(clamp01(u)*n), n-1))]
}

// Middle implements [Domain].
func (d Choice) Middle() Value { return d.Values[0] }

// Count implements [Domain].
func (d Choice) Count() int { return len(d.Values) }

func (d Choice) String() string {
	if d.IsBool() {
		return "bool"
	}
	words := make([]string, len(d.Values))
	for i, v := range d.Values {
		words[i] = v.String()
	}
	return "choice of " + strings.Join(words, ", ")
}

func interval(kind string, low, high Value, log bool, step float64) string {
	s := fmt.Sprintf("%s %s … %s", kind, low, high)
	if log {
		s += ", log"
	}
	if step > 0 {
		s += ", step " + strconv.FormatFloat(step, 'g', -1, 64)
	}
	return s
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

func clamp01(u float64) float64 {
	if math.IsNaN(u) {
		return 0.5
	}
	return min(max(u, 0), 1)
}

// significant rounds x to n significant decimal digits, exactly as it would be
// printed and read back.
func significant(x float64, n int) float64 {
	y, err := strconv.ParseFloat(strconv.FormatFloat(x, 'e', n-1, 64), 64)
	if err != nil {
		return x
	}
	return y
}

// quantize rounds x to a multiple of a power of ten, exactly as it would be
// printed with so many decimals and read back.
func quantize(x, quantum float64) float64 {
	decimals := int(-math.Round(math.Log10(quantum)))
	if decimals < 0 {
		return math.Round(x/quantum) * quantum
	}
	y, err := strconv.ParseFloat(strconv.FormatFloat(x, 'f', decimals, 64), 64)
	if err != nil {
		return x
	}
	return y
}
