// Package scheduler judges running trials: which go on, and how far. One file a
// policy.
//
// A scheduler is a pure function of the view. Its verdicts are stored once, by
// the engine, and never asked for again. schedulertest asks every policy the same
// questions.
//
// [New] makes a policy by its name.
//
// Start reading at [Scheduler], then at any policy's file.
package scheduler

import (
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

// Verdict is what a scheduler says of a running trial at a step.
type Verdict struct {
	Decision study.Decision
	// Rung marks a step at which trials are compared: its verdict is stored even
	// if it is 'continue'.
	Rung bool
	// Why is the evidence, one clause for people: `0.612 at epoch 3, below the
	// best third of 9 (0.655)`. Values are the user's, not losses.
	Why string
}

// Kind says what an [Action] does.
type Kind string

// The actions a scheduler can ask for.
const (
	Start  Kind = "start"  // a new trial, its parameters from the sampler
	Resume Kind = "resume" // a paused trial goes on
	Clone  Kind = "clone"  // a new trial from another one's checkpoint
	Retire Kind = "retire" // a paused trial ends as stopped; it takes no slot
)

// Action is what to do with a free slot.
type Action struct {
	Kind Kind
	// To is the step at which the segment ends, 0 for the trial's own end. A
	// trial that reaches it without being stopped is paused.
	To int64
	// Bracket is kept with a new trial, for the scheduler itself.
	Bracket string
	// Trial is the one to resume or retire, or the parent of a clone.
	Trial study.TrialID
	// Params are a clone's.
	Params space.Values
	Why    string
}

// Scheduler judges trials.
type Scheduler interface {
	// Name is the policy's name, as in `scheduler: asha`.
	Name() string

	// Judge says whether trial t, whose report at step v already holds, goes on.
	// It is asked once a (trial, attempt, step), in the order reports arrive,
	// and not about the default trial, which is never stopped early, nor about a
	// trial whose objective is not finite: that one has diverged. The verdicts
	// before it that are to be stored are in v. It does not change v. Judging the
	// same view twice gives the same verdict. A step without a value of the first
	// objective, and one at or beyond the trial's end, are answered 'continue'.
	Judge(v *study.View, t *study.Trial, step int64) Verdict

	// Next says what to do with a free slot; it is asked again when that is in
	// the view, until no slot is free. Policies that only ever stop trials always
	// answer with [Start]. ok is false to wait for running trials; where none runs
	// and none waits it means that the policy has finished. It does not change v,
	// and asked twice it answers the same.
	Next(v *study.View) (a Action, ok bool)
}
