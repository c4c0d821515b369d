package bbob

import "math"

// Functions 6 to 14: moderate and high conditioning.

func attractiveSector(in *Instance) func(x []float64) float64 {
	return func(x []float64) float64 {
		z := times(in.r, condition(times(in.q, minus(x, in.Optimum)), 10))
		sum := 0.0
		for i, v := range z {
			if v*in.Optimum[i] > 0 {
				v *= 100
			}
			sum += v * v
		}
		return math.Pow(oscillate(sum), .9)
	}
}

func stepEllipsoid(in *Instance) func(x []float64) float64 {
	return func(x []float64) float64 {
		z := condition(times(in.q, minus(x, in.Optimum)), 10)
		first := math.Abs(z[0])
		for i, v := range z {
			if math.Abs(v) > .5 {
				z[i] = math.Floor(v + .5)
			} else {
				z[i] = math.Floor(10*v+.5) / 10
			}
		}
		z = times(in.r, z)
		sum := 0.0
		for i, v := range z {
			sum += math.Pow(100, share(i, len(z))) * v * v
		}
		return .1*max(first/1e4, sum) + outside(x)
	}
}

func rosenbrock(z []float64) float64 {
	sum := 0.0
	for i := range len(z) - 1 {
		a, b := z[i]*z[i]-z[i+1], z[i]-1
		sum += 100*a*a + b*b
	}
	return sum
}

// valley is the factor by which Rosenbrock's space is stretched.
func valley(d int) float64 { return max(1, math.Sqrt(float64(d))/8) }

func rosenbrockOriginal(in *Instance) func(x []float64) float64 {
	for i := range in.Optimum {
		in.Optimum[i] *= .75
	}
	return func(x []float64) float64 {
		z := minus(x, in.Optimum)
		for i := range z {
			z[i] = valley(in.d)*z[i] + 1
		}
		return rosenbrock(z)
	}
}

// turnedRosenbrock stretches and turns the space so that the optimum is in the middle
// of the valley's turn: z = valley Q x + 1/2.
func turnedRosenbrock(in *Instance, x []float64) []float64 {
	z := times(in.q, x)
	for i := range z {
		z[i] = valley(in.d)*z[i] + .5
	}
	return z
}

// middleOfTurn is where turnedRosenbrock is 1 everywhere.
func middleOfTurn(in *Instance) {
	for i := range in.Optimum {
		in.Optimum[i] = 0
		for k := range in.d {
			in.Optimum[i] += in.q[k][i] * .5 / valley(in.d)
		}
	}
}

func rosenbrockRotated(in *Instance) func(x []float64) float64 {
	middleOfTurn(in)
	return func(x []float64) float64 { return rosenbrock(turnedRosenbrock(in, x)) }
}

func ellipsoidRotated(in *Instance) func(x []float64) float64 {
	return func(x []float64) float64 { return ellipsoid(oscillateAll(times(in.r, minus(x, in.Optimum)))) }
}

func discus(in *Instance) func(x []float64) float64 {
	return func(x []float64) float64 {
		z := oscillateAll(times(in.r, minus(x, in.Optimum)))
		return 1e6*z[0]*z[0] + squares(z[1:])
	}
}

func bentCigar(in *Instance) func(x []float64) float64 {
	in.Optimum = optimumAt(in.d, in.seed+1000000)
	return func(x []float64) float64 {
		z := times(in.r, skew(times(in.r, minus(x, in.Optimum)), .5))
		return z[0]*z[0] + 1e6*squares(z[1:])
	}
}

func sharpRidge(in *Instance) func(x []float64) float64 {
	return func(x []float64) float64 {
		z := times(in.r, condition(times(in.q, minus(x, in.Optimum)), 10))
		return z[0]*z[0] + 100*math.Sqrt(squares(z[1:]))
	}
}

func differentPowers(in *Instance) func(x []float64) float64 {
	return func(x []float64) float64 {
		sum := 0.0
		z := times(in.r, minus(x, in.Optimum))
		for i, v := range z {
			sum += math.Pow(math.Abs(v), 2+4*share(i, len(z)))
		}
		return math.Sqrt(sum)
	}
}
