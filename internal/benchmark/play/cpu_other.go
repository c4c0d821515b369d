//go:build !unix

package play

import "time"

var began = time.Now()

// cpuSeconds is the time that has gone by, where CPU time can't be asked for.
func cpuSeconds() float64 { return time.Since(began).Seconds() }
