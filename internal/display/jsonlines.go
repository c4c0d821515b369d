package display

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

// jsonLines is one object a line, as docs/contract.md has them. What is observed
// together is written together, and at once.
type jsonLines struct {
	w, err io.Writer
	lines  bytes.Buffer
	broken error
}

type (
	jsonStarted struct {
		Event   string        `json:"event"`
		Trial   study.TrialID `json:"trial"`
		Attempt int           `json:"attempt"`
		Params  space.Values  `json:"params"`
		Sampler string        `json:"sampler"`
		Why     string        `json:"why"`
	}
	jsonReport struct {
		Event   string        `json:"event"`
		Trial   study.TrialID `json:"trial"`
		Attempt int           `json:"attempt"`
		Step    int64         `json:"step"`
		Values  study.Numbers `json:"values"`
	}
	jsonEnded struct {
		Event   string        `json:"event"`
		Trial   study.TrialID `json:"trial"`
		Attempt int           `json:"attempt"`
		State   study.State   `json:"state"`
		Values  study.Numbers `json:"values"`
		Reason  string        `json:"reason"`
	}
	jsonTrial struct {
		Trial  study.TrialID `json:"trial"`
		Params space.Values  `json:"params"`
		Values study.Numbers `json:"values"`
	}
	jsonEnd struct {
		Event   string              `json:"event"`
		Study   string              `json:"study"`
		Reason  string              `json:"reason"`
		Why     string              `json:"why,omitempty"`
		Store   string              `json:"store,omitempty"`
		Trials  map[study.State]int `json:"trials"`
		Best    *jsonTrial          `json:"best"`
		Default *jsonTrial          `json:"default"`
		Front   []*jsonTrial        `json:"front,omitempty"` // with several objectives: the Pareto front
	}
)

func (j *jsonLines) observe(_ *story, v *study.View, events []study.Event) {
	for _, e := range events {
		switch b := e.Body.(type) {
		case study.Started:
			t := v.Trials[b.Trial]
			j.write(jsonStarted{"trial_started", t.ID, b.Attempt, t.Params, t.Sampler, t.Why})
		case study.Points:
			j.points(b)
		case study.Ended:
			// An attempt may end without its trial: it waits for another one, or
			// is paused.
			event := "trial_ended"
			if b.State.Open() {
				event = "attempt_ended"
			}
			j.write(jsonEnded{event, b.Trial, b.Attempt, b.State, reported(v.Trials[b.Trial], b.Values), b.Reason})
		}
	}
	j.flush()
}

// points writes a line a step, rising.
func (j *jsonLines) points(b study.Points) {
	byStep := map[int64]study.Numbers{}
	var steps []int64
	for _, p := range b.Rows {
		if byStep[p.Step] == nil {
			byStep[p.Step] = study.Numbers{}
			steps = append(steps, p.Step)
		}
		byStep[p.Step][p.Metric] = p.Value
	}
	slices.Sort(steps)
	for _, s := range steps {
		j.write(jsonReport{"report", b.Trial, b.Attempt, s, byStep[s]})
	}
}

func (j *jsonLines) close(_ *story, v *study.View, end End) {
	if v == nil {
		return
	}
	e := jsonEnd{
		Event: "study_ended", Study: v.Def.Name, Reason: end.reason(), Why: end.Why, Store: end.Store,
		Trials: map[study.State]int{}, Best: jsonOf(v.Best()), Default: jsonOf(v.DefaultTrial()),
	}
	for s, n := range v.Count {
		if n > 0 {
			e.Trials[s] = n
		}
	}
	if len(v.Def.Objectives) > 1 {
		for _, t := range v.Pareto() {
			e.Front = append(e.Front, jsonOf(t))
		}
	}
	j.write(e)
	j.flush()
}

func jsonOf(t *study.Trial) *jsonTrial {
	if t == nil {
		return nil
	}
	return &jsonTrial{t.ID, t.Params, reported(t, t.Values)}
}

// reported is what a trial said: the last value of each metric, and its
// objectives by the study's rule.
func reported(t *study.Trial, objectives study.Numbers) study.Numbers {
	values := make(study.Numbers, len(t.Metrics))
	for name, s := range t.Metrics {
		values[name] = s.Last
	}
	for name, x := range objectives {
		values[name] = x
	}
	return values
}

func (j *jsonLines) write(x any) {
	enc := json.NewEncoder(&j.lines)
	enc.SetEscapeHTML(false)
	j.fail(enc.Encode(x))
}

func (j *jsonLines) flush() {
	if j.lines.Len() > 0 {
		_, err := j.lines.WriteTo(j.w)
		j.fail(err)
	}
}

func (j *jsonLines) fail(err error) {
	if err != nil && j.broken == nil {
		j.broken = fmt.Errorf("write a JSON line: %w", err)
	}
}

func (j *jsonLines) say(line string) { fmt.Fprintln(j.err, line) }

func (j *jsonLines) failed() error { return j.broken }
