package space

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

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
	seen := make(map[Value]bool, len(d.Values))
	for i, v := range d.Values {
		if v.IsZero() || (v.kind == FloatKind && !finite(v.num)) {
			return fmt.Errorf("choice %d is not a finite number, a string or a boolean; take it out", i+1)
		}
		if v.kind == IntKind {
			v = FloatValue(v.Float()) // 1 and 1.0 are one number
		}
		if seen[v] {
			return fmt.Errorf("%s is listed twice; keep it once", v)
		}
		seen[v] = true
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
