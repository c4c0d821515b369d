package cma

import "math"

// decomposition is C = B·D²·Bᵀ: the columns of b are orthonormal, d has the roots
// of the eigenvalues. A diagonal C has no b.
type decomposition struct {
	n    int
	b, d []float64
}

// decompose finds the decomposition of a symmetric matrix, row by row, or of a
// diagonal of length n, by Jacobi's rotations (Golub and Van Loan, section 8.5).
// Eigenvalues that are not positive, by rounding, become very small.
func decompose(c []float64, n int) decomposition {
	r := decomposition{n: n, d: make([]float64, n)}
	if len(c) == n && n != 1 {
		for i := range n {
			r.d[i] = math.Sqrt(max(c[i], 1e-30))
		}
		return r
	}
	a := append([]float64(nil), c...)
	r.b = make([]float64, n*n)
	for i := range n {
		r.b[i*n+i] = 1
	}
	for range 50 {
		if sweep(a, r.b, n) {
			break
		}
	}
	for i := range n {
		r.d[i] = math.Sqrt(max(a[i*n+i], 1e-30))
	}
	return r
}

// sweep rotates every pair of axes once; done reports that there was nothing left
// to do.
func sweep(a, b []float64, n int) (done bool) {
	done = true
	for p := range n {
		for q := p + 1; q < n; q++ {
			off := a[p*n+q]
			if math.Abs(off) <= 1e-17*math.Sqrt(math.Abs(a[p*n+p]*a[q*n+q])) {
				continue
			}
			done = false
			theta := (a[q*n+q] - a[p*n+p]) / (2 * off)
			t := 1 / (math.Abs(theta) + math.Sqrt(theta*theta+1))
			if theta < 0 {
				t = -t
			}
			cos := 1 / math.Sqrt(t*t+1)
			sin := t * cos
			for k := range n { // columns
				x, y := a[k*n+p], a[k*n+q]
				a[k*n+p], a[k*n+q] = cos*x-sin*y, sin*x+cos*y
				x, y = b[k*n+p], b[k*n+q]
				b[k*n+p], b[k*n+q] = cos*x-sin*y, sin*x+cos*y
			}
			for k := range n { // rows
				x, y := a[p*n+k], a[q*n+k]
				a[p*n+k], a[q*n+k] = cos*x-sin*y, sin*x+cos*y
			}
		}
	}
	return done
}

// apply sets x to B·D·z, a vector of covariance C for standard normal z.
func (r decomposition) apply(z, x []float64) {
	if r.b == nil {
		for i := range x {
			x[i] = r.d[i] * z[i]
		}
		return
	}
	for i := range r.n {
		x[i] = 0
		for j := range r.n {
			x[i] += r.b[i*r.n+j] * r.d[j] * z[j]
		}
	}
}

// solve sets white to C^-½·y = B·D⁻¹·Bᵀ·y.
func (r decomposition) solve(y, white []float64) {
	if r.b == nil {
		for i := range y {
			white[i] = y[i] / r.d[i]
		}
		return
	}
	clear(white)
	for j := range r.n {
		dot := 0.0
		for i := range r.n {
			dot += r.b[i*r.n+j] * y[i]
		}
		for i := range r.n {
			white[i] += r.b[i*r.n+j] * dot / r.d[j]
		}
	}
}
