package parzen_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/danlu-ml/danlu/internal/parzen"
)

// recorded is what testdata/record.py wrote.
type recorded struct {
	Categories []int
	Edges      [][]float64
	Recency    map[int][]float64
	Cases      []struct {
		Endpoints  bool
		Points, At [][]float64
		LogDensity []float64 `json:"log_density"`
	}
}

func load(t testing.TB) (r recorded, axes []parzen.Axis) {
	t.Helper()
	text, err := os.ReadFile("testdata/optuna-5.0.0.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	for i, n := range r.Categories {
		a := parzen.Axis{Categories: n}
		if edges := r.Edges[i]; len(edges) > 0 {
			a.Cell = func(u float64) (low, high float64) {
				k, _ := slices.BinarySearch(edges, u)
				return edges[k-1], edges[k]
			}
		}
		axes = append(axes, a)
	}
	return r, axes
}

// The two differ by rounding: Optuna's normal distribution is its own, of about
// twelve digits, and a sum over six axes loses one.
var close = cmpopts.EquateApprox(0, 1e-9)

func TestDensitiesAreOptunas(t *testing.T) {
	r, axes := load(t)
	for i, c := range r.Cases {
		t.Run(fmt.Sprintf("case %d, %d points", i, len(c.Points)), func(t *testing.T) {
			m := parzen.New(axes, slices.Concat(c.Points...), nil, parzen.Options{Endpoints: c.Endpoints})
			var got []float64
			for _, u := range c.At {
				got = append(got, m.LogDensity(u))
			}
			if d := cmp.Diff(c.LogDensity, got, close); d != "" {
				t.Errorf("log densities (-optuna +got):\n%s", d)
			}
		})
	}
}

// What a mixture estimated before does not show.
func TestMemoryIsUsedAgain(t *testing.T) {
	r, axes := load(t)
	var used parzen.Mixture
	for _, i := range rand.New(rand.NewPCG(1, 1)).Perm(len(r.Cases)) {
		c := r.Cases[i]
		x, o := slices.Concat(c.Points...), parzen.Options{Endpoints: c.Endpoints}
		used.Fit(axes, x, nil, o)
		m := parzen.New(axes, x, nil, o)
		for _, u := range c.At {
			if got, want := used.LogDensity(u), m.LogDensity(u); got != want {
				t.Fatalf("case %d: %v, want %v", i, got, want)
			}
		}
		got, want := make([]float64, len(axes)), make([]float64, len(axes))
		used.Sample(rand.New(rand.NewPCG(2, 2)), got)
		if m.Sample(rand.New(rand.NewPCG(2, 2)), want); !slices.Equal(got, want) {
			t.Fatalf("case %d: draws %v, want %v", i, got, want)
		}
	}
}

func TestWeightsAreOptunas(t *testing.T) {
	r, _ := load(t)
	for n, want := range r.Recency {
		if d := cmp.Diff(want, parzen.Recency(n), cmpopts.EquateApprox(0, 1e-15)); d != "" {
			t.Errorf("of %d points (-optuna +got):\n%s", n, d)
		}
	}
}

// A density's integral is 1: the mean over uniform points is within four standard
// errors of it.
func TestDensityIntegratesToOne(t *testing.T) {
	axes := []parzen.Axis{{}, {Categories: 3}, {}}
	x := []float64{0.1, 0.5, 0.9, 0.2, 0.9, 0.8, 0.15, 0.5, 0.3}
	m := parzen.New(axes, x, []float64{1, 2, 0.5}, parzen.Options{})
	rng := rand.New(rand.NewPCG(1, 2))
	sum, squares := 0.0, 0.0
	const n = 20_000
	for range n {
		p := 3 * math.Exp(m.LogDensity([]float64{rng.Float64(), rng.Float64(), rng.Float64()}))
		sum, squares = sum+p, squares+p*p
	}
	mean := sum / n
	if se := math.Sqrt((squares/n - mean*mean) / n); math.Abs(mean-1) > 4*se {
		t.Errorf("the density integrates to %.4f ± %.4f, want 1", mean, se)
	}
}

// Draws follow the density: the share of draws in a box is its probability, by
// the density's mean over the box, within four standard errors of both.
func TestDrawsFollowTheDensity(t *testing.T) {
	_, axes := load(t)
	axes = axes[2:5] // two continuous, a category
	rng := rand.New(rand.NewPCG(3, 4))
	x := make([]float64, 3*30)
	for i := range x {
		x[i] = 0.8 * rng.Float64() * rng.Float64()
	}
	m := parzen.New(axes, x, nil, parzen.Options{})
	const n = 40_000
	inside, p, p2 := 0.0, 0.0, 0.0
	u := make([]float64, 3)
	for range n {
		if m.Sample(rng, u); u[0] < 0.25 && u[1] < 0.5 && u[2] < 0.4 {
			inside++
		}
		at := []float64{0.25 * rng.Float64(), 0.5 * rng.Float64(), 1.0 / 6}
		q := 0.125 * math.Exp(m.LogDensity(at))
		p, p2 = p+q, p2+q*q
	}
	got, want := inside/n, p/n
	se := math.Sqrt(got*(1-got)/n + (p2/n-want*want)/n)
	if math.Abs(got-want) > 4*se {
		t.Errorf("%.4f of the draws are in the box, want %.4f ± %.4f", got, want, se)
	}
}

func TestNothingSeenIsThePrior(t *testing.T) {
	axes := []parzen.Axis{{}, {Categories: 4}}
	m := parzen.New(axes, nil, nil, parzen.Options{})
	low, high := m.LogDensity([]float64{0, 0.5}), m.LogDensity([]float64{0.5, 0.5})
	if want := -0.125; math.Abs(low-high-want) > 1e-12 { // a normal of width 1, at half its width
		t.Errorf("the edge is at %g of the centre, want %g", low-high, want)
	}
}

func BenchmarkLogDensity(b *testing.B) {
	r, axes := load(b)
	c := r.Cases[len(r.Cases)-2]
	m := parzen.New(axes, slices.Concat(c.Points...), nil, parzen.Options{})
	b.ReportAllocs()
	for b.Loop() {
		m.LogDensity(c.At[0])
	}
}
