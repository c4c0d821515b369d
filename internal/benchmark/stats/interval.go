package stats

import "math"

// Interval is half the width of the 95 % interval of the mean by Student's t, infinite
// with fewer than two values.
func Interval(xs []float64) float64 {
	if len(xs) < 2 {
		return math.Inf(1)
	}
	return t975(len(xs)-1) * SE(xs)
}

// quantiles of Student's t at .975 for 1 … 30 degrees of freedom.
var quantiles = [...]float64{
	12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281,
	2.2010, 2.1788, 2.1604, 2.1448, 2.1314, 2.1199, 2.1098, 2.1009, 2.0930, 2.0860,
	2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423,
}

// t975 is from the table, and beyond it from the first terms of the expansion about the
// normal quantile (Abramowitz and Stegun 26.7.5).
func t975(df int) float64 {
	if df <= len(quantiles) {
		return quantiles[df-1]
	}
	const z = 1.959963984540054
	n := float64(df)
	return z + (z*z*z+z)/(4*n) + (5*math.Pow(z, 5)+16*z*z*z+3*z)/(96*n*n)
}
