package cma_test

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

	"github.com/danlu-ml/danlu/internal/cma"
)

// run is one that testdata/record.py wrote.
type run struct {
	By                       string
	N, Lambda                int
	Separable                bool
	Mean, Weights, Variances []float64
	Sigma, C1, CMu, CC       float64
	CSigma, DSigma, Norm     float64
	Generations              []generation
}

type generation struct {
	Told       [][]float64
	Mean       []float64
	Sigma      float64
	C          []float64
	PSigma, PC []float64
}

// Forty generations multiply the last bits of rounding a few thousand times.
var close = cmpopts.EquateApprox(1e-10, 1e-13)

func TestLearnsAsRecordedRunsDid(t *testing.T) {
	text, err := os.ReadFile("testdata/pycma-4.5.0.json")
	if err != nil {
		t.Fatal(err)
	}
	var recorded struct{ Runs []run }
	if err := json.Unmarshal(text, &recorded); err != nil {
		t.Fatal(err)
	}
	for _, r := range recorded.Runs {
		t.Run(fmt.Sprintf("%s in %d dimensions", r.By, r.N), func(t *testing.T) {
			p := cma.Defaults(r.N, r.Lambda, r.Separable)
			p.C1, p.CMu, p.CC, p.CSigma, p.DSigma, p.Weights = r.C1, r.CMu, r.CC, r.CSigma, r.DSigma, r.Weights
			p.MuEff, p.Norm = effective(r.Weights), r.Norm
			s := cma.New(p, r.Mean, r.Sigma, r.Variances)
			for i, g := range r.Generations {
				s.Tell(g.Told)
				got := generation{g.Told, s.Mean, s.Sigma, s.C, s.PSigma, s.PC}
				if d := cmp.Diff(g, got, close); d != "" {
					t.Fatalf("after generation %d (-recorded +got):\n%s", i+1, d)
				}
			}
		})
	}
}

// effective is (Σw)²/Σw² of the positive weights.
func effective(weights []float64) float64 {
	sum, squares := 0.0, 0.0
	for _, w := range weights {
		if w > 0 {
			sum, squares = sum+w, squares+w*w
		}
	}
	return sum * sum / squares
}

// The constants of the tutorial's table 1 for n = 10, λ = 10; the learning rates
// are eq. 57 and 58.
func TestConstantsAreTheTutorials(t *testing.T) {
	p := cma.Defaults(10, cma.DefaultLambda(10), false)
	got := []float64{float64(p.Lambda), p.MuEff, p.CSigma, p.DSigma, p.CC, p.C1, p.CMu}
	mu := 3.1672992814107953
	want := []float64{
		10, mu, 0.28442858, 1.28442858, 0.29499057, 2 / (11.3*11.3 + mu),
		2 * (0.25 + mu + 1/mu - 2) / (144 + mu),
	}
	if d := cmp.Diff(want, got, cmpopts.EquateApprox(1e-6, 0)); d != "" {
		t.Errorf("λ, μeff, cσ, dσ, cc, c1, cμ (-want +got):\n%s", d)
	}
}

// minimise plays a function until its value is below goal, or gives up.
func minimise(p cma.Params, f func([]float64) float64, goal float64, seed uint64) (evaluations int) {
	rng := rand.New(rand.NewPCG(seed, 1))
	s := cma.New(p, slices.Repeat([]float64{0.7}, p.N), 0.3, nil)
	type point struct {
		x    []float64
		loss float64
	}
	for evaluations < 20_000 {
		var points []point
		for range p.Lambda {
			z, x := make([]float64, p.N), make([]float64, p.N)
			for i := range z {
				z[i] = rng.NormFloat64()
			}
			s.Point(z, x)
			points = append(points, point{x, f(x)})
			if evaluations++; points[len(points)-1].loss < goal {
				return evaluations
			}
		}
		slices.SortFunc(points, func(a, b point) int { return int(math.Copysign(1, a.loss-b.loss)) })
		var x [][]float64
		for _, q := range points {
			x = append(x, q.x)
		}
		s.Tell(x)
	}
	return evaluations
}

func ellipsoid(x []float64) float64 {
	sum := 0.0
	for i, v := range x {
		sum += math.Pow(1e6, float64(i)/float64(len(x)-1)) * v * v
	}
	return sum
}

func rosenbrock(x []float64) float64 {
	sum := 0.0
	for i := range len(x) - 1 {
		sum += 100*math.Pow(x[i+1]-x[i]*x[i], 2) + math.Pow(1-x[i], 2)
	}
	return sum
}

// The bounds are twice what pycma needs on average.
func TestFindsMinimaInGoodTime(t *testing.T) {
	for _, c := range []struct {
		name   string
		p      cma.Params
		f      func([]float64) float64
		within int
	}{
		{"ellipsoid of ten dimensions", cma.Defaults(10, 10, false), ellipsoid, 12_000},
		{"separable ellipsoid of ten", cma.Defaults(10, 10, true), ellipsoid, 6_000},
		{"Rosenbrock of five", cma.Defaults(5, 8, false), rosenbrock, 5_000},
		{"one dimension", cma.Defaults(1, 4, false), func(x []float64) float64 { return x[0] * x[0] }, 400},
	} {
		t.Run(c.name, func(t *testing.T) {
			for seed := range uint64(3) {
				if n := minimise(c.p, c.f, 1e-9, seed); n > c.within {
					t.Errorf("seed %d takes %d evaluations, want at most %d", seed, n, c.within)
				}
			}
		})
	}
}

// thirds are the cells of three equal values on the unit interval.
func thirds(_ int, x float64) (low, high float64, ok bool) {
	switch {
	case x < 1.0/3:
		return math.Inf(-1), 1.0 / 3, true
	case x < 2.0/3:
		return 1.0 / 3, 2.0 / 3, true
	}
	return 2.0 / 3, math.Inf(1), true
}

func TestMarginKeepsOtherValuesPossible(t *testing.T) {
	const alpha = 0.05
	for _, mean := range []float64{0.01, 0.34, 0.5, 0.6, 0.99} {
		s := cma.New(cma.Defaults(2, 6, false), []float64{mean, 0.5}, 1e-3, nil)
		s.Margin(func(i int, x float64) (low, high float64, ok bool) {
			if i == 1 {
				return x, x, false
			}
			return thirds(i, x)
		}, alpha)
		low, high, _ := thirds(0, mean)
		if l, h, _ := thirds(0, s.Mean[0]); l != low || h != high {
			t.Errorf("a mean of %g moves to another value, at %g", mean, s.Mean[0])
		}
		below := 0.5 * math.Erfc((s.Mean[0]-low)/s.Deviation(0)/math.Sqrt2)
		above := 0.5 * math.Erfc((high-s.Mean[0])/s.Deviation(0)/math.Sqrt2)
		if got := below + above; got < alpha*0.999 {
			t.Errorf("at a mean of %g other values have the probability %g, want %g", mean, got, alpha)
		}
		if s.Mean[1] != 0.5 || s.Deviation(1) != 1e-3 {
			t.Errorf("a continuous coordinate moved to %g ± %g", s.Mean[1], s.Deviation(1))
		}
	}
}

func BenchmarkTell(b *testing.B) {
	p := cma.Defaults(10, 10, false)
	rng := rand.New(rand.NewPCG(1, 1))
	x := make([][]float64, p.Lambda)
	for k := range x {
		for range p.N {
			x[k] = append(x[k], rng.Float64())
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		s := cma.New(p, slices.Repeat([]float64{0.5}, p.N), 0.3, nil)
		s.Tell(x)
	}
}
