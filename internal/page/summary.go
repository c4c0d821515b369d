package page

import (
	"time"

	"github.com/danlu-ml/danlu/internal/export"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/store"
	"github.com/danlu-ml/danlu/internal/study"
)

// Summary is a study as an object for other programs.
type Summary struct {
	Study      string              `json:"study"`
	State      string              `json:"state"` // running, resting or ended
	Why        string              `json:"why,omitempty"`
	Objectives []string            `json:"objectives"`
	Created    time.Time           `json:"created"`
	Updated    time.Time           `json:"updated"`
	Trials     map[study.State]int `json:"trials"`
	Best       *Config             `json:"best"`
	Default    *Config             `json:"default"`
	Front      []*Config           `json:"front,omitempty"` // with several objectives: the Pareto front
}

// Config is a configuration and what it reached.
type Config struct {
	Trial  study.TrialID `json:"trial"`
	Params space.Values  `json:"params"`
	Values study.Numbers `json:"values"`
}

// SummaryOf sums a study up.
func SummaryOf(i store.Info, v *study.View) Summary {
	s := Summary{
		Study: i.Study, Created: v.Created, Updated: v.Updated, Trials: map[study.State]int{},
		Best: ConfigOf(v, v.Best()), Default: ConfigOf(v, v.DefaultTrial()),
	}
	s.State, s.Why = Standing(i, v)
	for _, o := range v.Def.Objectives {
		s.Objectives = append(s.Objectives, o.String())
	}
	for state, n := range v.Count {
		if n > 0 {
			s.Trials[state] = n
		}
	}
	s.Front = FrontOf(v)
	return s
}

// FrontOf is the Pareto front; nil with one objective.
func FrontOf(v *study.View) (front []*Config) {
	if len(v.Def.Objectives) == 1 {
		return nil
	}
	for _, t := range v.Pareto() {
		front = append(front, ConfigOf(v, t))
	}
	return front
}

// ConfigOf is a trial's configuration; nil for none.
func ConfigOf(v *study.View, t *study.Trial) *Config {
	if t == nil {
		return nil
	}
	return &Config{t.ID, t.Params, export.Values(v, t)}
}

// Details is a trial as an object for other programs: its row, and what show
// shows besides.
type Details struct {
	Study string `json:"study"`
	export.Row
	Name        string        `json:"name"`
	Default     bool          `json:"default"`
	Runs        []Run         `json:"runs"`
	Verdicts    []Verdict     `json:"verdicts"`
	Checkpoints []Checkpoint  `json:"checkpoints"`
	Notes       []study.Noted `json:"notes,omitempty"`
}

// Run is an attempt.
type Run struct {
	Attempt int         `json:"attempt"`
	State   study.State `json:"state"`
	From    int64       `json:"from_step"`
	Last    int64       `json:"last_step"`
	Started time.Time   `json:"started"`
	Ended   *time.Time  `json:"ended"`
	Reason  string      `json:"reason"`
	Dir     string      `json:"dir"`
	Lost    bool        `json:"lost,omitempty"`
	Exit    *study.Exit `json:"exit"`
}

// Verdict is a decision about an attempt.
type Verdict struct {
	Attempt  int            `json:"attempt"`
	Step     int64          `json:"step"`
	Decision study.Decision `json:"decision"`
	By       string         `json:"by"`
	Why      string         `json:"why"`
}

// Checkpoint is saved state of a trial.
type Checkpoint struct {
	Step int64  `json:"step"`
	Path string `json:"path"`
}

// DetailsOf is all about a trial.
func DetailsOf(v *study.View, t *study.Trial, verdicts []study.Judged) Details {
	d := Details{
		Study: v.Def.Name, Row: export.RowOf(v, t), Name: t.Name, Default: t.Default,
		Runs: []Run{}, Verdicts: []Verdict{}, Checkpoints: []Checkpoint{}, Notes: t.Notes,
	}
	for _, a := range t.Attempts {
		r := Run{
			Attempt: a.Number, State: a.State, From: a.From, Last: a.LastStep, Started: a.Started,
			Reason: a.Reason, Dir: a.Dir, Lost: a.Lost, Exit: a.Exit,
		}
		if !a.Ended.IsZero() {
			r.Ended = &a.Ended
		}
		d.Runs = append(d.Runs, r)
	}
	for _, j := range verdicts {
		d.Verdicts = append(d.Verdicts, Verdict{j.Attempt, j.Step, j.Decision, j.By, j.Why})
	}
	for _, c := range t.Checkpoints {
		d.Checkpoints = append(d.Checkpoints, Checkpoint{c.Step, c.Path})
	}
	return d
}
