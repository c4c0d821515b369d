package space

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Kind says what a [Value] holds.
type Kind uint8

// The kinds of value a parameter can take.
const (
	None Kind = iota
	FloatKind
	IntKind
	StringKind
	BoolKind
)

func (k Kind) String() string {
	return [...]string{"nothing", "a float", "an integer", "a string", "a boolean"}[k]
}

// Value is one parameter's value. Values are comparable with ==; the zero Value
// holds nothing. A float and an integer of the same size are different values:
// [Domain.Cast] brings what came from outside into the domain's own kind.
type Value struct {
	kind Kind
	num  float64
	int  int64 // also the boolean
	str  string
}

// FloatValue makes a floating-point value; -0 becomes 0.
func FloatValue(f float64) Value { return Value{kind: FloatKind, num: f + 0} }

// IntValue makes an integer value.
func IntValue(i int64) Value { return Value{kind: IntKind, int: i} }

// StringValue makes a string value.
func StringValue(s string) Value { return Value{kind: StringKind, str: s} }

// BoolValue makes a boolean value.
func BoolValue(b bool) Value {
	if b {
		return Value{kind: BoolKind, int: 1}
	}
	return Value{kind: BoolKind}
}

// ValueOf makes a Value of a Go value: a float, an integer, a string, a boolean
// or a Value.
func ValueOf(x any) (Value, error) {
	switch x := x.(type) {
	case Value:
		return x, nil
	case float64:
		return FloatValue(x), nil
	case float32:
		return FloatValue(float64(x)), nil
	case int:
		return IntValue(int64(x)), nil
	case int64:
		return IntValue(x), nil
	case int32:
		return IntValue(int64(x)), nil
	case string:
		return StringValue(x), nil
	case bool:
		return BoolValue(x), nil
	}
	return Value{}, fmt.Errorf("%v is a %T: a parameter is a number, a string or a boolean", x, x)
}

// Kind says what v holds.
func (v Value) Kind() Kind { return v.kind }

// IsZero reports whether v holds nothing.
func (v Value) IsZero() bool { return v.kind == None }

// Float is v as a number: integers are converted, booleans are 0 and 1, anything
// else is NaN.
func (v Value) Float() float64 {
	switch v.kind {
	case FloatKind:
		return v.num
	case IntKind, BoolKind:
		return float64(v.int)
	}
	return math.NaN()
}

// Int is v as an integer; a float is truncated.
func (v Value) Int() int64 {
	if v.kind == FloatKind {
		return int64(v.num)
	}
	return v.int
}

// Bool is v as a boolean.
func (v Value) Bool() bool { return v.kind == BoolKind && v.int != 0 }

// Any is v as the Go value it holds: float64, int64, string, bool or nil.
func (v Value) Any() any {
	switch v.kind {
	case FloatKind:
		return v.num
	case IntKind:
		return v.int
	case StringKind:
		return v.str
	case BoolKind:
		return v.int != 0
	}
	return nil
}

// String is v as a command line takes it: `0.001`, `128`, `adamw`, `true`.
func (v Value) String() string {
	switch v.kind {
	case FloatKind:
		return strconv.FormatFloat(v.num, 'g', -1, 64)
	case IntKind:
		return strconv.FormatInt(v.int, 10)
	case StringKind:
		return v.str
	case BoolKind:
		return strconv.FormatBool(v.int != 0)
	}
	return ""
}

// MarshalJSON writes floats so that they read back as floats: 1 becomes 1.0.
func (v Value) MarshalJSON() ([]byte, error) {
	switch v.kind {
	case FloatKind:
		if math.IsNaN(v.num) || math.IsInf(v.num, 0) {
			return nil, fmt.Errorf("a parameter can't be %v", v.num)
		}
		b := strconv.AppendFloat(nil, v.num, 'g', -1, 64)
		if !bytes.ContainsAny(b, ".e") {
			b = append(b, ".0"...)
		}
		return b, nil
	case IntKind:
		return strconv.AppendInt(nil, v.int, 10), nil
	case StringKind:
		return json.Marshal(v.str)
	case BoolKind:
		return strconv.AppendBool(nil, v.int != 0), nil
	}
	return []byte("null"), nil
}

// UnmarshalJSON reads a number with a point or an exponent as a float, and one
// without as an integer.
func (v *Value) UnmarshalJSON(b []byte) error {
	switch s := string(b); {
	case s == "null":
		*v = Value{}
	case s == "true" || s == "false":
		*v = BoolValue(s == "true")
	case s[0] == '"':
		var str string
		if err := json.Unmarshal(b, &str); err != nil {
			return err
		}
		*v = StringValue(str)
	case strings.ContainsAny(s, ".eE"):
		f, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return fmt.Errorf("parameter value %s: want a finite number", s)
		}
		*v = FloatValue(f)
	default:
		i, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return fmt.Errorf("parameter value %s: want a number, a string or a boolean", s)
		}
		*v = IntValue(i)
	}
	return nil
}

// Values are the parameters of a trial by name: those active, and no others.
type Values map[string]Value

// Any is vs with each value as the Go value it holds.
func (vs Values) Any() map[string]any {
	m := make(map[string]any, len(vs))
	for name, v := range vs {
		m[name] = v.Any()
	}
	return m
}
