package optuna

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
)

// real is a number that may be what JSON has no number for, as Python writes it.
type real float64

func (r *real) UnmarshalJSON(text []byte) error {
	word := string(bytes.Trim(text, `"`))
	if word == "null" {
		*r = real(math.NaN())
		return nil
	}
	v, err := strconv.ParseFloat(word, 64)
	if err != nil {
		return fmt.Errorf("%s is no number", text)
	}
	*r = real(v)
	return nil
}

// quoteNonFinite puts Python's NaN and Infinity into quotes.
func quoteNonFinite(line []byte) []byte {
	for _, word := range []string{"NaN", "Infinity", "-Infinity"} {
		if !bytes.Contains(line, []byte(word)) {
			continue
		}
		for _, before := range []string{`":`, `": `, "[", ", ", ","} {
			line = bytes.ReplaceAll(line, []byte(before+word), []byte(before+`"`+word+`"`))
		}
	}
	return line
}
