package foresight

import "math"

// student is what is said of losses that were predicted, in standard deviations from
// their mean: the probability to be below z, and the logarithm of the expected
// improvement of z, both by Student's t with four degrees of freedom.
//
// Trials end farther from where they are expected than normal errors would: curves
// are no Gaussian process, and its hyperparameters are estimates. With a normal
// distribution one in a hundred of those trials came out best that had been given
// one chance in a thousand, and where little improvement was to be expected, what
// was trained went by cost alone.
func student(z float64) (below, logImprovement float64) {
	if z < -far {
		w := 1 / (z * z)
		return 3 * w * w * (1 - 20./3*w), math.Log(w/-z) + math.Log1p(-4*w)
	}
	s := z * z / (4 + z*z)
	below = 0.5 + math.Copysign(0.75*math.Sqrt(s)*(1-s/3), z)
	density := 0.375 * math.Pow(1+z*z/4, -2.5)
	return below, math.Log((4+z*z)/3*density + z*below)
}

// far is from where on two terms of a tail's series are nearer than differences of
// what is almost equal.
const far = 200
