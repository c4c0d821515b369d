// Package stats has the statistics of the search benchmark's report: means and their
// errors, the Wilcoxon signed-rank test, Holm's correction.
//
// Start reading at [Wilcoxon].
package stats

import "math"

// Mean is the mean, NaN of nothing.
func Mean(xs []float64) float64 {
	sum := 0.0
	for _, x := range xs {
		sum += x
	}
	return sum / float64(len(xs))
}

// SD is the standard deviation of a sample (n-1), NaN of fewer than two.
func SD(xs []float64) float64 {
	m, sum := Mean(xs), 0.0
	for _, x := range xs {
		sum += (x - m) * (x - m)
	}
	return math.Sqrt(sum / float64(len(xs)-1))
}

// SE is the standard error of the mean, NaN of fewer than two.
func SE(xs []float64) float64 { return SD(xs) / math.Sqrt(float64(len(xs))) }
