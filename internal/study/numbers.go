package study

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Numbers is a set of named numbers in JSON, where non-finite ones are the
// strings "nan", "inf" and "-inf".
type Numbers map[string]float64

// MarshalJSON writes the names in order.
func (n Numbers) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, name := range slices.Sorted(maps.Keys(n)) {
		if i > 0 {
			b.WriteByte(',')
		}
		key, err := json.Marshal(name)
		if err != nil {
			return nil, err
		}
		b.Write(key)
		b.WriteByte(':')
		b.WriteString(FormatNumber(n[name]))
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// UnmarshalJSON reads numbers and the strings of non-finite ones, in any case.
func (n *Numbers) UnmarshalJSON(text []byte) error {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(text, &raw); err != nil {
		return err
	}
	if raw == nil {
		*n = nil
		return nil
	}
	*n = make(Numbers, len(raw))
	for name, v := range raw {
		f, err := ParseNumber(string(v))
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		(*n)[name] = f
	}
	return nil
}

// FormatNumber writes v as JSON.
func FormatNumber(v float64) string {
	switch {
	case math.IsNaN(v):
		return `"nan"`
	case math.IsInf(v, 1):
		return `"inf"`
	case math.IsInf(v, -1):
		return `"-inf"`
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

// ParseNumber reads a JSON number or one of the strings of FormatNumber.
func ParseNumber(text string) (float64, error) {
	bare := strings.Trim(text, `"`)
	f, err := strconv.ParseFloat(bare, 64)
	if err != nil && !math.IsInf(f, 0) { // 1e999 is an infinity
		return 0, fmt.Errorf("%s is not a number; write 0.5, or \"nan\", \"inf\", \"-inf\"", text)
	}
	if len(bare) != len(text) && !math.IsNaN(f) && !math.IsInf(f, 0) {
		return 0, fmt.Errorf("%s is a string; write the number without quotes", text)
	}
	return f, nil
}
