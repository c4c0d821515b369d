//go:build !linux

package local

import "runtime"

func cores() float64 { return float64(runtime.NumCPU()) }
