package study

import (
	"math"
	"slices"
	"sort"
	"time"

	"github.com/danlu-ml/danlu/internal/space"
)

// Trial is one configuration and all that became of it.
type Trial struct {
	ID      TrialID
	Name    string
	Params  space.Values
	Unit    []float64 // its place in the unit cube, one coordinate a parameter
	Seed    uint64
	Sampler string
	Why     string
	Tag     string // the sampler's
	Bracket string // the scheduler's
	Default bool   // the default configuration: never stopped early
	Parent  *Parent
	Planned time.Time
	To      int64 // how far the first segment goes; 0: to the end

	State    State
	Reason   string // why it ended or waits, for people
	Attempts []Attempt
	// Curves has a curve an objective, by step, of its current line of descent:
	// a restarted attempt drops what lies after the step it resumed from.
	Curves []Curve
	// Losses are its final values, turned so that less is better; nil until it
	// has ended with a value. +Inf where it diverged.
	Losses      []float64
	Values      Numbers // as reported, by objective
	Metrics     map[string]*Series
	Verdicts    []Judged // of the current attempt, by step
	Used        space.Values
	Checkpoints []Checkpoint // those that exist, by step
	Notes       []Noted
	Ended       time.Time
	horizon     int64
}

// Attempt is one execution of a trial.
type Attempt struct {
	Number   int
	From, To int64
	Resume   string
	Dir      string
	Started  time.Time
	Ended    time.Time // zero while it runs
	State    State     // what it left the trial in
	Lost     bool
	Reason   string
	Exit     *Exit
	LastStep int64 // the highest step reported in it; From if none
}

// Checkpoint is saved state of a trial.
type Checkpoint struct {
	Attempt int
	Step    int64
	Path    string // empty where the program that asked for the trial keeps it
	Bytes   int64
}

// Series is what the view keeps of a metric: not its points.
type Series struct {
	Last     float64
	LastStep int64
	Min, Max float64 // over finite values
	Count    int
}

// Sample is one point of a curve; Loss is turned so that less is better.
type Sample struct {
	Step int64
	Loss float64
}

// Curve is a sequence of samples with rising steps.
type Curve []Sample

// At is the loss a rung at this step compares: the last at or before it, or the
// lowest where best is set. ok is false where there is none.
func (c Curve) At(step int64, best bool) (loss float64, ok bool) {
	n := sort.Search(len(c), func(i int) bool { return c[i].Step > step })
	if n == 0 {
		return math.Inf(1), false
	}
	if !best {
		return c[n-1].Loss, true
	}
	loss = c[0].Loss
	for _, s := range c[1:n] {
		loss = min(loss, s.Loss)
	}
	return loss, true
}

// Last is the highest step, 0 if there is none.
func (c Curve) Last() int64 {
	if len(c) == 0 {
		return 0
	}
	return c[len(c)-1].Step
}

// add puts a sample in its place; the first of a step stands.
func (c *Curve) add(s Sample) {
	n := len(*c)
	if n == 0 || (*c)[n-1].Step < s.Step {
		*c = append(*c, s)
		return
	}
	i := sort.Search(n, func(i int) bool { return (*c)[i].Step >= s.Step })
	if (*c)[i].Step != s.Step {
		*c = slices.Insert(*c, i, s)
	}
}

// Attempt is the current attempt, nil before the first.
func (t *Trial) Attempt() *Attempt {
	if len(t.Attempts) == 0 {
		return nil
	}
	return &t.Attempts[len(t.Attempts)-1]
}

// Curve is the curve of the first objective.
func (t *Trial) Curve() Curve { return t.Curves[0] }

// Step is the highest step the trial has reported, in its line of descent.
func (t *Trial) Step() int64 {
	if a := t.Attempt(); a != nil {
		return a.LastStep
	}
	return 0
}

// Verdict is the stored verdict on the current attempt at a step.
func (t *Trial) Verdict(step int64) (Judged, bool) {
	for i := len(t.Verdicts) - 1; i >= 0; i-- {
		if t.Verdicts[i].Step == step {
			return t.Verdicts[i], true
		}
	}
	return Judged{}, false
}

// Told is the last verdict other than 'continue' on the current attempt: it has
// been asked to end, and nothing it reports changes that.
func (t *Trial) Told() (Judged, bool) {
	for i := len(t.Verdicts) - 1; i >= 0; i-- {
		if t.Verdicts[i].Decision != Continue {
			return t.Verdicts[i], true
		}
	}
	return Judged{}, false
}

// Loss is the first objective's final loss, +Inf for a trial that has none:
// samplers rank by it.
func (t *Trial) Loss() float64 {
	if len(t.Losses) == 0 {
		return math.Inf(1)
	}
	return t.Losses[0]
}

// Failures counts the attempts that cost a retry, since the trial was last
// reopened.
func (t *Trial) Failures() int {
	n := 0
	for _, a := range t.Attempts {
		if !a.Ended.IsZero() && !a.Lost && (a.State == Waiting || a.State == Failed) {
			n++
		}
	}
	return n
}

// Duration is the time its attempts ran, up to now for one that still does.
func (t *Trial) Duration(now time.Time) time.Duration {
	var d time.Duration
	for _, a := range t.Attempts {
		end := a.Ended
		if end.IsZero() {
			end = now
		}
		d += max(end.Sub(a.Started), 0)
	}
	return d
}

// LatestCheckpoint is the checkpoint with the highest step, nil if there is none.
func (t *Trial) LatestCheckpoint() *Checkpoint {
	if len(t.Checkpoints) == 0 {
		return nil
	}
	return &t.Checkpoints[len(t.Checkpoints)-1]
}
