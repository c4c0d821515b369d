//go:build !float64check

package kernel

// tileCols is NR of the level in use.
func tileCols() int {
	switch active {
	case AVX512:
		return 32
	case AVX2:
		return 16
	}
	return portableCols
}

// tileRows is the height of the next tile when left rows of C remain. The
// heights that exist are 12, 8, 6, 4, 2, 1 (AVX-512), 6, 4, 2, 1 (AVX2) and 1 to 4. A
// full tile is not taken where it would leave a rest that two smaller ones of
// equal height do better.
func tileRows(left int) int {
	switch active {
	case AVX512:
		switch {
		case left >= 12 && left != 16:
			return 12
		case left >= 8:
			return 8
		case left >= 6:
			return 6
		case left >= 4:
			return 4
		}
		return min(left, 2)
	case AVX2:
		switch {
		case left >= 6 && left != 8:
			return 6
		case left >= 4:
			return 4
		}
		return min(left, 2)
	}
	return min(left, portableRows)
}

// tile computes a rows×cols tile of C; see tileGo. rows is what tileRows said,
// cols ≤ tileCols, and b must hold tileCols numbers from every offset.
func tile(rows, cols, k int, a []Real, rs, cs int, b []Real, off []int, c []Real, ldc int, accumulate bool) {
	// The assembly checks no bounds: touch the last element of each operand.
	_ = a[(rows-1)*rs+(k-1)*cs]
	_ = off[k-1]
	_ = c[(rows-1)*ldc+cols-1]
	acc := 0
	if accumulate {
		acc = 1
	}
	switch active {
	case AVX512:
		mask := uint64(1)<<cols - 1
		switch rows {
		case 12:
			tile12x32(k, &a[0], rs*4, cs*4, &b[0], &off[0], &c[0], ldc*4, mask, acc)
		case 8:
			tile8x32(k, &a[0], rs*4, cs*4, &b[0], &off[0], &c[0], ldc*4, mask, acc)
		case 6:
			tile6x32(k, &a[0], rs*4, cs*4, &b[0], &off[0], &c[0], ldc*4, mask, acc)
		case 4:
			tile4x32(k, &a[0], rs*4, cs*4, &b[0], &off[0], &c[0], ldc*4, mask, acc)
		case 2:
			tile2x32(k, &a[0], rs*4, cs*4, &b[0], &off[0], &c[0], ldc*4, mask, acc)
		default:
			tile1x32(k, &a[0], rs*4, cs*4, &b[0], &off[0], &c[0], ldc*4, mask, acc)
		}
	case AVX2:
		mask := &avx2Masks[16-cols]
		switch rows {
		case 6:
			tile6x16(k, &a[0], rs*4, cs*4, &b[0], &off[0], &c[0], ldc*4, mask, acc)
		case 4:
			tile4x16(k, &a[0], rs*4, cs*4, &b[0], &off[0], &c[0], ldc*4, mask, acc)
		case 2:
			tile2x16(k, &a[0], rs*4, cs*4, &b[0], &off[0], &c[0], ldc*4, mask, acc)
		default:
			tile1x16(k, &a[0], rs*4, cs*4, &b[0], &off[0], &c[0], ldc*4, mask, acc)
		}
	default:
		tileGo(rows, cols, k, a, rs, cs, b, off, c, ldc, accumulate)
	}
}

// avx2Masks has sixteen ones, then sixteen zeros: from index 16−cols on, the
// first cols lanes are taken.
var avx2Masks = func() (m [32]int32) {
	for i := range 16 {
		m[i] = -1
	}
	return m
}()

func packRows(dst, src []Real, ld, kb, nr int) {
	if active == Portable {
		packRowsGo(dst, src, ld, kb, nr)
		return
	}
	_, _ = dst[kb*nr-1], src[(kb-1)*ld+nr-1]
	packRowsAVX(&dst[0], &src[0], ld*4, kb, nr*4)
}

