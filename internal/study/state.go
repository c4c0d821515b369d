package study

// State is where a trial stands.
type State string

// The states of a trial. The first three are open, the others final, though a
// person may reopen a trial.
const (
	Waiting    State = "waiting"
	Running    State = "running"
	Paused     State = "paused"
	Completed  State = "completed"  // ran to the end of its schedule
	Stopped    State = "stopped"    // by a scheduler or a person
	Diverged   State = "diverged"   // its objective is not finite
	Infeasible State = "infeasible" // out of memory, or against a constraint
	Failed     State = "failed"     // after its retries
)

// States lists all states in the order they are shown.
var States = []State{Waiting, Running, Paused, Completed, Stopped, Diverged, Infeasible, Failed}

// Open reports whether the trial may still run.
func (s State) Open() bool { return s == Waiting || s == Running || s == Paused }

// Known reports whether s is one of States.
func (s State) Known() bool {
	for _, t := range States {
		if s == t {
			return true
		}
	}
	return false
}

// Decision is the answer to a report.
type Decision string

// The decisions a trial can be told.
const (
	Continue Decision = "continue"
	Stop     Decision = "stop"
	Pause    Decision = "pause"
)
