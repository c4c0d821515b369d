package scheduler

import "github.com/danlu-ml/danlu/internal/study"

// none lets every trial run to its end.
type none struct{}

func newNone(a study.Algorithm, _ *study.Definition) (Scheduler, error) {
	return none{}, a.Decode(&struct{}{})
}

// Name implements [Scheduler].
func (none) Name() string { return "none" }

// Judge implements [Scheduler].
func (none) Judge(*study.View, *study.Trial, int64) Verdict { return goOn }

// Next implements [Scheduler].
func (none) Next(*study.View) (Action, bool) { return startOne, true }

// goOn is the verdict where nothing is compared.
var goOn = Verdict{Decision: study.Continue}

// startOne is what policies that only stop trials do with a free slot.
var startOne = Action{Kind: Start}
