// Package triangle is arithmetic on lower triangular matrices: Cholesky's
// factorisation, the systems it solves, and the inverse.
//
// A triangle is the lower half of a square matrix, row by row without gaps: row i
// begins at i(i+1)/2 and has i+1 entries. It grows by appending a row.
package triangle

import "math"

// Len is the number of entries of a triangle of n rows.
func Len(n int) int { return n * (n + 1) / 2 }

// Row is row i of a triangle.
func Row(t []float64, i int) []float64 {
	at := i * (i + 1) / 2
	return t[at : at+i+1 : at+i+1]
}

// Dot is Σ a_i b_i over the length of a.
func Dot(a, b []float64) float64 {
	b = b[:len(a)]
	var s0, s1, s2, s3 float64
	i := 0
	for ; i+4 <= len(a); i += 4 {
		x, y := a[i:i+4:i+4], b[i:i+4:i+4]
		s0 += x[0] * y[0]
		s1 += x[1] * y[1]
		s2 += x[2] * y[2]
		s3 += x[3] * y[3]
	}
	for ; i < len(a); i++ {
		s0 += a[i] * b[i]
	}
	return s0 + s1 + (s2 + s3)
}

// Dots are the products of a with four vectors: it reads a once.
func Dots(a, b0, b1, b2, b3 []float64) (s0, s1, s2, s3 float64) {
	b0, b1, b2, b3 = b0[:len(a)], b1[:len(a)], b2[:len(a)], b3[:len(a)]
	var t0, t1, t2, t3 float64
	i := 0
	for ; i+2 <= len(a); i += 2 {
		x, p, q, r, s := a[i:i+2:i+2], b0[i:i+2:i+2], b1[i:i+2:i+2], b2[i:i+2:i+2], b3[i:i+2:i+2]
		x0, x1 := x[0], x[1]
		s0 += x0 * p[0]
		s1 += x0 * q[0]
		s2 += x0 * r[0]
		s3 += x0 * s[0]
		t0 += x1 * p[1]
		t1 += x1 * q[1]
		t2 += x1 * r[1]
		t3 += x1 * s[1]
	}
	if i < len(a) {
		s0 += a[i] * b0[i]
		s1 += a[i] * b1[i]
		s2 += a[i] * b2[i]
		s3 += a[i] * b3[i]
	}
	return s0 + t0, s1 + t1, s2 + t2, s3 + t3
}

// Axpy does y += a·x, over the length of x.
func Axpy(y []float64, a float64, x []float64) {
	y = y[:len(x)]
	i := 0
	for ; i+4 <= len(x); i += 4 {
		p, q := y[i:i+4:i+4], x[i:i+4:i+4]
		p[0] += a * q[0]
		p[1] += a * q[1]
		p[2] += a * q[2]
		p[3] += a * q[3]
	}
	for ; i < len(x); i++ {
		y[i] += a * x[i]
	}
}

// Cholesky turns a triangle of n rows into its Cholesky factor, in place. false:
// it is not positive definite, and t is spoilt.
func Cholesky(t []float64, n int) bool {
	i := 0
	for ; i+4 <= n; i += 4 { // four rows at a time read those above once
		r0, r1, r2, r3 := Row(t, i), Row(t, i+1), Row(t, i+2), Row(t, i+3)
		for j := range i {
			lj := Row(t, j)
			s0, s1, s2, s3 := Dots(lj[:j], r0, r1, r2, r3)
			d := 1 / lj[j]
			r0[j] = (r0[j] - s0) * d
			r1[j] = (r1[j] - s1) * d
			r2[j] = (r2[j] - s2) * d
			r3[j] = (r3[j] - s3) * d
		}
		for k := i; k < i+4; k++ {
			if !closeRow(t, i, k) {
				return false
			}
		}
	}
	for ; i < n; i++ {
		if !closeRow(t, 0, i) {
			return false
		}
	}
	return true
}

// closeRow makes entries from..i of row i factors; those before are already.
func closeRow(t []float64, from, i int) bool {
	ri := Row(t, i)
	for j := from; j < i; j++ {
		lj := Row(t, j)
		ri[j] = (ri[j] - Dot(lj[:j], ri)) / lj[j]
	}
	p := ri[i] - Dot(ri[:i], ri)
	if !(p > 0) || math.IsInf(p, 1) {
		return false
	}
	ri[i] = math.Sqrt(p)
	return true
}

// Forward solves L z = y in place.
func Forward(l, y []float64) {
	for i := range y {
		ri := Row(l, i)
		y[i] = (y[i] - Dot(ri[:i], y)) / ri[i]
	}
}

// Forward4 solves L z = y for four right-hand sides in place.
func Forward4(l, y0, y1, y2, y3 []float64) {
	for i := range y0 {
		ri := Row(l, i)
		s0, s1, s2, s3 := Dots(ri[:i], y0, y1, y2, y3)
		d := 1 / ri[i]
		y0[i] = (y0[i] - s0) * d
		y1[i] = (y1[i] - s1) * d
		y2[i] = (y2[i] - s2) * d
		y3[i] = (y3[i] - s3) * d
	}
}

// Backward solves Lᵀ α = z in place.
func Backward(l, z []float64) {
	for i := len(z) - 1; i >= 0; i-- {
		ri := Row(l, i)
		z[i] /= ri[i]
		Axpy(z[:i], -z[i], ri[:i])
	}
}

// Inverse is K⁻¹ from the Cholesky factor of K, its lower triangle in inv. upper
// is room for n² numbers: column j of L⁻¹ lies in row j.
func Inverse(inv, upper, l []float64, n int) {
	for j := 0; j < n; j += 4 {
		m := min(4, n-j)
		var c [4][]float64 // columns j … j+3, from row j on
		for k := range c {
			at := min(j+k, n-1) * n
			c[k] = upper[at : at+n]
		}
		for k := range m {
			clear(c[k][j:])
			c[k][j+k] = 1
		}
		if m < 4 {
			for k := range m {
				for i := j + k; i < n; i++ {
					ri := Row(l, i)
					c[k][i] = (c[k][i] - Dot(ri[j:i], c[k][j:])) / ri[i]
				}
			}
			continue
		}
		for i := j; i < n; i++ {
			ri := Row(l, i)
			s0, s1, s2, s3 := Dots(ri[j:i], c[0][j:], c[1][j:], c[2][j:], c[3][j:])
			d := 1 / ri[i]
			c[0][i] = (c[0][i] - s0) * d
			c[1][i] = (c[1][i] - s1) * d
			c[2][i] = (c[2][i] - s2) * d
			c[3][i] = (c[3][i] - s3) * d
		}
	}
	for i := range n {
		ri, ci := Row(inv, i), upper[i*n:i*n+n]
		j := 0
		for ; j+4 <= i+1; j += 4 {
			ri[j], ri[j+1], ri[j+2], ri[j+3] = Dots(ci[i:],
				upper[j*n+i:j*n+n], upper[(j+1)*n+i:(j+1)*n+n], upper[(j+2)*n+i:(j+2)*n+n], upper[(j+3)*n+i:(j+3)*n+n])
		}
		for ; j <= i; j++ {
			ri[j] = Dot(ci[i:], upper[j*n+i:j*n+n])
		}
	}
}
