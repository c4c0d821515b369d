//go:build !amd64 || float64check

package kernel

// Best is Portable: there is no assembly for this build.
func Best() Level { return Portable }
