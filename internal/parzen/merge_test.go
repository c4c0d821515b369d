package parzen

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Where all axes are discrete, kernels that are alike count together, and their
// order along an axis does not matter: the density is that of each on its own.
func TestKernelsAlikeCountTogether(t *testing.T) {
	cells := func(n float64) func(u float64) (low, high float64) {
		return func(u float64) (low, high float64) {
			i := min(math.Floor(u*n), n-1)
			return i / n, (i + 1) / n
		}
	}
	for name, axes := range map[string][]Axis{
		"one number":           {{Cell: cells(7)}},
		"one of many numbers":  {{Cell: cells(900)}},
		"one choice":           {{Categories: 3}},
		"numbers and a choice": {{Cell: cells(4)}, {Categories: 3}, {Cell: cells(30)}},
		"with a real number":   {{Cell: cells(4)}, {Categories: 3}, {}},
	} {
		t.Run(name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(1, 1))
			d := len(axes)
			x := make([]float64, 2*few*d)
			for i := range x {
				x[i] = rng.Float64() * rng.Float64()
				if a := axes[i%d]; a.Cell != nil {
					low, high := a.Cell(x[i])
					x[i] = (low + high) / 2
				}
			}
			got := New(axes, x, nil, Options{})
			each := New(axes, nil, nil, Options{}) // and then without order or merging
			n := len(x) / d
			each.kernels, each.order, each.sigma, each.starts = n+1, make([]int32, n), make([]float64, n), make([]int, buckets+1)
			for k := range each.order {
				each.order[k] = int32(k)
			}
			each.weigh(Recency(n), 1)
			for j, axis := range each.smooth {
				widths(each.sigma, x, d, axis, Options{})
				each.mu[j], each.inv[j] = make([]float64, n+1), make([]float64, n+1)
				for k := range n + 1 {
					mu, s := each.kernel(x, d, axis, k)
					each.mu[j][k], each.inv[j][k] = mu, 1/s
					each.log[k] -= math.Log(s) + logUnitMass(mu, s) + logRoot2Pi
				}
			}
			each.addRough(x, d, Options{})
			each.addWords(x, d, n, 1)
			each.logs, each.alive = make([]float64, n), make([]int32, n)
			u := make([]float64, d)
			for range 200 {
				for i := range u {
					u[i] = rng.Float64()
				}
				if g, w := got.LogDensity(u), each.LogDensity(u); math.Abs(g-w) > 1e-11 {
					t.Fatalf("the log density at %v is %v, want %v", u, g, w)
				}
			}
		})
	}
}
