package text

import (
	"math"
	"strings"
)

var bars = []rune("▁▂▃▄▅▆▇█")

// Spark draws a curve in width columns, its values between low and high; what
// lies outside is cut off there, and what is not finite is `!`.
//
// Where the end of the horizontal axis is known (horizon > 0), a column is an
// equal part of it and columns not reached are blank; else the whole curve fills
// as many columns as it has points, up to width. A column shows its last point.
func Spark(steps []int64, values []float64, horizon int64, width int, low, high float64) string {
	if horizon > 0 && horizon < int64(width) {
		width = int(horizon)
	}
	if horizon <= 0 && len(steps) < width {
		width = len(steps)
	}
	cells := make([]rune, width)
	filled := 0
	for i, v := range values {
		c := i * width / len(values)
		if horizon > 0 {
			c = int(math.Ceil(float64(steps[i])*float64(width)/float64(horizon))) - 1
		}
		c = min(max(c, 0), width-1)
		r := bar(v, low, high)
		for filled <= c { // columns without a point of their own show the next one
			cells[filled] = r
			filled++
		}
		cells[c] = r
	}
	return string(cells[:filled]) + strings.Repeat(" ", width-filled)
}

func bar(v, low, high float64) rune {
	switch {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return '!'
	case !(high > low):
		return bars[len(bars)/2-1]
	}
	i := int((v - low) / (high - low) * float64(len(bars)))
	return bars[min(max(i, 0), len(bars)-1)]
}

// Bar draws a fraction as a bar of width columns.
func Bar(fraction float64, width int) string {
	n := int(math.Round(min(max(fraction, 0), 1) * float64(width)))
	return strings.Repeat("█", n) + strings.Repeat("░", width-n)
}
