// Package wrapper is the small process every attempt runs under, and the folder
// of files through which it speaks to everyone else.
//
// The wrapper is the same binary, started as `danlu __wrap DIR/attempt-N/launch.json`.
// It claims the attempt, starts the program, keeps what the program writes in
// files of limited size, turns lines that match a pattern into reports, ends the
// program at its deadline or when told to, ends whatever the program left behind,
// and at last renames exit.json into place. It needs no driver for any of that.
//
// There is one per running trial, so it stays small: few imports, no goroutine
// that wakes up without news. It knows nothing of studies, stores or the network.
// Executors start it and read the folder with [OpenLog], [ReadClaim] and
// [ReadExit]; the names of the files are in folder.go.
//
// Start reading at [Main].
package wrapper

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"

	"github.com/danlu-ml/danlu/internal/executor"
)

// Env is the environment a wrapper should be started with: settings of the Go
// runtime that keep it small. It says nothing about the program's environment,
// which is in launch.json.
func Env() []string {
	env := []string{"GOMAXPROCS=1", "GOGC=25"}
	for _, name := range []string{
		MarkName,                            // a danlu within a trial of another: the outer one must find this wrapper
		"SYSTEMROOT", "SystemDrive", "PATH", // what Windows needs to start anything
	} {
		if v, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+v)
		}
	}
	return env
}

// Main runs one attempt and returns the wrapper's exit code: 0 if the attempt
// has ended and said so in exit.json, or belongs to another wrapper; 1 if it
// could not be claimed or its end not be written; 2 if args are not the path of
// a launch.json. What went wrong is on standard error. Standard output is closed
// once the program runs, which tells whoever holds its other end.
func Main(args []string) int {
	if len(args) != 1 {
		fmt.Fprintln(os.Stderr, "danlu __wrap: want the path of one launch.json; danlu starts this itself, there is no need to")
		return 2
	}
	dir := filepath.Dir(args[0])
	spec, err := ReadSpec(dir)
	if err != nil {
		fmt.Fprintf(os.Stderr, "danlu __wrap: %v\n", err)
		return 2
	}
	runtime.GOMAXPROCS(1)
	debug.SetGCPercent(25)
	orders := listen(dir) // before the claim, which invites signals
	claim, err := take(dir, spec)
	if errors.Is(err, fs.ErrExist) {
		return 0
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "danlu __wrap: claim trial %d attempt %d: %v\n", spec.Trial, spec.Attempt, err)
		return 1
	}
	defer claim.Close()

	exit := supervise(dir, spec, claim, orders)
	if err := writeExit(dir, exit, orders); err != nil {
		fmt.Fprintf(os.Stderr, "danlu __wrap: write how trial %d attempt %d ended: %v\n", spec.Trial, spec.Attempt, err)
		return 1
	}
	removeIfEmpty(filepath.Join(dir, wrapperLog))
	return 0
}

// notStarted is the exit of a program that never ran.
func notStarted(cause string, err error) executor.Exit {
	e := executor.Exit{Code: -1, Cause: cause, Started: now(), Ended: now()}
	if err != nil {
		e.Error = err.Error()
	}
	return e
}
