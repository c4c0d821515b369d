package observe

import (
	"math"
	"strconv"
	"strings"
)

// number reads what a pattern's group has matched. Punctuation that a greedy \S+
// took along is dropped; a percent sign at its end, or first in what follows,
// divides by 100.
func number(text, follows []byte) (float64, bool) {
	s := strings.TrimRight(strings.TrimLeft(string(text), `([{"'=:`), `,;:)]}"'`)
	s, percent := strings.CutSuffix(s, "%")
	v, ok := parseNumber(s)
	if percent || (len(follows) > 0 && follows[0] == '%') {
		v = hundredth(v)
	}
	return v, ok
}

// parseNumber reads a number as Go or Python print it, nan and inf among them, and
// with commas between its thousands.
func parseNumber(s string) (float64, bool) {
	if len(s) == 0 || strings.ContainsAny(s, "xX_") {
		return 0, false // Go's hexadecimal floats and digit groups mean something else to others
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil && strings.IndexByte(s, ',') > 0 && thousands(s) {
		v, err = strconv.ParseFloat(strings.ReplaceAll(s, ",", ""), 64)
	}
	return v, err == nil || math.IsInf(v, 0)
}

// thousands reports whether the commas of s stand before groups of three digits:
// 1,234,567.8.
func thousands(s string) bool {
	whole, _, _ := strings.Cut(strings.TrimLeft(s, "+-"), ".")
	groups := strings.Split(whole, ",")
	for i, g := range groups {
		if i == 0 && (len(g) < 1 || len(g) > 3 || g[0] == '0') || i > 0 && len(g) != 3 {
			return false
		}
	}
	return true
}

// hundredth is v/100 as one would write it: of 81.1 it is 0.811, which division
// misses by a bit.
func hundredth(v float64) float64 {
	if w, err := strconv.ParseFloat(strconv.FormatFloat(v, 'f', -1, 64)+"e-2", 64); err == nil {
		return w
	}
	return v / 100 // not finite
}
