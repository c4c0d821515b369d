//go:build float64check

package kernel

// Real is float64 in this build, which exists for gradient checks only.
type Real = float64

// Double says whether Real is float64.
const Double = true

// RealBytes is the size of a Real.
const RealBytes = 8
