package stats

import (
	"encoding/json"
	"math"
	"os"
	"testing"
)

// testdata/reference.py wrote what scipy says.
func TestAsScipy(t *testing.T) {
	text, err := os.ReadFile("testdata/reference.json")
	if err != nil {
		t.Fatal(err)
	}
	var want struct {
		Wilcoxon []struct {
			D []float64
			P float64
		}
		Intervals []struct {
			X    []float64
			Half float64
		}
		Holm struct{ P, Adjusted []float64 }
	}
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	for _, c := range want.Wilcoxon {
		if got := Wilcoxon(c.D); math.Abs(got-c.P) > 1e-9 {
			t.Errorf("wilcoxon of %v (%d): p = %v, want %v", c.D, len(c.D), got, c.P)
		}
	}
	for _, c := range want.Intervals {
		if got := Interval(c.X); math.Abs(got-c.Half) > 5e-5*c.Half { // the table has five digits
			t.Errorf("interval of %d values: ± %v, want %v", len(c.X), got, c.Half)
		}
	}
	for i, got := range Holm(want.Holm.P) {
		if math.Abs(got-want.Holm.Adjusted[i]) > 1e-12 {
			t.Errorf("holm: %v becomes %v, want %v", want.Holm.P[i], got, want.Holm.Adjusted[i])
		}
	}
}

func TestNothingIsNoEvidence(t *testing.T) {
	if p := Wilcoxon([]float64{0, 0}); p != 1 {
		t.Errorf("two zeros: p = %v, want 1", p)
	}
	if half := Interval([]float64{1}); !math.IsInf(half, 1) {
		t.Errorf("one value: ± %v, want infinity", half)
	}
}
