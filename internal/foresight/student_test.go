package foresight

import (
	"math"
	"testing"
)

// SciPy 1.17.1: scipy.stats.t(4).cdf, and log(scipy.integrate.quad(t(4).cdf, -inf, z)).
func TestStudentsDistribution(t *testing.T) {
	for _, c := range []struct{ z, below, logImprovement float64 }{
		{-1000, 2.999980000104999e-12, -20.723269836939412},
		{-30, 3.6764280488306595e-06, -10.208027971157277},
		{-3, 0.019970984035859413, -3.672001113304987},
		{-0.5, 0.32166498159093165, -1.2183924145626899},
		{0, 0.5, -0.6931471805599453},
		{2, 0.9419417382415922, 0.7230264031991681},
	} {
		below, improvement := student(c.z)
		if math.Abs(below-c.below) > 1e-9*c.below {
			t.Errorf("%v below %v, want %v", below, c.z, c.below)
		}
		if math.Abs(improvement-c.logImprovement) > 1e-8 {
			t.Errorf("log improvement %v at %v, want %v", improvement, c.z, c.logImprovement)
		}
	}
}

func TestTheTailsSeriesGoesOnWhereTheFormulaEnds(t *testing.T) {
	below, improvement := student(-far)
	next, further := student(math.Nextafter(-far, math.Inf(-1)))
	if math.Abs(below-next) > 1e-6*below || math.Abs(improvement-further) > 1e-6 {
		t.Errorf("%v and %v, and beyond %v and %v", below, improvement, next, further)
	}
}
