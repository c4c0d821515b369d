package bbob

import "math"

// Functions 1 to 5.

func sphere(in *Instance) func(x []float64) float64 {
	return func(x []float64) float64 { return squares(minus(x, in.Optimum)) }
}

func ellipsoidSeparable(in *Instance) func(x []float64) float64 {
	return func(x []float64) float64 { return ellipsoid(oscillateAll(minus(x, in.Optimum))) }
}

func ellipsoid(z []float64) float64 {
	sum := 0.0
	for i, v := range z {
		sum += math.Pow(1e6, share(i, len(z))) * v * v
	}
	return sum
}

func rastrigin(z []float64) float64 {
	sum := 10 * float64(len(z))
	for _, v := range z {
		sum += v*v - 10*math.Cos(2*math.Pi*v)
	}
	return sum
}

func rastriginSeparable(in *Instance) func(x []float64) float64 {
	return func(x []float64) float64 {
		return rastrigin(condition(skew(oscillateAll(minus(x, in.Optimum)), .2), 10))
	}
}

func buecheRastrigin(in *Instance) func(x []float64) float64 {
	for i := 0; i < in.d; i += 2 {
		in.Optimum[i] = math.Abs(in.Optimum[i])
	}
	return func(x []float64) float64 {
		z := oscillateAll(minus(x, in.Optimum))
		for i := range z {
			s := math.Pow(10, share(i, len(z))/2)
			if z[i] > 0 && i%2 == 0 {
				s *= 10
			}
			z[i] *= s
		}
		return rastrigin(z) + 100*outside(x)
	}
}

func linearSlope(in *Instance) func(x []float64) float64 {
	for i := range in.Optimum {
		in.Optimum[i] = math.Copysign(5, in.Optimum[i])
	}
	return func(x []float64) float64 {
		sum := 0.0
		for i, v := range x {
			s := math.Copysign(math.Pow(10, share(i, len(x))), in.Optimum[i])
			if v*in.Optimum[i] >= 25 {
				v = in.Optimum[i]
			}
			sum += 5*math.Abs(s) - s*v
		}
		return sum
	}
}
