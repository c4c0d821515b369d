//go:build !float64check

package kernel

import "golang.org/x/sys/cpu"

// Best is the highest level that the processor and the system support.
func Best() Level {
	x := cpu.X86
	switch {
	case !x.HasAVX2 || !x.HasFMA:
		return Portable
	case x.HasAVX512F && x.HasAVX512DQ && x.HasAVX512BW && x.HasAVX512VL:
		return AVX512
	}
	return AVX2
}
