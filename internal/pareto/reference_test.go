package pareto_test

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/danlu-ml/danlu/internal/pareto"
)

// reference is what other implementations answer: testdata/reference.py.
type reference struct {
	Clouds []struct {
		Points        [][]float64
		Ref           []float64
		Ranks         []int       // pymoo
		Hypervolume   float64     // pygmo, like the rest
		Front         [][]float64 // the points none dominates, each once
		Contributions []float64   // of the front
		Crowding      []float64   // of the front
	}
	EHVI []struct {
		Front    [][]float64
		Ref      []float64
		Mean, SD []float64
		Value    *float64 // botorch; nil where it underflows
		Log      float64  // mpmath, with 50 to 1,200 digits
	}
}

func readReference(t *testing.T) (r reference) {
	t.Helper()
	text, err := os.ReadFile("testdata/reference.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

func close(got, want, tolerance float64) bool {
	return got == want || math.Abs(got-want) <= tolerance*max(1, math.Abs(want))
}

func TestRanksAgreeWithPymoo(t *testing.T) {
	for i, c := range readReference(t).Clouds {
		if d := cmp.Diff(c.Ranks, pareto.Ranks(c.Points)); d != "" {
			t.Errorf("cloud %d, %d objectives (-want +got):\n%s", i, len(c.Ref), d)
		}
	}
}

func TestVolumesAgreeWithPygmo(t *testing.T) {
	for i, c := range readReference(t).Clouds {
		if got := pareto.Hypervolume(c.Points, c.Ref); !close(got, c.Hypervolume, 1e-12) {
			t.Errorf("cloud %d, %d objectives: hypervolume %.15g, want %.15g", i, len(c.Ref), got, c.Hypervolume)
		}
		for j, got := range pareto.Contributions(c.Front, c.Ref) {
			if !close(got, c.Contributions[j], 1e-12) {
				t.Errorf("cloud %d, %d objectives: point %d of the front contributes %.15g, want %.15g", i, len(c.Ref), j, got, c.Contributions[j])
			}
		}
	}
}

func TestCrowdingAgreesWithPygmo(t *testing.T) {
	for i, c := range readReference(t).Clouds {
		if len(c.Crowding) == 0 || slices.ContainsFunc(c.Front, func(p []float64) bool { return len(p) > 2 && tied(c.Front) }) {
			continue // where values are tied, whose neighbours count is anybody's choice
		}
		for j, got := range pareto.Crowding(c.Front) {
			if !close(min(got, 1e300), c.Crowding[j], 1e-12) {
				t.Errorf("cloud %d, %d objectives: crowding distance %d is %.15g, want %.15g", i, len(c.Ref), j, got, c.Crowding[j])
			}
		}
	}
}

// tied reports whether two points share a value in an objective.
func tied(points [][]float64) bool {
	for k := range points[0] {
		seen := map[float64]bool{}
		for _, p := range points {
			if seen[p[k]] {
				return true
			}
			seen[p[k]] = true
		}
	}
	return false
}

func TestEHVIAgreesWithBotorch(t *testing.T) {
	for i, c := range readReference(t).EHVI {
		got := pareto.NewEHVI(c.Front, c.Ref).Log(c.Mean, c.SD, nil, nil)
		if !close(got, c.Log, 1e-10) {
			t.Errorf("case %d, %d objectives, front of %d, mean %v, sd %v: log EHVI %.15g, want %.15g",
				i, len(c.Ref), len(c.Front), c.Mean, c.SD, got, c.Log)
		}
		// botorch's own arithmetic cancels where the value is small.
		if c.Value != nil && *c.Value > 1e-6 && !close(math.Exp(got), *c.Value, 1e-8) {
			t.Errorf("case %d: EHVI %.15g, want %.15g", i, math.Exp(got), *c.Value)
		}
	}
}
