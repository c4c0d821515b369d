package kernel

// Overread is how many numbers past the last one asked for the operations on
// shifted lines may read.
const Overread = 64

// Shifted multiplies a matrix by shifts of a line: with K = len(taps),
//
//	y[i*stride + q] = Σ_t w[i*K + t] · x[taps[t]/RealBytes + q]   for i < rows, q < n
//
// which is what a convolution is. x must hold Overread numbers more than read.
func Shifted(y []Real, stride int, w, x []Real, taps []int, rows, n int) {
	k, nr := len(taps), tileCols()
	for q := 0; q < n; q += nr {
		cols := min(nr, n-q)
		for i := 0; i < rows; {
			r := tileRows(rows - i)
			tile(r, cols, k, w[i*k:], k, 1, x[q:], taps, y[i*stride+q:], stride, nil, 0)
			i += r
		}
	}
}

// ShiftedDots is the gradient of [Shifted] by its matrix: with K = len(taps),
//
//	dw[i*K + t] = Σ_{q<n} dy[i*stride + q] · x[taps[t]/RealBytes + q]
//
// dy must hold zeros at the next 16 numbers after the n of each row, and x
// finite numbers there.
func ShiftedDots(dw, dy []Real, stride int, x []Real, taps []int, rows, n int) {
	dotsBlock(dw, dy, stride, x, taps, rows, n)
}

// dotsGo is ShiftedDots for rows i0 … and taps t0 … in portable code.
func dotsGo(dw, dy []Real, stride int, x []Real, taps []int, i0, i1, t0, n int) {
	k := len(taps)
	for i := i0; i < i1; i++ {
		g := dy[i*stride : i*stride+n]
		for t := t0; t < k; t++ {
			from := x[taps[t]/RealBytes:][:n]
			var s0, s1, s2, s3 Real
			q := 0
			for ; q+4 <= n; q += 4 {
				s0 += g[q] * from[q]
				s1 += g[q+1] * from[q+1]
				s2 += g[q+2] * from[q+2]
				s3 += g[q+3] * from[q+3]
			}
			for ; q < n; q++ {
				s0 += g[q] * from[q]
			}
			dw[i*k+t] = s0 + s1 + s2 + s3
		}
	}
}
