package space

import (
	"fmt"
	"math"
	"strconv"
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
