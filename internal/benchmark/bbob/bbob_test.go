package bbob

import (
	"encoding/json"
	"math"
	"os"
	"testing"
)

// testdata/reference.py wrote COCO's values. Functions with powers of large condition
// numbers lose some digits between two orders of summation.
func TestAsCOCO(t *testing.T) {
	text, err := os.ReadFile("testdata/reference.json")
	if err != nil {
		t.Fatal(err)
	}
	var want struct {
		Values []struct {
			F, I int
			X    []float64
			Y    float64
		}
	}
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	wrong := map[int]int{}
	for _, v := range want.Values {
		if got := New(v.F, len(v.X), v.I).At(v.X); !(math.Abs(got-v.Y) <= 1e-8*max(1, math.Abs(v.Y))) {
			if wrong[v.F]++; wrong[v.F] == 1 {
				t.Errorf("f%d in %d dimensions, instance %d: %.12g, want %.12g", v.F, len(v.X), v.I, got, v.Y)
			}
		}
	}
}

func TestTheOptimumIsTheBest(t *testing.T) {
	for f := 1; f <= Functions; f++ {
		for _, d := range []int{2, 5} {
			in := New(f, d, 3)
			if got := in.At(in.Optimum); !(math.Abs(got-in.Best) < 1e-6) {
				t.Errorf("f%d in %d dimensions: %v at its optimum, want %v", f, d, got, in.Best)
			}
		}
	}
}
