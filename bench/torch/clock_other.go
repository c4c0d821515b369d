//go:build !unix

package main

import "time"

var began = time.Now()

// cpuSeconds is the time by the clock, where no other is to be had.
func cpuSeconds() float64 { return time.Since(began).Seconds() }
