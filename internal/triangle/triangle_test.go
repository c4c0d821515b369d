package triangle_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/danlu-ml/danlu/internal/triangle"
)

// positive is a positive definite matrix of n rows, its lower half.
func positive(n int, seed uint64) []float64 {
	rng := rand.New(rand.NewPCG(seed, 1))
	a := make([]float64, n*n)
	for i := range a {
		a[i] = rng.NormFloat64()
	}
	k := make([]float64, triangle.Len(n))
	for i := range n {
		for j := range i + 1 {
			triangle.Row(k, i)[j] = triangle.Dot(a[i*n:i*n+n], a[j*n:j*n+n])
		}
		triangle.Row(k, i)[i] += float64(n)
	}
	return k
}

// at is an entry of the symmetric matrix that a triangle is half of.
func at(k []float64, i, j int) float64 {
	if j > i {
		i, j = j, i
	}
	return triangle.Row(k, i)[j]
}

func TestFactorsSolveAndInvert(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 23).Draw(t, "n")
		k := positive(n, rapid.Uint64().Draw(t, "seed"))
		l := append([]float64(nil), k...)
		if !triangle.Cholesky(l, n) {
			t.Fatal("not positive definite")
		}
		inv := make([]float64, triangle.Len(n))
		triangle.Inverse(inv, make([]float64, n*n), l, n)
		for i := range n {
			for j := range n {
				var product, unit float64
				for m := range n {
					product += at(k, i, m) * at(inv, m, j)
				}
				if i == j {
					unit = 1
				}
				if math.Abs(product-unit) > 1e-9 {
					t.Fatalf("K K⁻¹ has %v at %d, %d", product, i, j)
				}
			}
		}
		y := make([]float64, n)
		y[n-1] = 1
		triangle.Forward(l, y)
		triangle.Backward(l, y)
		for i := range n {
			if math.Abs(y[i]-at(inv, i, n-1)) > 1e-9 {
				t.Errorf("solved %v, want %v", y[i], at(inv, i, n-1))
			}
		}
		var four [4][]float64
		for c := range four {
			four[c] = make([]float64, n)
			four[c][c%n] = 1
		}
		triangle.Forward4(l, four[0], four[1], four[2], four[3])
		for c := range four {
			one := make([]float64, n)
			one[c%n] = 1
			triangle.Forward(l, one)
			for i := range n {
				if math.Abs(one[i]-four[c][i]) > 1e-12 {
					t.Errorf("four at once: %v, want %v", four[c][i], one[i])
				}
			}
		}
	})
}

func TestWhatIsNotPositiveDefiniteIsRefused(t *testing.T) {
	for name, k := range map[string][]float64{
		"negative": {-1}, "singular": {1, 1, 1}, "infinite": {math.Inf(1)}, "not a number": {math.NaN()},
	} {
		n := map[int]int{1: 1, 3: 2}[len(k)]
		if triangle.Cholesky(k, n) {
			t.Errorf("%s: there is a factor %v", name, k)
		}
	}
}
