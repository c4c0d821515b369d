//go:build !float64check

package kernel

// Real is the number all training is done in. Under the build tag float64check
// it is float64 on the portable kernels, so that gradients can be compared with
// finite differences to many digits, in the very code that trains.
type Real = float32

// Double says whether Real is float64.
const Double = false

// RealBytes is the size of a Real.
const RealBytes = 4
