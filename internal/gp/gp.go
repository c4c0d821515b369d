// Package gp is Gaussian-process regression for few, dear observations: a
// Matérn-5/2 kernel with a length scale per column, hyperparameters at the mode
// of their posterior, predictions with gradients, fantasies for what is still
// unknown, and the acquisition functions that are made of them.
//
// It knows no trials and no parameters: a point is a row of columns, numbers in
// [0, 1] first, then codes that are compared for equality. What the columns mean,
// which points are worth a look, and where values come from is for its callers.
//
//	n        number of observations
//	d        number of columns; the first Numbers of them are numbers
//	x        n×d, row by row
//	y        n, standardised by the caller
//	w        d, inverse squared length scales (Theta.Weights)
//	s        variance of the signal (Theta.Scale)
//	σ²       variance of the noise (Theta.Noise)
//	r²       Σ w_j (x_j − x'_j)², a code's difference being 0 or 1
//	k(r²)    s (1 + √5 r + 5/3 r²) exp(−√5 r)
//	K        n×n, k between the observations, σ² added to its diagonal
//	L        its Cholesky factor, lower triangle, row by row without gaps
//	z, α     L⁻¹ y, K⁻¹ y; one of each for every fantasy
//
// Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, has the
// equations: (2.25), (2.26) and algorithm 2.1 for predictions, (5.8) and (5.9)
// for the likelihood and its gradient.
//
// Start reading at [Fit] and [Model].
package gp

import "math"

// root5 is √5.
const root5 = 2.236067977499789696409173668731276235441

// Matern is the Matérn-5/2 correlation at a squared distance, and its derivative
// by it.
func Matern(r2 float64) (k, dk float64) {
	r := root5 * math.Sqrt(r2)
	e := math.Exp(-r)
	return (1 + r + r*r/3) * e, -5. / 6 * (1 + r) * e
}
