package gp

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/danlu-ml/danlu/internal/triangle"
)

// sample draws n points of a smooth function with codes in the last columns.
func sample(s Shape, n int, seed uint64) (x, y []float64) {
	rng := rand.New(rand.NewPCG(seed, 1))
	for range n {
		var v float64
		for j := range s.Columns {
			u := rng.Float64()
			if j >= s.Numbers {
				u = float64(rng.IntN(3))
			}
			x = append(x, u)
			v += math.Sin(3*u+float64(j)) / float64(j+1)
		}
		y = append(y, v+.05*rng.NormFloat64())
	}
	return x, y
}

var belief = Prior{Length: LogNormal{0, 1}, Scale: LogNormal{0, 1}, Noise: LogNormal{-4, 1}}

func numeric(f func(x []float64) float64, x []float64, i int) float64 {
	const h = 1e-5
	at := x[i]
	x[i] = at + h
	up := f(x)
	x[i] = at - h
	down := f(x)
	x[i] = at
	return (up - down) / (2 * h)
}

// Central differences with h = 1e-5 are good to about h² plus rounding 1e-11/h.
func near(a, b float64) bool { return math.Abs(a-b) <= 2e-5*(1+math.Abs(a)+math.Abs(b)) }

func TestTheKernelIsMatern(t *testing.T) {
	for _, r2 := range []float64{1e-6, .01, .5, 1, 7, 100} {
		k, dk := Matern(r2)
		r := math.Sqrt(r2)
		if want := (1 + math.Sqrt(5)*r + 5*r2/3) * math.Exp(-math.Sqrt(5)*r); math.Abs(k-want) > 1e-15 {
			t.Errorf("k(r² = %g) is %g, want %g", r2, k, want)
		}
		h := 1e-3 * r2
		up, _ := Matern(r2 + h)
		down, _ := Matern(r2 - h)
		if want := (up - down) / (2 * h); math.Abs(dk-want) > 1e-5*(1+math.Abs(want)) {
			t.Errorf("dk/dr² at %g is %g, want %g", r2, dk, want)
		}
	}
	if k, dk := Matern(0); k != 1 || dk != -5./6 {
		t.Errorf("at 0: %g, %g, want 1 and -5/6", k, dk)
	}
}

func TestThePosteriorsGradientIsThatOfDifferences(t *testing.T) {
	for name, shape := range map[string]Shape{"numbers": {3, 3}, "codes": {2, 0}, "mixed": {4, 2}} {
		t.Run(name, func(t *testing.T) {
			for _, n := range []int{1, 3, 4, 17} {
				x, y := sample(shape, n, 3)
				p := belief
				f := newPosterior(shape, p, x, y)
				v := make([]float64, p.size(shape))
				for i := range v {
					v[i] = .3 * float64(i%3-1)
				}
				g, scrap := make([]float64, len(v)), make([]float64, len(v))
				f.cost(v, g)
				for i := range v {
					want := numeric(func(v []float64) float64 { return f.cost(v, scrap) }, v, i)
					if !near(g[i], want) {
						t.Errorf("%d points, hyperparameter %d: %g, want %g", n, i, g[i], want)
					}
				}
			}
		})
	}
}

func TestAPredictionsGradientIsThatOfDifferences(t *testing.T) {
	s := Shape{4, 3}
	x, y := sample(s, 20, 5)
	theta, _ := Fit(s, belief, x, y, belief.Start(s), 20)
	m := New(s, theta, x, y)
	pending, _ := sample(s, 2, 9)
	m.Fantasise(pending, [][]float64{{1, -1}, {.5, 2}, {-2, 0}})
	at := []float64{.2, .7, .4, 1}
	byMean, byVariance := []float64{1, -2, .5}, .7
	var place Place
	f := func(x []float64) float64 {
		m.At(&place, x)
		sum := byVariance * place.Variance
		for i, g := range byMean {
			sum += g * place.Mean[i]
		}
		return sum
	}
	f(at)
	g := make([]float64, s.Numbers)
	m.Gradient(&place, byMean, byVariance, g)
	for j := range g {
		if want := numeric(f, at, j); !near(g[j], want) {
			t.Errorf("coordinate %d: %g, want %g", j, g[j], want)
		}
	}
}