func packColumns(dst, src []Real, ld, kb, width int) {
	if active == Portable || width != 12 && width != 6 {
		packColumnsGo(dst, src, ld, kb, width)
		return
	}
	_, _ = dst[kb*width-1], src[(kb-1)*ld+width-1]
	if width == 12 {
		pack12AVX(&dst[0], &src[0], ld*4, kb)
	} else {
		pack6AVX(&dst[0], &src[0], ld*4, kb)
	}
}

func packTransposed(dst, src []Real, ld, kb, cols, nr int) {
	if active == Portable || cols < 8 || kb < 8 {
		packTransposedGo(dst, src, ld, kb, cols, nr)
		return
	}
	// Blocks of 8 columns × 8 steps in assembly, the rests in Go.
	k8, j8 := kb&^7, cols&^7
	_, _ = dst[kb*nr-1], src[(cols-1)*ld+kb-1]
	for j := 0; j < j8; j += 8 {
		transpose8AVX(&dst[j], nr*4, &src[j*ld], ld*4, k8)
	}
	for j := range j8 {
		for p := k8; p < kb; p++ {
			dst[p*nr+j] = src[j*ld+p]
		}
	}
	for j := j8; j < nr; j++ {
		for p := range kb {
			if j < cols {
				dst[p*nr+j] = src[j*ld+p]
			} else {
				dst[p*nr+j] = 0
			}
		}
	}
}

// The tiles. Strides are in bytes; off[p] is the byte offset of step p's row
// of b; acc is 1 to add to C. k ≥ 1.

//go:noescape
func tile12x32(k int, a *float32, rs, cs int, b *float32, off *int, c *float32, ldc int, mask uint64, acc int)

//go:noescape
func tile8x32(k int, a *float32, rs, cs int, b *float32, off *int, c *float32, ldc int, mask uint64, acc int)

//go:noescape
func tile6x32(k int, a *float32, rs, cs int, b *float32, off *int, c *float32, ldc int, mask uint64, acc int)

//go:noescape
func tile4x32(k int, a *float32, rs, cs int, b *float32, off *int, c *float32, ldc int, mask uint64, acc int)

//go:noescape
func tile2x32(k int, a *float32, rs, cs int, b *float32, off *int, c *float32, ldc int, mask uint64, acc int)

//go:noescape
func tile1x32(k int, a *float32, rs, cs int, b *float32, off *int, c *float32, ldc int, mask uint64, acc int)

//go:noescape
func tile6x16(k int, a *float32, rs, cs int, b *float32, off *int, c *float32, ldc int, mask *int32, acc int)

//go:noescape
func tile4x16(k int, a *float32, rs, cs int, b *float32, off *int, c *float32, ldc int, mask *int32, acc int)

//go:noescape
func tile2x16(k int, a *float32, rs, cs int, b *float32, off *int, c *float32, ldc int, mask *int32, acc int)

//go:noescape
func tile1x16(k int, a *float32, rs, cs int, b *float32, off *int, c *float32, ldc int, mask *int32, acc int)

// packRowsAVX copies kb rows of width bytes (a multiple of 32), ld bytes apart
// in src, one after another into dst.
//
//go:noescape
func packRowsAVX(dst, src *float32, ld, kb, width int)

// pack12AVX copies kb pieces of 12 numbers, ld bytes apart in src.
//
//go:noescape
func pack12AVX(dst, src *float32, ld, kb int)

// pack6AVX copies kb pieces of 6 numbers, ld bytes apart in src.
//
//go:noescape
func pack6AVX(dst, src *float32, ld, kb int)

// transpose8AVX transposes 8 rows of k8 numbers (a multiple of 8), ld bytes
// apart in src, into k8 rows of 8, pitch bytes apart in dst.
//
//go:noescape
func transpose8AVX(dst *float32, pitch int, src *float32, ld, k8 int)
