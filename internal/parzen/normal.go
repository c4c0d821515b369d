package parzen

import (
	"math"
	"math/rand/v2"
)

const logRoot2Pi = 0.91893853320467274178

// beyond is where a normal distribution has, to a double, nothing left.
const beyond = 8.3

// logUnitMass is the log mass of the unit interval under a normal distribution
// with its centre inside.
func logUnitMass(mu, sigma float64) float64 {
	a, b := -mu/sigma, (1-mu)/sigma
	if a < -beyond && b > beyond {
		return 0
	}
	return logMass(a, b)
}

// logMass is the log probability that a standard normal variable falls between a
// and b, a < b, to nearly full precision far out on either side.
func logMass(a, b float64) float64 {
	if a > 0 { // work in the left tail, where nothing cancels
		a, b = -b, -a
	}
	if b > beyond {
		return math.Log1p(-0.5 * math.Erfc(-a/math.Sqrt2))
	}
	if b > 0 { // around the centre
		return math.Log1p(-0.5 * (math.Erfc(-a/math.Sqrt2) + math.Erfc(b/math.Sqrt2)))
	}
	if b > -36 {
		return math.Log(0.5 * (math.Erfc(-b/math.Sqrt2) - math.Erfc(-a/math.Sqrt2)))
	}
	upper, lower := logTail(b), logTail(a)
	return upper + math.Log1p(-math.Exp(lower-upper))
}

// logTail is the log probability of lying below b ≤ -36, by the asymptotic series
// (Abramowitz and Stegun, 26.2.12).
func logTail(b float64) float64 {
	i := 1 / (b * b)
	return -0.5*b*b - math.Log(-b) - logRoot2Pi + math.Log1p(-i*(1-3*i*(1-5*i*(1-7*i))))
}

// draw is a draw from a normal distribution truncated to the unit interval, its
// centre inside.
func draw(rng *rand.Rand, mu, sigma float64) float64 {
	a := -math.Erf(mu / sigma / math.Sqrt2)
	b := math.Erf((1 - mu) / sigma / math.Sqrt2)
	z := math.Sqrt2 * math.Erfinv(a+rng.Float64()*(b-a))
	return min(max(mu+sigma*z, 0), 1)
}
