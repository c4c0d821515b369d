// Package normal has functions of the standard normal distribution that keep
// their relative accuracy where the plain formulas are 0 or infinite: far out in
// the lower tail, where acquisition functions are maximised.
//
// It leaves location and scale to its callers: z = (x − μ)/σ.
//
//	φ(z)  density        Φ(z)  distribution
//	h(z)  φ(z) + zΦ(z): the expected improvement of a standard normal variable
//
// Start reading at [LogImprovement].
package normal

import "math"

const (
	// logRoot2Pi is log √(2π).
	logRoot2Pi = 0.918938533204672741780329736405617639861
	// rootHalfPi is √(π/2).
	rootHalfPi = 1.25331413731550025120788264240552262650
)

// Density is φ(z).
func Density(z float64) float64 { return math.Exp(-z*z/2 - logRoot2Pi) }

// CDF is Φ(z).
func CDF(z float64) float64 { return math.Erfc(-z/math.Sqrt2) / 2 }

// LogCDF is log Φ(z), and its derivative φ(z)/Φ(z).
func LogCDF(z float64) (y, dy float64) {
	switch {
	case z > 0:
		upper := CDF(-z)
		return math.Log1p(-upper), Density(z) / (1 - upper)
	case z > -1:
		p := CDF(z)
		return math.Log(p), Density(z) / p
	}
	mills := rootHalfPi * Erfcx(-z/math.Sqrt2) // Φ(z)/φ(z)
	return -z*z/2 - logRoot2Pi + math.Log(mills), 1 / mills
}

// series is the |z| beyond which LogImprovement uses the asymptotic series of
// Mills' ratio: its fifth term is then below 1e-13.
const series = 100

// LogImprovement is log h(z), and its derivative Φ(z)/h(z). Log expected
// improvement of a loss N(μ, σ²) below f is log σ + log h((f−μ)/σ) (Ament et al.
// 2023, eq. 9, with the series of Mills' ratio for their limit).
func LogImprovement(z float64) (y, dy float64) {
	switch {
	case z > -1:
		p := CDF(z)
		h := Density(z) + z*p
		return math.Log(h), p / h
	case z > -series:
		mills := rootHalfPi * Erfcx(-z/math.Sqrt2)
		rest := 1 + z*mills // h(z)/φ(z)
		return -z*z/2 - logRoot2Pi + math.Log(rest), mills / rest
	}
	w := 1 / (z * z)
	rest := w * (1 - w*(3-w*(15-w*105)))
	mills := (1 - rest) / -z
	return -z*z/2 - logRoot2Pi + math.Log(rest), mills / rest
}

// Erfcx is e^{x²} erfc(x), which falls like 1/(x√π) where erfc itself vanishes.
// It is +Inf below about −26.6.
func Erfcx(x float64) float64 {
	if x < 10 {
		square := x * x
		return math.Exp(square) * (1 + math.FMA(x, x, -square)) * math.Erfc(x)
	}
	// The asymptotic series; from 10 on its terms shrink for long enough.
	w := 1 / (2 * x * x)
	sum, term := 1.0, 1.0
	for k := 1.0; k < 14; k++ {
		term *= -(2*k - 1) * w
		sum += term
	}
	return sum / (x * math.SqrtPi)
}
