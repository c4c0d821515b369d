//go:build !amd64 || float64check

package kernel

func tileCols() int { return portableCols }

func tileRows(left int) int { return min(left, portableRows) }

func tile(rows, cols, k int, a []Real, rs, cs int, b []Real, off []int, c []Real, ldc int, accumulate bool) {
	tileGo(rows, cols, k, a, rs, cs, b, off, c, ldc, accumulate)
}

func packRows(dst, src []Real, ld, kb, nr int) { packRowsGo(dst, src, ld, kb, nr) }

func packColumns(dst, src []Real, ld, kb, width int) { packColumnsGo(dst, src, ld, kb, width) }

func packTransposed(dst, src []Real, ld, kb, cols, nr int) {
	packTransposedGo(dst, src, ld, kb, cols, nr)
}

func dotsBlock(dw, dy []Real, stride int, x []Real, taps []int, rows, n int) {
	dotsGo(dw, dy, stride, x, taps, 0, rows, 0, n)
}
