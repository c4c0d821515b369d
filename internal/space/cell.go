package space

import "math"

// Cell is the part of the unit interval that means the same value as u: At maps
// all of it, but perhaps the ends, to At(u). It is (u, u) in a continuous domain
// and the whole interval in one with a single value.
func Cell(d Domain, u float64) (low, high float64) {
	u = clamp01(u)
	n := float64(d.Count())
	switch d := d.(type) {
	case Float:
		switch {
		case d.Low == d.High:
			return 0, 1
		case n == 0:
			return u, u
		case d.Log:
			i := math.Round((d.At(u).num - d.Low) / d.Step)
			return logCell(math.Log(d.Low), math.Log(d.High), d.Low+i*d.Step, d.Step, i == 0, i == n-1)
		}
	case Int:
		if d.Log {
			lo, hi := d.scale()
			v := d.At(u).int
			return logCell(lo, hi, float64(v), float64(d.step()), v == d.Low, v == d.last())
		}
	}
	i := min(math.Floor(u*n), n-1)
	return i / n, (i + 1) / n
}

// logCell is the cell of x, half a step to either side, on a log scale from lo to
// hi: what lies beyond the first and the last value is theirs.
func logCell(lo, hi, x, step float64, first, last bool) (low, high float64) {
	high = 1
	if !first {
		low = clamp01((math.Log(x-step/2) - lo) / (hi - lo))
	}
	if !last {
		high = clamp01((math.Log(x+step/2) - lo) / (hi - lo))
	}
	return low, high
}
