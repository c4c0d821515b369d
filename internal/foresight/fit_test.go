package foresight

import (
	"math"
	"math/rand/v2"
	"testing"
)

// few makes observations of a few curves over numbers and a code.
func few(rng *rand.Rand) (s seen, y []float64) {
	s.tau = []float64{0, .25, .5, .75, 1}
	for curve := range 5 {
		s.x = append(s.x, []float64{rng.Float64(), rng.Float64(), float64(curve % 2)})
		for moment := range 1 + rng.IntN(5) {
			s.points = append(s.points, point{curve, moment})
			y = append(y, rng.NormFloat64())
		}
	}
	return s, y
}

func TestTheGradientIsThatOfTheCost(t *testing.T) {
	for seed := range uint64(5) {
		rng := rand.New(rand.NewPCG(seed, 3))
		s, y := few(rng)
		mean, sd := belief(3)
		p := posterior{seen: s, y: y, numbers: 2, mean: mean.pack(), sd: sd.pack()}
		v := mean.pack()
		for i := range v {
			v[i] += 0.5 * rng.NormFloat64()
		}
		gradient, ignored := make([]float64, len(v)), make([]float64, len(v))
		p.cost(v, gradient)
		for i := range v {
			const h = 1e-5
			old := v[i]
			v[i] = old + h
			up := p.cost(v, ignored)
			v[i] = old - h
			down := p.cost(v, ignored)
			v[i] = old
			if want := (up - down) / (2 * h); math.Abs(gradient[i]-want) > 1e-5*(1+math.Abs(want)) {
				t.Errorf("seed %d, hyperparameter %d: %v, and by differences %v", seed, i, gradient[i], want)
			}
		}
	}
}