// A fantasy is as good as observations that turned out as it has them.
func TestFantasiesEqualObservations(t *testing.T) {
	s := Shape{3, 2}
	x, y := sample(s, 23, 7)
	theta := Theta{Weights: []float64{2, 1, .5}, Scale: 1.3, Noise: .01}
	whole := New(s, theta, x, y)
	rest := New(s, theta, x[:20*3], y[:20])
	rest.Fantasise(x[20*3:], [][]float64{{.3, -.1, .8}})
	told := append([]float64(nil), y[:20]...)
	for i := 20; i < 23; i++ {
		told = append(told, triangle.Dot(triangle.Row(rest.l, i), rest.z[0]))
	}
	same := New(s, theta, x, told)
	probe, _ := sample(s, 7, 11)
	for name, pair := range map[string][2]*Model{"fantasised": {same, rest}} {
		var a, b [2][7]float64
		pair[0].Predict(probe, a[0][:], a[1][:])
		pair[1].Predict(probe, b[0][:], b[1][:])
		for i := range a {
			for k := range a[i] {
				if math.Abs(a[i][k]-b[i][k]) > 1e-10 {
					t.Errorf("%s: probe %d: %g, want %g", name, k, b[i][k], a[i][k])
				}
			}
		}
		var p Place
		pair[0].At(&p, probe[:3])
		if math.Abs(p.Mean[0]-a[0][0]) > 1e-12 || math.Abs(p.Variance-a[1][0]) > 1e-12 {
			t.Errorf("%s: one point gives %g ± %g, many %g ± %g", name, p.Mean[0], p.Variance, a[0][0], a[1][0])
		}
	}
	for i, mean := range whole.AtKnown(0, nil) {
		var p Place
		whole.At(&p, x[i*3:i*3+3])
		if math.Abs(mean-p.Mean[0]) > 1e-10 {
			t.Errorf("mean at observation %d is %g, want %g", i, mean, p.Mean[0])
		}
	}
}

func TestEqualPointsAreTakenIn(t *testing.T) {
	s := Shape{1, 1}
	m := New(s, Theta{Weights: []float64{1}, Scale: 1, Noise: 0}, make([]float64, 40), make([]float64, 40))
	var p Place
	m.At(&p, []float64{.5})
	if math.IsNaN(p.Variance) || p.Variance <= 0 {
		t.Errorf("variance %g, want more than 0", p.Variance)
	}
}

func TestDescentFindsRosenbrocksMinimumWithinBounds(t *testing.T) {
	rosenbrock := func(x, g []float64) float64 {
		a, b := 1-x[0], x[1]-x[0]*x[0]
		g[0], g[1] = -2*a-400*x[0]*b, 200*b
		return a*a + 100*b*b
	}
	for name, c := range map[string]struct{ high, want []float64 }{
		"inside":       {[]float64{2, 2}, []float64{1, 1}},
		"on the bound": {[]float64{.5, 2}, []float64{.5, .25}},
	} {
		t.Run(name, func(t *testing.T) {
			x := []float64{-1.2, 1}
			var d Descent
			d.Minimise(x, []float64{-2, -2}, c.high, 200, 1e-14, rosenbrock)
			if math.Hypot(x[0]-c.want[0], x[1]-c.want[1]) > 1e-4 {
				t.Errorf("minimum at %v, want %v", x, c.want)
			}
		})
	}
}

func BenchmarkFitCost(b *testing.B) {
	for _, n := range []int{50, 200} {
		b.Run(map[int]string{50: "50 points", 200: "200 points"}[n], func(b *testing.B) {
			s := Shape{10, 8}
			x, y := sample(s, n, 1)
			f := newPosterior(s, belief, x, y)
			v, g := make([]float64, 12), make([]float64, 12)
			for b.Loop() {
				f.cost(v, g)
			}
		})
	}
}
