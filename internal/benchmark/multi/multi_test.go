package multi

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/danlu-ml/danlu/internal/pareto"
)

// Values worked out from the papers' formulas by hand.
func TestFormulas(t *testing.T) {
	for _, c := range []struct {
		name      string
		got, want []float64
	}{
		{"zdt1 on its front", tests[0].f([]float64{.25}, []float64{0, 0}), []float64{.25, .5}},
		{"zdt1 at distance", tests[0].f([]float64{.25}, []float64{1, -1}), []float64{.25, 10 * (1 - math.Sqrt(.025))}},
		{"zdt4 on its front", tests[3].f([]float64{1}, []float64{0}), []float64{1, 0}},
		{"zdt5 full", zdt5(ones(30), nil), []float64{11, 4. / 11}},
		{"zdt5 empty", zdt5(make([]float64, 30), nil), []float64{1, 8}},
		{"zdt6 on its front", zdt6([]float64{0}, []float64{0}), []float64{1, 0}},
		{"dtlz1 sums to a half", dtlz1([]float64{.5, .5}, []float64{0}), []float64{.125, .125, .25}},
		{"dtlz2 on the sphere", dtlz2([]float64{.5, 0}, []float64{0}), []float64{math.Sqrt(.5), 0, math.Sqrt(.5)}},
		{"dtlz7 at the origin", dtlz7([]float64{0, 0}, []float64{0}), []float64{0, 0, 6}},
	} {
		for k := range c.want {
			if math.Abs(c.got[k]-c.want[k]) > 1e-12 {
				t.Errorf("%s: %v, want %v", c.name, c.got, c.want)
				break
			}
		}
	}
}

func ones(n int) []float64 {
	xs := make([]float64, n)
	for i := range xs {
		xs[i] = 1
	}
	return xs
}

// What another implementation gives (testdata/wfg.py).
func TestWFGAgainstPymoo(t *testing.T) {
	text, err := os.ReadFile("testdata/wfg.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Problem, Objectives, Positions int
		Z, F                           []float64
	}
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		got := wfgs[c.Problem-1].of(c.Z, c.Positions, c.Objectives)
		for m := range c.F {
			if math.Abs(got[m]-c.F[m]) > 1e-9 {
				t.Errorf("WFG%d of %v: %v, want %v", c.Problem, c.Z, got, c.F)
				break
			}
		}
	}
}

func TestNothingDominatesTheFront(t *testing.T) {
	for _, c := range slices.Concat(tests, wfgTests()) {
		p, err := c.problem()
		if err != nil {
			t.Fatal(err)
		}
		in := c.open(p.Space, 1)
		if !(in.whole > 0) {
			t.Errorf("%s: the front's hypervolume is %v", c.name, in.whole)
		}
		rng := rand.New(rand.NewPCG(1, 1))
		front := c.front()
		efficient := pareto.Front(front) // of ZDT3 and DTLZ7 the curve is more than the front
		for range 200 {
			u := make([]float64, p.Space.Len())
			for i := range u {
				u[i] = rng.Float64()
			}
			l := in.losses(p.Space.At(u))
			for _, i := range efficient {
				f := front[i]
				if pareto.Dominates(l, f) && math.Abs(l[0]-f[0])+math.Abs(l[1]-f[1]) > 1e-6 {
					t.Fatalf("%s: %v dominates %v of its front", c.name, l, f)
				}
			}
		}
	}
}
