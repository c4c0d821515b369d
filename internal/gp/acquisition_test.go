package gp

import (
	"encoding/json"
	"math"
	"os"
	"testing"
)

// The values come from testdata/logei.py, which computes them in 60 digits.
func TestLogEIIsThatOfManyDigits(t *testing.T) {
	text, err := os.ReadFile("testdata/logei.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Mean, Best    []float64
		Variance, Log float64
	}
	if err := json.Unmarshal(text, &cases); err != nil || len(cases) == 0 {
		t.Fatalf("%d cases (error %v)", len(cases), err)
	}
	for _, c := range cases {
		got, _ := LogEI(c.Mean, c.Variance, c.Best, nil)
		// Far out log EI is about z²/2, of which a few units in the last place are lost.
		if math.Abs(got-c.Log) > 1e-13*(1+math.Abs(c.Log)) {
			t.Errorf("mean %v, variance %g, best %v: %.17g, want %.17g", c.Mean, c.Variance, c.Best, got, c.Log)
		}
	}
}

func TestLogEIsDerivativesAreThoseOfDifferences(t *testing.T) {
	for name, c := range map[string]struct{ mean, best []float64 }{
		"one way":         {[]float64{.3}, []float64{.1}},
		"far out":         {[]float64{20}, []float64{-1}},
		"three fantasies": {[]float64{.3, -.5, 4}, []float64{.1, 0, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			args := append([]float64{.6}, c.mean...)
			f := func(v []float64) float64 {
				value, _ := LogEI(v[1:], v[0], c.best, nil)
				return value
			}
			byMean := make([]float64, len(c.mean))
			_, byVariance := LogEI(c.mean, args[0], c.best, byMean)
			for i, got := range append([]float64{byVariance}, byMean...) {
				if want := numeric(f, args, i); !near(got, want) {
					t.Errorf("derivative %d is %g, want %g", i, got, want)
				}
			}
		})
	}
}
