package lrfind

import (
	"encoding/json"
	"math"
	"os"
	"testing"
)

func TestCandidatesAreThoseOfOtherFinders(t *testing.T) {
	text, err := os.ReadFile("testdata/peers.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors struct {
		Cases []struct {
			Name        string
			LR, Loss    []float64
			Suggestions map[string]float64
		}
	}
	if err := json.Unmarshal(text, &vectors); err != nil {
		t.Fatal(err)
	}
	for _, c := range vectors.Cases {
		t.Run(c.Name, func(t *testing.T) {
			curve := make([]Point, len(c.LR))
			for i, lr := range c.LR {
				curve[i] = Point{lr, c.Loss[i]}
			}
			got := Suggest(curve, Options{})
			for name, want := range c.Suggestions {
				if rate := got.Candidate(name); math.Abs(rate-want) > 1e-6*want {
					t.Errorf("%s is %g, theirs is %g", name, rate, want)
				}
			}
			for _, name := range []string{"steepest", "lightning"} {
				if rate, theirs := got.Candidate(name), c.Suggestions[name]; theirs == 0 && rate != 0 {
					t.Errorf("%s is %g, they take no rate", name, rate)
				}
			}
		})
	}
}
