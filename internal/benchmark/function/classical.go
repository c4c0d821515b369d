package function

import "math"

// classical is a function of textbooks, over a box, with its global minimum.
type classical struct {
	name      string
	low, high float64
	// optimum is the coordinate of the minimum, the same along every axis.
	optimum float64
	best    float64
	f       func(z []float64) float64
}

// Functions whose minimum, 0, may be put anywhere and turned about it. Definitions:
// Surjanovic and Bingham, Virtual Library of Simulation Experiments.
var (
	rosenbrock = classical{"rosenbrock", -5, 10, 1, 0, func(z []float64) float64 {
		sum := 0.0
		for i := range len(z) - 1 {
			a, b := z[i+1]-z[i]*z[i], z[i]-1
			sum += 100*a*a + b*b
		}
		return sum
	}}
	ackley = classical{"ackley", -32.768, 32.768, 0, 0, func(z []float64) float64 {
		squares, cosines, n := 0.0, 0.0, float64(len(z))
		for _, x := range z {
			squares += x * x
			cosines += math.Cos(2 * math.Pi * x)
		}
		return 20 + math.E - 20*math.Exp(-.2*math.Sqrt(squares/n)) - math.Exp(cosines/n)
	}}
	rastrigin = classical{"rastrigin", -5.12, 5.12, 0, 0, func(z []float64) float64 {
		sum := 10 * float64(len(z))
		for _, x := range z {
			sum += x*x - 10*math.Cos(2*math.Pi*x)
		}
		return sum
	}}
	griewank = classical{"griewank", -600, 600, 0, 0, func(z []float64) float64 {
		sum, product := 0.0, 1.0
		for i, x := range z {
			sum += x * x / 4000
			product *= math.Cos(x / math.Sqrt(float64(i+1)))
		}
		return 1 + sum - product
	}}
	levy = classical{"levy", -10, 10, 1, 0, func(z []float64) float64 {
		w := func(i int) float64 { return 1 + (z[i]-1)/4 }
		last := len(z) - 1
		sum := square(math.Sin(math.Pi * w(0)))
		for i := range last {
			sum += square(w(i)-1) * (1 + 10*square(math.Sin(math.Pi*w(i)+1)))
		}
		return sum + square(w(last)-1)*(1+square(math.Sin(2*math.Pi*w(last))))
	}}
)

func square(x float64) float64 { return x * x }

// branin has three minima, all of value braninBest, in [-5, 10] × [0, 15].
func branin(a, b float64) float64 {
	q := b - 5.1/(4*math.Pi*math.Pi)*a*a + 5/math.Pi*a - 6
	return q*q + 10*(1-1/(8*math.Pi))*math.Cos(a) + 10
}

const braninBest = 0.39788735772973816

// hartmann3 and hartmann6 have their minimum inside the unit cube; below, the values at
// the published minimisers, polished.
func hartmann3(z []float64) float64 {
	return hartmann(z, [][]float64{{3, 10, 30}, {.1, 10, 35}, {3, 10, 30}, {.1, 10, 35}}, [][]float64{
		{.3689, .1170, .2673},
		{.4699, .4387, .7470},
		{.1091, .8732, .5547},
		{.0381, .5743, .8828},
	})
}

func hartmann6(z []float64) float64 {
	return hartmann(z, [][]float64{{10, 3, 17, 3.5, 1.7, 8}, {.05, 10, 17, .1, 8, 14}, {3, 3.5, 1.7, 10, 17, 8}, {17, 8, .05, 10, .1, 14}}, [][]float64{
		{.1312, .1696, .5569, .0124, .8283, .5886},
		{.2329, .4135, .8307, .3736, .1004, .9991},
		{.2348, .1451, .3522, .2883, .3047, .6650},
		{.4047, .8828, .8732, .5743, .1091, .0381},
	})
}

const (
	hartmann3Best = -3.8627797869493365
	hartmann6Best = -3.322368011415515
)

func hartmann(z []float64, a, p [][]float64) float64 {
	sum := 0.0
	for i, alpha := range []float64{1, 1.2, 3, 3.2} {
		inner := 0.0
		for j, x := range z {
			inner += a[i][j] * square(x-p[i][j])
		}
		sum += alpha * math.Exp(-inner)
	}
	return -sum
}
