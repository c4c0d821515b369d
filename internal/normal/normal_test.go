package normal_test

import (
	"math"
	"testing"

	"github.com/danlu-ml/danlu/internal/normal"
)

// Computed by mpmath 1.4.1 with 60 to 6,000 digits: log h(z), Φ(z)/h(z), log Φ(z).
var published = []struct{ z, logH, slope, logCDF float64 }{
	{-1e6, -500000000028.54996, 1000000.000002, -500000000014.734449},
	{-1000, -500014.734452091158, 1000.00199999400004, -500007.826694812184},
	{-100.5, -5060.26455090769478, 100.519894590712446, -5055.65419524365989},
	{-99.5, -4960.24455673712924, 99.5200944159073172, -4955.64419715942592},
	{-50, -1258.74418286846085, 50.0399521338726549, -1254.8313611394199},
	{-20, -206.917838509425098, 20.0992628111012818, -203.917155371097264},
	{-10, -55.5531220361223559, 10.1943830334125533, -53.2312851505124706},
	{-5, -16.7443011626609901, 5.36181624128808853, -15.0649983939887257},
	{-1.5, -3.52993592080570985, 2.27958069415644616, -2.70594440082388981},
	{-1, -2.48512102571264134, 1.90427123332969182, -1.84102164500926351},
	{-0.999, -2.48321711544758544, 1.90354931735895943, -1.83949691016477791},
	{-0.5, -1.62051626438731992, 1.55987314834807967, -1.17591176159361861},
	{0, -0.918938533204672742, 1.25331413731550025, -0.693147180559945309},
	{0.5, -0.359827683745063819, 0.99092271800410996, -0.368946415288656393},
	{3, 1.09873966532770777, 0.332840968451795236, -0.0013508099647481938},
	{10, 2.30258509299404568, 0.1, -7.61985302416052607e-24},
}

// near allows for the rounding of z² and, before the series begins, for the
// cancellation of 1 − |z|·Mills(|z|) = 1/z²: 1e-16·10⁴.
func near(got, want float64) bool { return math.Abs(got-want) <= 1e-12*max(math.Abs(want), 1e-10) }

func TestLogImprovementAgreesWithManyDigits(t *testing.T) {
	for _, c := range published {
		y, dy := normal.LogImprovement(c.z)
		if !near(y, c.logH) || math.Abs(dy-c.slope) > 1e-10*c.slope {
			t.Errorf("log h(%g) = %.17g with slope %.17g, want %.17g and %.17g", c.z, y, dy, c.logH, c.slope)
		}
	}
}

func TestLogCDFAgreesWithManyDigits(t *testing.T) {
	for _, c := range published {
		y, dy := normal.LogCDF(c.z)
		want := math.Exp(-c.z*c.z/2 - math.Log(2*math.Pi)/2 - c.logCDF) // φ/Φ
		if !near(y, c.logCDF) || (c.z > -40 && !near(dy, want)) {
			t.Errorf("log Φ(%g) = %.17g with slope %.17g, want %.17g and %.17g", c.z, y, dy, c.logCDF, want)
		}
	}
}

func TestErfcxAgreesWithManyDigits(t *testing.T) {
	for _, c := range []struct{ x, want float64 }{
		{-5, 144009798674.66104},
		{-0.5, 1.95236048918255709},
		{0, 1},
		{1, 0.427583576155807004},
		{5, 0.110704637733068626},
		{9.99, 0.0561966407068588202},
		{10, 0.0561409927438225859},
		{12, 0.0468542210148937626},
		{30, 0.0187958888614167515},
		{1e5, 5.64189583519546808e-6},
	} {
		if got := normal.Erfcx(c.x); !near(got, c.want) {
			t.Errorf("erfcx(%g) = %.17g, want %.17g", c.x, got, c.want)
		}
	}
}
