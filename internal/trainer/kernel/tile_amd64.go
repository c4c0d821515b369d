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
func tile(rows, cols, k int, a []Real, rs, cs int, b []Real, off []int, c []Real, ldc int, plus []Real, ldp int) {
	// The assembly checks no bounds: touch the last element of each operand.
	_ = a[(rows-1)*rs+(k-1)*cs]
	_ = off[k-1]
	_ = c[(rows-1)*ldc+cols-1]
	var add *float32
	if plus != nil {
		add, _ = &plus[0], plus[(rows-1)*ldp+cols-1]
	}
	switch active {
	case AVX512:
		mask := uint64(1)<<cols - 1
		switch rows {
		case 12:
			tile12x32(k, &a[0], rs*4, cs*4, &b[0], &off[0], &c[0], ldc*4, mask, add, ldp*4)
		case 8:
			tile8x32(k, &a[0], rs*4, cs*4, &b[0], &off[0], &c[0], ldc*4, mask, add, ldp*4)
		case 6:
			tile6x32(k, &a[0], rs*4, cs*4, &b[0], &off[0], &c[0], ldc*4, mask, add, ldp*4)
		case 4:
			tile4x32(k, &a[0], rs*4, cs*4, &b[0], &off[0], &c[0], ldc*4, mask, add, ldp*4)
		case 2:
			tile2x32(k, &a[0], rs*4, cs*4, &b[0], &off[0], &c[0], ldc*4, mask, add, ldp*4)
		default:
			tile1x32(k, &a[0], rs*4, cs*4, &b[0], &off[0], &c[0], ldc*4, mask, add, ldp*4)
		}
	case AVX2:
		mask := &avx2Masks[16-cols]
		switch rows {
		case 6:
			tile6x16(k, &a[0], rs*4, cs*4, &b[0], &off[0], &c[0], ldc*4, mask, add, ldp*4)
		case 4:
			tile4x16(k, &a[0], rs*4, cs*4, &b[0], &off[0], &c[0], ldc*4, mask, add, ldp*4)
		case 2:
			tile2x16(k, &a[0], rs*4, cs*4, &b[0], &off[0], &c[0], ldc*4, mask, add, ldp*4)
		default:
			tile1x16(k, &a[0], rs*4, cs*4, &b[0], &off[0], &c[0], ldc*4, mask, add, ldp*4)
		}
	default:
		tileGo(rows, cols, k, a, rs, cs, b, off, c, ldc, plus, ldp)
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

func packRows(dst, src []Real, ld, kb, width, tiles, size int) {
	if active == Portable || width != 32 && width != 16 && width != 12 && width != 6 {
		packRowsGo(dst, src, ld, kb, width, tiles, size)
		return
	}
	_, _ = dst[(tiles-1)*size+kb*width-1], src[(kb-1)*ld+tiles*width-1]
	switch width {
	case 32:
		pack32AVX(&dst[0], &src[0], ld*4, kb, tiles, size*4)
	case 16:
		pack16AVX(&dst[0], &src[0], ld*4, kb, tiles, size*4)
	case 12:
		pack12AVX(&dst[0], &src[0], ld*4, kb, tiles, size*4)
	case 6:
		pack6AVX(&dst[0], &src[0], ld*4, kb, tiles, size*4)
	}
}

// prefetch asks for rows of n numbers, ld apart, to be brought near.
func prefetch(x []Real, ld, rows, n int) {
	if active != Portable {
		_ = x[(rows-1)*ld+n-1]
		prefetchRows(&x[0], ld*4, rows, n*4)
	}
}

func transpose(dst []Real, pitch int, src []Real, ld, kb, cols int) {
	if active == Portable || cols < 8 || kb < 8 {
		transposeGo(dst, pitch, src, ld, kb, cols)
		return
	}
	// Blocks of 8 columns × 8 steps in assembly, the rests in Go.
	k8, j8 := kb&^7, cols&^7
	_, _ = dst[(kb-1)*pitch+cols-1], src[(cols-1)*ld+kb-1]
	transpose8AVX(&dst[0], pitch*4, &src[0], ld*4, k8, j8/8)
	if k8 < kb {
		transposeGo(dst[k8*pitch:], pitch, src[k8:], ld, kb-k8, j8)
	}
	if j8 < cols {
		transposeGo(dst[j8:], pitch, src[j8*ld:], ld, kb, cols-j8)
	}
}

// The tiles. Strides are in bytes; off[p] is the byte offset of step p's row
// of b; plus, ldp is added unless it is nil. k ≥ 1.

//go:noescape
func tile12x32(k int, a *float32, rs, cs int, b *float32, off *int, c *float32, ldc int, mask uint64, plus *float32, ldp int)

//go:noescape
func tile8x32(k int, a *float32, rs, cs int, b *float32, off *int, c *float32, ldc int, mask uint64, plus *float32, ldp int)

//go:noescape
func tile6x32(k int, a *float32, rs, cs int, b *float32, off *int, c *float32, ldc int, mask uint64, plus *float32, ldp int)

//go:noescape
func tile4x32(k int, a *float32, rs, cs int, b *float32, off *int, c *float32, ldc int, mask uint64, plus *float32, ldp int)

//go:noescape
func tile2x32(k int, a *float32, rs, cs int, b *float32, off *int, c *float32, ldc int, mask uint64, plus *float32, ldp int)

//go:noescape
func tile1x32(k int, a *float32, rs, cs int, b *float32, off *int, c *float32, ldc int, mask uint64, plus *float32, ldp int)

//go:noescape
func tile6x16(k int, a *float32, rs, cs int, b *float32, off *int, c *float32, ldc int, mask *int32, plus *float32, ldp int)

//go:noescape
func tile4x16(k int, a *float32, rs, cs int, b *float32, off *int, c *float32, ldc int, mask *int32, plus *float32, ldp int)

//go:noescape
func tile2x16(k int, a *float32, rs, cs int, b *float32, off *int, c *float32, ldc int, mask *int32, plus *float32, ldp int)

//go:noescape
func tile1x16(k int, a *float32, rs, cs int, b *float32, off *int, c *float32, ldc int, mask *int32, plus *float32, ldp int)

// pack32AVX copies kb rows of tiles pieces of 32 numbers, ld bytes apart in src: the
// pieces of a tile lie one after another in dst, tiles size bytes apart.
//
//go:noescape
func pack32AVX(dst, src *float32, ld, kb, tiles, size int)

// The same with pieces of 16, 12 and 6.
//
//go:noescape
func pack16AVX(dst, src *float32, ld, kb, tiles, size int)

//go:noescape
func pack12AVX(dst, src *float32, ld, kb, tiles, size int)

//go:noescape
func pack6AVX(dst, src *float32, ld, kb, tiles, size int)

//go:noescape
func prefetchRows(x *float32, ld, rows, n int)

// transpose8AVX transposes 8·squares rows of k8 numbers (a multiple of 8), ld bytes
// apart in src, into k8 rows, pitch bytes apart in dst.
//
//go:noescape
func transpose8AVX(dst *float32, pitch int, src *float32, ld, k8, squares int)
