// Package problem says what a search problem is to the search benchmark: a space, a
// budget, and an instance of it for every seed, which answers and keeps the score.
//
// It knows no searcher and no concrete problem; packages beside it do. Searchers meet
// an [Instance] through a fence: they see the space, the number of steps and what they
// have paid for, never the optimum or the scale of the score.
//
// Start reading at [Problem].
package problem

import (
	"math"

	"github.com/danlu-ml/danlu/internal/space"
)

// Problem is one task of a suite.
type Problem struct {
	Suite, Family, Name string
	Space               *space.Space
	// Objectives is how many losses an evaluation has; 0 means 1.
	Objectives int
	// Constraints are conditions on the parameters, known beforehand, in the language
	// of package expr.
	Constraints []string
	// Secondary says that another problem is the same but for the metric: it is shown, and
	// is no further evidence in tests over tasks.
	Secondary bool
	// Limited says that a configuration may turn out infeasible; it is told to those whom
	// it must be told beforehand.
	Limited bool
	// Steps is the length of a full training whose losses are seen step by step and
	// which can be left and taken up again; 0: an evaluation is a single value.
	Steps int64
	// Budget is the number of evaluations, or of full trainings where there are steps.
	Budget int
	// Marks are the points of the budget, in percent of 100 evaluations or of the
	// steps, at which the score is taken; rising.
	Marks []int
	// Earlier is what a study of a problem alike found, where there was one: trials in no
	// order, NaN where they failed.
	Earlier func(seed uint64) ([]Trial, error)
	// Open makes the instance of a seed. The same seed gives the same instance.
	Open func(seed uint64) (Instance, error)
}

// Instance is a problem as one run meets it. It belongs to that run.
type Instance interface {
	// Start takes up a configuration as trial 0, 1, …. A problem that has only some
	// configurations answers with the one it took in its place; nil means that it took
	// the one that was asked for.
	Start(asked space.Values) (used space.Values)
	// Train shows what a trial gives at a step, which is one beyond the last step shown;
	// without steps it is called once, with 1.
	Train(trial int, step int64) Result
	// Score is the normalised regret of the best so far, in [Floor, 1].
	Score() float64
}

// Trial is a configuration and what came of it.
type Trial struct {
	Params space.Values
	Loss   float64
}

// Result is what is seen of a trial at a step.
type Result struct {
	Losses     []float64 // to be minimised; NaN where the evaluation failed
	Infeasible bool      // it broke a limit nobody had told of; Losses is nil
}

// Floor is the smallest regret told apart on recorded tables.
const Floor = .001

// Regret is the normalised regret of a value: 0 at the best, 1 at the reference, clipped
// to [floor, 1]. A value that is not finite counts as the reference.
func Regret(value, best, reference, floor float64) float64 {
	if math.IsNaN(value) || math.IsInf(value, 0) {
		return 1
	}
	return min(1, max(floor, (value-best)/(reference-best)))
}
