//go:build !unix && !windows

package provenance

func kernel() string { return "" }
