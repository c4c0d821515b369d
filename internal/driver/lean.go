package driver

import (
	"os"
	"runtime"
)

// lean keeps a driver whose trials are processes to one thread of Go at a time.
// Its work is a single loop that mostly waits for the disk; with more, the runtime
// wakes threads at every report to look for work that is not there, which made up
// a fifth of what a trial costs. Whoever sets GOMAXPROCS knows better. The
// function returned undoes it.
func lean() func() {
	if os.Getenv("GOMAXPROCS") != "" {
		return func() {}
	}
	before := runtime.GOMAXPROCS(1)
	return func() { runtime.GOMAXPROCS(before) }
}
