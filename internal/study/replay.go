package study

import (
	"encoding/json"
	"maps"

	"github.com/danlu-ml/danlu/internal/space"
)

// Scheduled is a part of a schedule of parameters: up to a step, 0 being the end, a
// trial trains with these.
type Scheduled struct {
	To     int64        `json:"to"`
	Params space.Values `json:"params"`
}

// Replay is the algorithm that trains by the schedule which a line of descent has
// found: the scheduler `replay`. A segment at the trial's end has no To.
func (v *View) Replay(t *Trial) Algorithm {
	var segments []Scheduled
	for _, s := range v.Lineage(t) {
		segments = append(segments, Scheduled{To: s.To, Params: s.Params})
	}
	segments[len(segments)-1].To = 0
	text, err := json.Marshal(segments)
	if err != nil {
		panic("study: parameters of a trial have no JSON: " + err.Error()) // they came from it
	}
	return Algorithm{Name: "replay", Options: map[string]json.RawMessage{"segments": text}}
}

// Schedule is what the definition's scheduler replays, nil if it replays nothing.
func (d *Definition) Schedule() []Scheduled {
	if d.Scheduler.Name != "replay" {
		return nil
	}
	var o struct{ Segments []Scheduled }
	text, err := json.Marshal(d.Scheduler.Options)
	if err != nil || json.Unmarshal(text, &o) != nil {
		return nil // refused before the study began
	}
	for i := range o.Segments {
		o.Segments[i].Params = d.Space.Cast(o.Segments[i].Params)
	}
	return o.Segments
}

// ParamsAt are the parameters that a trial's program is given for a segment that ends
// at a step, 0 being its end. Where a parameter is the fidelity, it is among them; where
// a schedule is replayed, they are the schedule's there.
func (v *View) ParamsAt(t *Trial, to int64) (params space.Values, order []string) {
	params, order = t.Params, v.Def.Space.Names()
	if f := v.Def.Fidelity; f.Param != "" {
		params = maps.Clone(params)
		params[f.Param] = f.At(to)
		return params, append(order, f.Param)
	}
	for _, s := range v.Def.Schedule() {
		if s.To == to || s.To == 0 || to > 0 && to < s.To {
			params = maps.Clone(params)
			maps.Copy(params, s.Params)
			break
		}
	}
	return params, order
}
