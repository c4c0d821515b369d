// Package trialio is what a Go training program imports to be tuned by danlu:
// it reads the trial's parameters, reports metrics, learns whether to go on, and
// saves checkpoints. It needs the standard library only.
//
//	lr := trialio.Float("lr", 1e-3)
//	for epoch := range epochs {
//		loss := train(lr)
//		if trialio.Report(int64(epoch), map[string]float64{"val_loss": loss}) != trialio.Continue {
//			return
//		}
//	}
//
// The same program runs without danlu: parameters have their defaults, and
// reporting does nothing. While a driver is away, reports go to a file that it
// reads when it returns; a training is never ended, and hardly delayed, because
// danlu is not there. In a distributed program only rank 0 speaks.
//
// It leaves to the driver what a report means. Start at [Report] and [Float].
package trialio

import (
	"io"
	"os"
	"sync"
)

// Decision is what danlu wants of the program.
type Decision string

// Continue: go on. Stop: end now. Pause: end now; the trial may be taken up
// again later from its last checkpoint.
const (
	Continue Decision = "continue"
	Stop     Decision = "stop"
	Pause    Decision = "pause"
)

var current = sync.OnceValue(func() *Trial { return New(os.Getenv) })

// Current returns the trial that this process is, read from its environment once.
// The package's functions are its methods.
func Current() *Trial { return current() }

// InTrial reports whether danlu started this program.
func InTrial() bool { return Current().InTrial() }

// Float returns a parameter of the trial; see [Trial.Float].
func Float(name string, def float64) float64 { return Current().Float(name, def) }

// Int returns a parameter of the trial; see [Trial.Int].
func Int(name string, def int) int { return Current().Int(name, def) }

// String returns a parameter of the trial; see [Trial.String].
func String(name, def string) string { return Current().String(name, def) }

// Bool returns a parameter of the trial; see [Trial.Bool].
func Bool(name string, def bool) bool { return Current().Bool(name, def) }

// Params returns all parameters of the trial; see [Trial.Params].
func Params() map[string]any { return Current().Params() }

// Decode fills a struct with the trial's parameters; see [Trial.Decode].
func Decode(to any) error { return Current().Decode(to) }

// Report says what was measured at a step; see [Trial.Report].
func Report(step int64, values map[string]float64) Decision {
	return Current().Report(step, values)
}

// ShouldStop reports whether the program should end; see [Trial.ShouldStop].
func ShouldStop() bool { return Current().ShouldStop() }

// Checkpoint reports a checkpoint; see [Trial.Checkpoint].
func Checkpoint(path string, step int64) error { return Current().Checkpoint(path, step) }

// SaveCheckpoint writes and reports a checkpoint; see [Trial.SaveCheckpoint].
func SaveCheckpoint(step int64, write func(io.Writer) error) (path string, err error) {
	return Current().SaveCheckpoint(step, write)
}

// Resume returns the checkpoint to start from; see [Trial.Resume].
func Resume() string { return Current().Resume() }

// Dir returns the trial's folder; see [Trial.Dir].
func Dir() string { return Current().Dir() }

// Seed returns the trial's seed; see [Trial.Seed].
func Seed() int64 { return Current().Seed() }

// MaxStep returns the last step of the trial's schedule; see [Trial.MaxStep].
func MaxStep() int64 { return Current().MaxStep() }
