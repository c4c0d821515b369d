package function

import (
	"math"
	"math/rand/v2"
)

// rotation is a random orthogonal matrix, uniform among them: the Gram-Schmidt basis of
// normal draws.
func rotation(d int, rng *rand.Rand) [][]float64 {
	q := make([][]float64, d)
	for i := range q {
		q[i] = make([]float64, d)
		for k := range q[i] {
			q[i][k] = rng.NormFloat64()
		}
		for _, before := range q[:i] {
			dot := 0.0
			for k, x := range before {
				dot += x * q[i][k]
			}
			for k, x := range before {
				q[i][k] -= dot * x
			}
		}
		norm := 0.0
		for _, x := range q[i] {
			norm += x * x
		}
		norm = math.Sqrt(norm)
		for k := range q[i] {
			q[i][k] /= norm
		}
	}
	return q
}
