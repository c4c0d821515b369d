package expr

import (
	"fmt"
	"strconv"
)

type kind uint8

const (
	unknown kind = iota // a name nobody knows, or what hangs on one
	number
	text
	boolean
)

func (k kind) String() string {
	return [...]string{"unknown", "a number", "a string", "a truth value"}[k]
}

type value struct {
	kind  kind
	num   float64
	str   string
	truth bool
}

func numberOf(x float64) value { return value{kind: number, num: x} }
func truthOf(b bool) value     { return value{kind: boolean, truth: b} }

// String is v as an error message names it.
func (v value) String() string {
	switch v.kind {
	case number:
		return "the number " + strconv.FormatFloat(v.num, 'g', -1, 64)
	case text:
		return "the string " + strconv.Quote(v.str)
	case boolean:
		return strconv.FormatBool(v.truth)
	}
	return "unknown"
}

// valueOf takes what a lookup gave.
func valueOf(x any) (value, error) {
	switch x := x.(type) {
	case float64:
		return numberOf(x), nil
	case float32:
		return numberOf(float64(x)), nil
	case int:
		return numberOf(float64(x)), nil
	case int32:
		return numberOf(float64(x)), nil
	case int64:
		return numberOf(float64(x)), nil
	case string:
		return value{kind: text, str: x}, nil
	case bool:
		return truthOf(x), nil
	}
	return value{}, fmt.Errorf("%v is a %T, not a number, a string or a truth value", x, x)
}

func (v value) equal(w value) bool {
	if v.kind != w.kind {
		return false
	}
	switch v.kind {
	case number:
		return v.num == w.num
	case text:
		return v.str == w.str
	}
	return v.truth == w.truth
}
