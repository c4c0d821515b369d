//go:build !amd64 || float64check

package kernel

func tileCols() int { return portableCols }

func tileRows(left int) int { return min(left, portableRows) }

func tile(rows, cols, k int, a []Real, rs, cs int, b []Real, off []int, c []Real, ldc int, plus []Real, ldp int) {
	tileGo(rows, cols, k, a, rs, cs, b, off, c, ldc, plus, ldp)
}

func packRows(dst, src []Real, ld, kb, width, tiles, size int) {
	packRowsGo(dst, src, ld, kb, width, tiles, size)
}

func prefetch(x []Real, ld, rows, n int) {}

func transpose(dst []Real, pitch int, src []Real, ld, kb, cols int) {
	transposeGo(dst, pitch, src, ld, kb, cols)
}

func dotsBlock(dw, dy []Real, stride int, x []Real, taps []int, rows, t0, t1, n int) {
	dotsGo(dw, dy, stride, x, taps, 0, rows, t0, t1, n)
}
