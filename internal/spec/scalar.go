package spec

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/danlu-ml/danlu/internal/space"
)

// wrong tells that a value is of the wrong type. what is its full name; want is
// what it should be, with an example.
func (r *reader) wrong(n *node, what, want string) {
	hint := ""
	if n.kind == stringKind {
		if _, err := strconv.ParseFloat(n.text, 64); err == nil && strings.Contains(want, "number") {
			hint = " (take it out of its quotes)"
		}
	}
	r.fail(n, "%s must be %s; this is %s%s", what, want, n, hint)
}

// text reads a string; numbers and booleans are taken as they are written.
func (r *reader) text(n *node, what, want string) (string, bool) {
	if !n.scalar() {
		r.wrong(n, what, want)
		return "", false
	}
	if strings.IndexByte(n.text, 0) >= 0 {
		r.fail(n, "%s holds a NUL byte, which no program can be given; take it out", what)
		return "", false
	}
	return n.text, true
}

func (r *reader) bool(n *node, what string) bool {
	if n.kind != boolKind {
		r.wrong(n, what, "true or false")
	}
	return strings.EqualFold(n.text, "true")
}

// number reads a finite number.
func (r *reader) number(n *node, what, want string) (float64, bool) {
	v, ok := numberValue(n)
	switch x := v.Float(); {
	case ok && finite(x):
		return x, true
	case ok || notFinite(n):
		r.fail(n, "%s must be a finite number, not %s", what, clip(n.text))
	case n.kind == numberKind:
		r.fail(n, "%s is written %s, which some readers take for octal; write it without the leading 0", what, clip(n.text))
	default:
		r.wrong(n, what, want)
	}
	return 0, false
}

// notFinite finds nan, inf and 1e400, which are strings to YAML.
func notFinite(n *node) bool {
	if n.kind != stringKind {
		return false
	}
	x, err := strconv.ParseFloat(n.text, 64)
	return errors.Is(err, strconv.ErrRange) || (err == nil && !finite(x))
}

// whole reads a whole number of at least low.
func (r *reader) whole(n *node, what, want string, low int64) (int64, bool) {
	x, ok := r.number(n, what, want)
	if !ok {
		return 0, false
	}
	if x != math.Trunc(x) || math.Abs(x) > 1<<53 {
		r.wrong(n, what, want)
		return 0, false
	}
	if x < float64(low) {
		r.fail(n, "%s must be at least %d; this is %s", what, low, n)
		return 0, false
	}
	v, _ := numberValue(n)
	return v.Int(), true
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// numberValue reads a YAML number: an integer, or a float where it has a point or
// an exponent. Leading zeros are refused: 010 is eight to some readers and ten to
// others.
func numberValue(n *node) (space.Value, bool) {
	if n.kind != numberKind {
		return space.Value{}, false
	}
	s := strings.ReplaceAll(n.text, "_", "")
	digits := strings.TrimLeft(s, "+-")
	switch strings.ToLower(digits) {
	case ".nan":
		return space.FloatValue(math.NaN()), true
	case ".inf":
		return space.FloatValue(math.Inf(1 - 2*strings.Count(s, "-"))), true
	}
	if len(digits) > 1 && digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9' {
		return space.Value{}, false
	}
	if i, err := strconv.ParseInt(s, 0, 64); err == nil {
		return space.IntValue(i), true
	}
	x, err := strconv.ParseFloat(s, 64)
	return space.FloatValue(x), err == nil
}

// value reads a parameter's value: a number, a string or a boolean.
func (r *reader) value(n *node, what string) (space.Value, bool) {
	switch n.kind {
	case boolKind:
		return space.BoolValue(strings.EqualFold(n.text, "true")), true
	case numberKind:
		if _, ok := r.number(n, what, "a number"); !ok {
			return space.Value{}, false
		}
		return numberValue(n)
	}
	s, ok := r.text(n, what, "a number, a string, true or false")
	return space.StringValue(s), ok
}

// duration reads 90s, 2h, 1h30m, 1d.
func (r *reader) duration(n *node, what, example string) time.Duration {
	if n.kind == numberKind {
		r.fail(n, "%s has no unit; write %[2]ss for seconds, %[2]sm, %[2]sh or %[2]sd", what, n.text)
		return 0
	}
	d, err := parseDuration(n.text)
	if n.kind != stringKind || err != nil {
		r.wrong(n, what, "a time, as in "+example)
		return 0
	}
	if d <= 0 {
		r.fail(n, "%s must be above 0; leave it out for none", what)
	}
	return d
}

// parseDuration is time.ParseDuration with days in front.
func parseDuration(s string) (time.Duration, error) {
	s = strings.ReplaceAll(s, " ", "")
	days, rest, ok := strings.Cut(s, "d")
	if !ok {
		return time.ParseDuration(s)
	}
	n, err := strconv.ParseFloat(days, 64)
	if err != nil || !(n >= 0 && n <= 36500) {
		return 0, fmt.Errorf("%s days", days)
	}
	d := time.Duration(n * 24 * float64(time.Hour))
	if rest == "" {
		return d, nil
	}
	more, err := time.ParseDuration(rest)
	if d += more; d < more {
		return 0, fmt.Errorf("%s is too long", s)
	}
	return d, err
}

// toJSON is a part of the file as JSON, for options that others decode.
func (r *reader) toJSON(n *node, what string) (json.RawMessage, bool) {
	var parts []string
	switch n.kind {
	case nullKind:
		return json.RawMessage("null"), true
	case listKind:
		for _, item := range n.list {
			part, ok := r.toJSON(item, what)
			if !ok {
				return nil, false
			}
			parts = append(parts, string(part))
		}
		return json.RawMessage("[" + strings.Join(parts, ",") + "]"), true
	case mapKind:
		for _, e := range n.keys {
			part, ok := r.toJSON(e.value, what)
			if !ok {
				return nil, false
			}
			key, err := json.Marshal(e.key)
			if err != nil {
				r.failAt(e.line, "%s: %v", what, err)
				return nil, false
			}
			parts = append(parts, string(key)+":"+string(part))
		}
		return json.RawMessage("{" + strings.Join(parts, ",") + "}"), true
	}
	v, ok := r.value(n, what)
	if !ok {
		return nil, false
	}
	if v.Kind() == space.FloatKind && v.Float() == math.Trunc(v.Float()) && math.Abs(v.Float()) < 1e15 {
		v = space.IntValue(v.Int()) // 1e3 fits an option that is a whole number
	}
	out, err := json.Marshal(v)
	if err != nil {
		r.fail(n, "%s: %v", what, err)
		return nil, false
	}
	return out, true
}
