package bbob

import "math"

// times is m x.
func times(m [][]float64, x []float64) []float64 {
	y := make([]float64, len(m))
	for i, row := range m {
		for k, v := range x {
			y[i] += row[k] * v
		}
	}
	return y
}

func minus(x, o []float64) []float64 {
	y := make([]float64, len(x))
	for i := range x {
		y[i] = x[i] - o[i]
	}
	return y
}

// share is i/(d-1), 0 in one dimension.
func share(i, d int) float64 {
	if d == 1 {
		return 0
	}
	return float64(i) / float64(d-1)
}

// condition multiplies by Λα, in place.
func condition(x []float64, alpha float64) []float64 {
	for i := range x {
		x[i] *= math.Pow(alpha, share(i, len(x))/2)
	}
	return x
}

// oscillate is T_osz of one number: smooth ripples that keep order and sign.
func oscillate(x float64) float64 {
	if x == 0 {
		return 0
	}
	c1, c2 := 5.5, 3.1
	if x > 0 {
		c1, c2 = 10, 7.9
	}
	l := math.Log(math.Abs(x))
	return math.Copysign(math.Exp(l+.049*(math.Sin(c1*l)+math.Sin(c2*l))), x)
}

func oscillateAll(x []float64) []float64 {
	for i := range x {
		x[i] = oscillate(x[i])
	}
	return x
}

// skew is T_asy, in place: it breaks symmetry where x is positive.
func skew(x []float64, beta float64) []float64 {
	for i, v := range x {
		if v > 0 {
			x[i] = math.Pow(v, 1+beta*share(i, len(x))*math.Sqrt(v))
		}
	}
	return x
}

// outside is the penalty beyond [-5, 5].
func outside(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		if over := math.Abs(v) - 5; over > 0 {
			sum += over * over
		}
	}
	return sum
}

func squares(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v * v
	}
	return sum
}
