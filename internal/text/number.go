package text

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/danlu-ml/danlu/internal/space"
)

// Number shows v with four significant digits and no trailing zeros.
func Number(v float64) string {
	a := math.Abs(v)
	switch {
	case v == 0:
		return "0"
	case math.IsNaN(v):
		return "nan"
	case math.IsInf(v, 0):
		return strings.TrimPrefix(strings.ToLower(strconv.FormatFloat(v, 'g', -1, 64)), "+")
	case a >= 1e-4 && a < 1e7:
		s := fixed(v, 3-int(math.Floor(math.Log10(a))))
		if strings.Contains(s, ".") {
			s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
		}
		return s
	}
	return exponent(v)
}

func fixed(v float64, decimals int) string {
	return strconv.FormatFloat(v, 'f', max(decimals, 0), 64)
}

// exponent shows v as 1.234e-5.
func exponent(v float64) string {
	mantissa, exp, _ := strings.Cut(strconv.FormatFloat(v, 'e', 3, 64), "e")
	mantissa = strings.TrimRight(strings.TrimRight(mantissa, "0"), ".")
	sign := strings.TrimPrefix(exp[:1], "+")
	return mantissa + "e" + sign + strings.TrimLeft(exp[1:], "0")
}

// Spread is the range of a set of values that are shown beside each other. Its
// zero value shows every number by itself, as [Number] does.
type Spread struct{ Low, High float64 }

// decimals shows differences in four digits, in three where they are small:
// 0.8912 where values differ by tenths or hundredths, 412.3 where by hundreds.
func (s Spread) decimals() (n int, ok bool) {
	width := s.High - s.Low
	if !(width > 0) || math.IsInf(width, 0) || max(math.Abs(s.Low), math.Abs(s.High)) >= 1e7 {
		return 0, false
	}
	digits := -int(math.Floor(math.Log10(width)))
	n = min(digits+3, max(digits+2, 4))
	return max(n, 0), n <= 8
}

// Format shows v with as many decimals as the spread asks for.
func (s Spread) Format(v float64) string {
	n, ok := s.decimals()
	if !ok || math.IsNaN(v) || math.IsInf(v, 0) {
		return Number(v)
	}
	return fixed(v, n)
}

// Delta shows a difference with its sign, and with at least two significant
// digits.
func (s Spread) Delta(d float64) string {
	if d == 0 {
		return "±0"
	}
	out := Number(d)
	if n, ok := s.decimals(); ok && !math.IsInf(d, 0) && !math.IsNaN(d) && math.Abs(d) >= 1e-7 {
		out = fixed(d, max(n, 1-int(math.Floor(math.Log10(math.Abs(d))))))
	}
	if d > 0 {
		out = "+" + out
	}
	return out
}

// Param shows a parameter's value briefly: floats with four significant digits.
// Strings that would be misread are quoted.
func Param(v space.Value) string {
	switch v.Kind() {
	case space.FloatKind:
		return Number(v.Float())
	case space.StringKind:
		s := v.String()
		if clean := Clean(s); s == "" || clean != s || strings.ContainsAny(s, " \"'=") {
			return strconv.Quote(s)
		}
	}
	return v.String()
}

// Duration shows d in at most two units: 3.2s, 42s, 1m20s, 2h05m, 3d04h.
func Duration(d time.Duration) string {
	switch {
	case d < 0:
		return "0s"
	case d < 10*time.Second && d%time.Second != 0:
		return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + "s"
	case d < time.Minute:
		return strconv.Itoa(int(d.Seconds())) + "s"
	case d < time.Hour:
		return two(d, time.Minute, "m", time.Second, "s")
	case d < 24*time.Hour:
		return two(d, time.Hour, "h", time.Minute, "m")
	}
	return two(d, 24*time.Hour, "d", time.Hour, "h")
}

func two(d, big time.Duration, bigName string, small time.Duration, smallName string) string {
	rest := strconv.Itoa(int(d % big / small))
	if len(rest) < 2 {
		rest = "0" + rest
	}
	return strconv.Itoa(int(d/big)) + bigName + rest + smallName
}

// About shows an estimate no finer than it deserves: about 40 s, about 2 min,
// about 1.5 h.
func About(d time.Duration) string {
	nearest := func(unit time.Duration) int { return int((d + unit/2) / unit) }
	switch {
	case d < 10*time.Second:
		return "a few seconds"
	case d < 55*time.Second:
		return "about " + strconv.Itoa(10*nearest(10*time.Second)) + " s"
	case d < 9*time.Minute+30*time.Second:
		return "about " + strconv.Itoa(max(nearest(time.Minute), 1)) + " min"
	case d < 57*time.Minute:
		return "about " + strconv.Itoa(5*nearest(5*time.Minute)) + " min"
	case d < 10*time.Hour:
		return "about " + strconv.FormatFloat(float64(nearest(30*time.Minute))/2, 'g', -1, 64) + " h"
	case d < 48*time.Hour:
		return "about " + strconv.Itoa(nearest(time.Hour)) + " h"
	}
	return "about " + strconv.Itoa(nearest(24*time.Hour)) + " days"
}
