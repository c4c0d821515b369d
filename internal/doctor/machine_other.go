//go:build !linux && !darwin

package doctor

// memoryOf is not known here.
func memoryOf() (total, free uint64, ok bool) { return 0, 0, false }
