package kernel

import (
	"fmt"
	"os"
)

// Level is an instruction set that kernels are written for.
type Level int

// The levels, from the one that is always there to the fastest.
const (
	Portable Level = iota
	AVX2           // with FMA
	AVX512         // F, DQ, BW, VL
)

// String is the name used in DANLU_KERNELS.
func (l Level) String() string {
	return [...]string{"portable", "avx2", "avx512"}[l]
}

// active is the level in use. It changes only in [Force].
var active = fromEnvironment(Best())

// Active is the level in use.
func Active() Level { return active }

// Force makes level the one in use and returns a function that brings back the
// one before. It panics where the processor lacks the level. It must not run
// beside any other use of the package.
func Force(level Level) (restore func()) {
	if level > Best() {
		panic(fmt.Sprintf("kernel: this processor has no %v", level))
	}
	old := active
	active = level
	return func() { active = old }
}

// Levels are all that this processor can run, portable first.
func Levels() []Level {
	var all []Level
	for l := Portable; l <= Best(); l++ {
		all = append(all, l)
	}
	return all
}

// fromEnvironment lowers best to the level named by DANLU_KERNELS. A name that
// is unknown, or above what the processor has, changes nothing.
func fromEnvironment(best Level) Level {
	name := os.Getenv("DANLU_KERNELS")
	for l := Portable; l <= best; l++ {
		if l.String() == name {
			return l
		}
	}
	return best
}
