package study

import (
	"fmt"
	"slices"
	"time"

	"github.com/danlu-ml/danlu/internal/space"
)

// View is everything known about a study: the fold of its log. Deciders read it
// and change nothing; [View.Apply] is the only way in.
//
// Which of two reports came first does not matter to it: curves are ordered by
// step, and of two values for one step the first stands.
type View struct {
	Def         *Definition
	Provenance  Provenance
	Trials      []*Trial // by ID
	Seq         int64    // of the last event applied
	Created     time.Time
	Updated     time.Time
	Concluded   *Concluded // how it last came to rest; nil while it goes on
	Notes       []Noted    // on the study
	Changes     []Changed
	Earlier     []Earlier // what other studies found before
	Count       map[State]int
	Started     int              // trials started, of whatever became of them
	Steps       int64            // trained, over all attempts
	Longest     int64            // the last step of the longest completed trial
	Saved       int              // checkpoints left, of whatever became of them
	SeenMetrics map[string]int64 // how many points of each metric
	Tried       *space.Set       // the configurations of all trials
	busy        time.Duration    // during which at least one attempt ran
	gpu         time.Duration    // attempts' time × devices
	running     int
	busySince   time.Time
	best        *Trial
	recent      recency
}

// NewView is the view of an empty log.
func NewView() *View {
	return &View{Count: map[State]int{}, SeenMetrics: map[string]int64{}, Tried: new(space.Set)}
}

// Apply folds one more event. An error means that the log makes no sense from
// there on: it is damaged, or the caller made the event up.
func (v *View) Apply(e Event) error {
	if e.Seq != v.Seq+1 {
		return fmt.Errorf("event %d follows event %d", e.Seq, v.Seq)
	}
	if err := v.apply(e); err != nil {
		return fmt.Errorf("event %d (%s): %w", e.Seq, e.Body.Kind(), err)
	}
	v.Seq, v.Updated = e.Seq, e.Time
	return nil
}

func (v *View) apply(e Event) error {
	if b, ok := e.Body.(Created); ok {
		if v.Def != nil || b.Definition == nil || len(b.Definition.Objectives) == 0 {
			return fmt.Errorf("a study is created once, with a definition")
		}
		v.Def, v.Provenance, v.Created = b.Definition, b.Provenance, e.Time
		return nil
	}
	if v.Def == nil {
		return fmt.Errorf("the log does not begin with the study's creation")
	}
	switch b := e.Body.(type) {
	case Planned:
		return v.plan(b, e)
	case Changed:
		return v.change(b)
	case Concluded:
		v.Concluded = &b
	case Noted:
		if b.Trial == nil {
			v.Notes = append(v.Notes, b)
			return nil
		}
		t, err := v.trial(*b.Trial)
		if err == nil {
			t.Notes = append(t.Notes, b)
		}
		return err
	case Informed:
		v.inform(b)
	case StageOpened, StageClosed:
	case Points:
		if len(b.Rows) > 0 {
			return v.applyToTrial(e)
		}
	default:
		return v.applyToTrial(e)
	}
	return nil
}

func (v *View) applyToTrial(e Event) error {
	var id TrialID
	switch b := e.Body.(type) {
	case Started:
		id = b.Trial
	case Points:
		id = b.Trial
	case Judged:
		id = b.Trial
	case Used:
		id = b.Trial
	case Checkpointed:
		id = b.Trial
	case Dropped:
		id = b.Trial
	case Ended:
		id = b.Trial
	case Reopened:
		id = b.Trial
	}
	t, err := v.trial(id)
	if err != nil {
		return err
	}
	v.recent.touch(id, e.Seq)
	switch b := e.Body.(type) {
	case Started:
		return v.start(t, b, e.Time)
	case Points:
		v.observe(t, b)
	case Judged:
		if a := t.Attempt(); a != nil && a.Number == b.Attempt {
			t.Verdicts = append(t.Verdicts, b)
		}
	case Used:
		v.use(t, b)
	case Checkpointed:
		v.Saved++
		t.keep(Checkpoint{Attempt: b.Attempt, Step: b.Step, Path: b.Path, Bytes: b.Bytes})
	case Dropped:
		t.Checkpoints = slices.DeleteFunc(t.Checkpoints, func(c Checkpoint) bool { return c.Step == b.Step })
	case Ended:
		return v.end(t, b, e.Time)
	case Reopened:
		return v.reopen(t, b)
	}
	return nil
}

// DefaultTrial is the trial of the default configuration, nil if there is none.
func (v *View) DefaultTrial() *Trial {
	for _, t := range v.Trials {
		if t.Default {
			return t
		}
	}
	return nil
}

// Horizon is how far a trial's training goes, 0 if unknown: the fidelity's end
// when it last began from nothing. Its schedule ends there, whatever segment of it
// is trained now and whatever the study has come to say since.
func (v *View) Horizon(t *Trial) int64 {
	if len(t.Attempts) == 0 {
		return v.Def.Fidelity.Max
	}
	return t.horizon
}

// Elapsed is the time during which at least one attempt ran.
func (v *View) Elapsed(now time.Time) time.Duration {
	if v.running > 0 && now.After(v.busySince) {
		return v.busy + now.Sub(v.busySince)
	}
	return v.busy
}

// GPUHours is the time attempts have occupied devices.
func (v *View) GPUHours(now time.Time) float64 {
	d := v.gpu
	if n := v.Def.Resources.devices(); n > 0 {
		for _, t := range v.Trials {
			if t.State == Running {
				d += time.Duration(float64(now.Sub(t.Attempt().Started)) * n)
			}
		}
	}
	return d.Hours()
}

// TrialsSpent reports whether the budget lets no more trials start.
func (v *View) TrialsSpent() bool {
	b := v.Def.Budget.Trials
	return b > 0 && v.Started >= b
}

// Resumable reports whether a trial that is paused can go on where it was.
func (v *View) Resumable() bool {
	if says := v.Def.Fidelity.Resume; says != nil {
		return *says
	}
	return v.Saved > 0
}
