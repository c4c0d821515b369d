package foresight

import (
	"math"
	"testing"
)

// Quantiles by SciPy 1.17.1: scipy.stats.t.ppf(p, 4).
func TestStudentsDistribution(t *testing.T) {
	for p, x := range map[float64]float64{
		0.5: 0, 0.05: -2.131846786326651, 0.01: -3.746947387979197, 0.975: 2.7764451051977934, 1e-6: -41.577854150450975,
	} {
		if got := student4(x); math.Abs(got-p) > 1e-13 {
			t.Errorf("%v has %v below it, want %v", x, got, p)
		}
	}
}
