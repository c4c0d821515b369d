package trialio

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"strconv"
)

func (t *Trial) readParams() {
	t.raw = []byte(t.getenv("DANLU_PARAMS"))
	if len(t.raw) == 0 {
		return
	}
	d := json.NewDecoder(bytes.NewReader(t.raw))
	d.UseNumber()
	if err := d.Decode(&t.params); err != nil {
		t.invalid = fmt.Errorf("read DANLU_PARAMS %q: %w (it must be a JSON object; danlu sets it)", t.raw, err)
	}
}

// Params returns the trial's active parameters by name: int64, float64, string or
// bool, and whatever else a choice may hold. A float that has no fraction may
// come as int64; [Trial.Float] does not mind. Outside danlu it is empty. The map
// is the caller's.
func (t *Trial) Params() map[string]any {
	t.mustBeReadable()
	params := maps.Clone(t.params)
	if params == nil {
		return map[string]any{}
	}
	for name, v := range params {
		if n, ok := v.(json.Number); ok {
			params[name] = plain(n)
		}
	}
	return params
}

func plain(n json.Number) any {
	if i, err := n.Int64(); err == nil {
		return i
	}
	f, _ := n.Float64()
	return f
}

// Float returns a parameter, or def outside danlu and where the trial does not
// have it (its condition does not hold). A parameter that is no number is a
// slip of the programmer's, and panics: training with another value than the
// one recorded would be worse. Int, String and Bool do likewise.
func (t *Trial) Float(name string, def float64) float64 {
	v, ok := t.lookup(name)
	if !ok {
		return def
	}
	if n, ok := v.(json.Number); ok {
		if f, err := n.Float64(); err == nil {
			return f
		}
	}
	panic(mismatch("Float", name, v))
}

// Int returns an integer parameter, or def as [Trial.Float] does. 64.0 is 64.
func (t *Trial) Int(name string, def int) int {
	v, ok := t.lookup(name)
	if !ok {
		return def
	}
	if n, ok := v.(json.Number); ok {
		if i, err := strconv.Atoi(n.String()); err == nil {
			return i
		}
		const exact = 1 << 53 // beyond it a float64 skips integers
		if f, err := n.Float64(); err == nil && f == math.Trunc(f) && math.Abs(f) <= exact {
			return int(f)
		}
	}
	panic(mismatch("Int", name, v))
}

// String returns a parameter's text, or def as [Trial.Float] does. A number or a
// boolean is given as danlu wrote it.
func (t *Trial) String(name, def string) string {
	v, ok := t.lookup(name)
	if !ok {
		return def
	}
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	}
	panic(mismatch("String", name, v))
}

// Bool returns a boolean parameter, or def as [Trial.Float] does.
func (t *Trial) Bool(name string, def bool) bool {
	v, ok := t.lookup(name)
	if !ok {
		return def
	}
	if b, ok := v.(bool); ok {
		return b
	}
	panic(mismatch("Bool", name, v))
}

// Decode fills the struct that to points to by encoding/json's rules (a tag
// `json:"batch_size"`, or the field's name in any case). Fields that the trial
// has no parameter for stay as they are, so fill in the defaults first.
// Parameters without a field are passed over.
func (t *Trial) Decode(to any) error {
	if len(t.raw) == 0 {
		return nil
	}
	if err := json.Unmarshal(t.raw, to); err != nil {
		return fmt.Errorf("decode the trial's parameters %s into %T: %w (give the field the parameter's type)", t.raw, to, err)
	}
	return nil
}

func (t *Trial) lookup(name string) (any, bool) {
	t.mustBeReadable()
	v, ok := t.params[name]
	return v, ok
}

func (t *Trial) mustBeReadable() {
	if t.invalid != nil {
		panic("trialio: " + t.invalid.Error())
	}
}

func mismatch(getter, name string, v any) string {
	return fmt.Sprintf("trialio: %s(%q): the trial's value is %v: ask for the type that danlu.yaml gives it", getter, name, v)
}
