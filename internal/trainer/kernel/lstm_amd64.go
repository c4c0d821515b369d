//go:build !float64check

package kernel

// Both do a leading part of their operation in assembly and say how long it is.

func lstmStateVec(c, i, f, g, old []Real) int {
	n := bulk(len(c))
	switch {
	case n == 0:
	case active == AVX512:
		lstmStateAVX512(n, &c[0], &i[0], &f[0], &g[0], &old[0])
	default:
		lstmStateAVX2(n, &c[0], &i[0], &f[0], &g[0], &old[0])
	}
	return n
}

func lstmGradVec(dz, z, dh, dc, tanhC, old, dOld []Real) int {
	n := bulk(len(dh))
	if n == 0 {
		return 0
	}
	a := lstmGradArgs{n, 4 * len(dh), &z[0], &dz[0], &dh[0], &dc[0], &tanhC[0], &old[0], &dOld[0]}
	if active == AVX512 {
		lstmGradAVX512(&a)
	} else {
		lstmGradAVX2(&a)
	}
	return n
}

// lstmGradArgs is what the assembly reads: how many numbers, the bytes from gate to
// gate, and where things are.
type lstmGradArgs struct {
	n, gate                         int
	z, dz, dh, dc, tanhC, old, dOld *float32
}

//go:noescape
func lstmStateAVX512(n int, c, i, f, u, old *float32)

//go:noescape
func lstmStateAVX2(n int, c, i, f, u, old *float32)

//go:noescape
func lstmGradAVX512(a *lstmGradArgs)

//go:noescape
func lstmGradAVX2(a *lstmGradArgs)
