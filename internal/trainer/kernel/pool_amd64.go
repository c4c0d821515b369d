//go:build !float64check

package kernel

// poolArgs is what the assembly of pooling reads; pitches are in bytes. For the
// gradient y is dy and dx is set.
type poolArgs struct {
	lines, w int
	y        *float32
	yPitch   int
	x        *float32
	pitch    int
	dx       *float32
	masks    *int32 // avx2Masks
	bias     float32
}

// maxPoolVec says whether it did the work.
func maxPoolVec(y []Real, yPitch int, x []Real, pitch, lines, w int, bias Real) bool {
	_, _ = y[(lines-1)*yPitch+w-1], x[(2*lines-1)*pitch+2*w-1+32]
	a := poolArgs{lines: lines, w: w, y: &y[0], yPitch: 4 * yPitch, x: &x[0], pitch: 4 * pitch, masks: &avx2Masks[0], bias: bias}
	switch active {
	case AVX512:
		maxPoolAVX512(&a)
	case AVX2:
		maxPoolAVX2(&a)
	default:
		return false
	}
	return true
}

// maxPoolGradVec says whether it did the work.
func maxPoolGradVec(dx, x []Real, pitch int, dy []Real, dyPitch, lines, w int) bool {
	_, _, _ = dy[(lines-1)*dyPitch+w-1], x[(2*lines-1)*pitch+2*w-1+32], dx[(2*lines-1)*pitch+2*w-1]
	a := poolArgs{lines: lines, w: w, y: &dy[0], yPitch: 4 * dyPitch, x: &x[0], pitch: 4 * pitch, dx: &dx[0], masks: &avx2Masks[0]}
	switch active {
	case AVX512:
		maxPoolGradAVX512(&a)
	case AVX2:
		maxPoolGradAVX2(&a)
	default:
		return false
	}
	return true
}

//go:noescape
func maxPoolAVX512(a *poolArgs)

//go:noescape
func maxPoolGradAVX512(a *poolArgs)

//go:noescape
func maxPoolAVX2(a *poolArgs)

//go:noescape
func maxPoolGradAVX2(a *poolArgs)

// poolOrder has four orders for VPERMT2PS: the even numbers of a pair of
// registers, the odd ones, and the lower and the upper half of two registers
// taken in turn.
//
//lint:ignore U1000 the assembly reads it
var poolOrder = func() (o [64]int32) {
	for i := range int32(16) {
		o[i], o[16+i] = 2*i, 2*i+1
		o[32+i] = i/2 + i%2*16
		o[48+i] = 8 + i/2 + i%2*16
	}
	return o
}()
