// Package reportcli is the verb `danlu report`: a shell script in a trial says
// what it measured and learns, by the exit code, whether to go on. It only reads
// the command line; trialio does the talking. Start at [Run].
package reportcli

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/danlu-ml/danlu/trialio"
)

// Exit codes of `danlu report`.
const (
	ExitContinue = 0
	ExitFailed   = 1 // the checkpoint cannot be read
	ExitUsage    = 2
	ExitStop     = 10
	ExitPause    = 11
)

// Usage is what --help prints.
const Usage = `usage: danlu report --step N METRIC=VALUE... [--checkpoint PATH]

Say in a trial what was measured at step N, and that the trial can be resumed
from PATH. Prints the decision: continue, stop or pause. VALUE may be nan, inf
or -inf.

exit codes: 0 continue, 10 stop, 11 pause, 2 wrong usage, 1 PATH cannot be read
`

// Run does `danlu report` with the arguments after the verb, in the trial of this
// process's environment, and returns the exit code. The decision goes to stdout.
func Run(args []string, stdout, stderr io.Writer) int {
	return run(trialio.Current(), args, stdout, stderr)
}

func run(trial *trialio.Trial, args []string, stdout, stderr io.Writer) int {
	said, err := parse(args)
	if errors.Is(err, errHelp) {
		fmt.Fprint(stdout, Usage)
		return ExitContinue
	}
	if err != nil {
		fmt.Fprintf(stderr, "danlu report: %v\n", err)
		return ExitUsage
	}
	if !trial.InTrial() {
		fmt.Fprintln(stderr, "danlu report: not in a trial, so there is nobody to tell: run the script with `danlu tune`")
	}
	if said.checkpoint != "" { // first: a pause may resume from it
		if err := trial.Checkpoint(said.checkpoint, said.step); err != nil {
			fmt.Fprintf(stderr, "danlu report: %v\n", err)
			return ExitFailed
		}
	}
	decision := trialio.Continue
	if len(said.values) > 0 {
		decision = trial.Report(said.step, said.values)
	} else if trial.ShouldStop() {
		decision = trialio.Stop
	}
	fmt.Fprintln(stdout, decision)
	switch decision {
	case trialio.Stop:
		return ExitStop
	case trialio.Pause:
		return ExitPause
	}
	return ExitContinue
}

type report struct {
	step       int64
	values     map[string]float64
	checkpoint string
}

var errHelp = errors.New("help")

// parse reads the arguments; options and metrics may be mixed.
func parse(args []string) (report, error) {
	r := report{step: -1, values: map[string]float64{}}
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		name, value, given := strings.Cut(arg, "=")
		if name == "--step" || name == "--checkpoint" {
			if !given {
				if len(args) == 0 {
					return r, fmt.Errorf("%s needs a value: danlu report --step 3 val_loss=0.4", name)
				}
				value, args = args[0], args[1:]
			}
		}
		switch {
		case arg == "--help" || arg == "-h":
			return r, errHelp
		case name == "--checkpoint":
			r.checkpoint = value
		case name == "--step":
			step, err := strconv.ParseInt(value, 10, 64)
			if err != nil || step < 0 {
				return r, fmt.Errorf("--step %q is not a whole number from 0 on", value)
			}
			r.step = step
		case strings.HasPrefix(arg, "-"):
			return r, fmt.Errorf("unknown option %s: there are --step and --checkpoint", name)
		case !given || name == "":
			return r, fmt.Errorf("%q is not METRIC=VALUE, such as val_loss=0.4", arg)
		default:
			v, err := strconv.ParseFloat(value, 64)
			if err != nil {
				return r, fmt.Errorf("%s: %q is not a number (nan, inf and -inf are)", name, value)
			}
			r.values[name] = v
		}
	}
	switch {
	case r.step < 0:
		return r, errors.New("--step is missing, the step that the values belong to: danlu report --step 3 val_loss=0.4")
	case len(r.values) == 0 && r.checkpoint == "":
		return r, errors.New("nothing to report: danlu report --step 3 val_loss=0.4")
	}
	return r, nil
}
