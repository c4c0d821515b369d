package space

import (
	"encoding/json"
	"fmt"
)

// wireParam is a parameter as it is kept in the log.
type wireParam struct {
	Name    string      `json:"name"`
	Float   []float64   `json:"float,omitempty"`
	Int     []int64     `json:"int,omitempty"`
	Choice  []Value     `json:"choice,omitempty"`
	Ordered bool        `json:"ordered,omitempty"`
	Log     bool        `json:"log,omitempty"`
	Step    float64     `json:"step,omitempty"`
	Role    string      `json:"role,omitempty"`
	Default Value       `json:"default,omitzero"`
	Prior   *Prior      `json:"prior,omitempty"`
	When    []Condition `json:"when,omitempty"`
	Scale   *Scale      `json:"scales_with,omitempty"`
}

// MarshalJSON writes the parameters as a list, in order.
func (s *Space) MarshalJSON() ([]byte, error) {
	wire := make([]wireParam, len(s.params))
	for i, p := range s.params {
		w := wireParam{Name: p.Name, Role: p.Role, Default: p.Default, Prior: p.Prior, When: p.When, Scale: p.Scale}
		switch d := p.Domain.(type) {
		case Float:
			w.Float, w.Log, w.Step = []float64{d.Low, d.High}, d.Log, d.Step
		case Int:
			w.Int, w.Log, w.Step = []int64{d.Low, d.High}, d.Log, float64(d.Step)
		case Choice:
			w.Choice, w.Ordered = d.Values, d.Ordered
		}
		wire[i] = w
	}
	return json.Marshal(wire)
}

// UnmarshalJSON reads what MarshalJSON wrote, checking it like [New].
func (s *Space) UnmarshalJSON(b []byte) error {
	var wire []wireParam
	if err := json.Unmarshal(b, &wire); err != nil {
		return err
	}
	params := make([]Param, len(wire))
	for i, w := range wire {
		p := Param{Name: w.Name, Role: w.Role, Default: w.Default, Prior: w.Prior, When: w.When, Scale: w.Scale}
		switch {
		case len(w.Float) == 2:
			p.Domain = Float{Low: w.Float[0], High: w.Float[1], Log: w.Log, Step: w.Step}
		case len(w.Int) == 2:
			p.Domain = Int{Low: w.Int[0], High: w.Int[1], Log: w.Log, Step: int64(w.Step)}
		case len(w.Choice) > 0:
			p.Domain = Choice{Values: w.Choice, Ordered: w.Ordered}
		default:
			return fmt.Errorf("parameter %s has no domain in the log", w.Name)
		}
		params[i] = p
	}
	made, err := New(params)
	if err != nil {
		return err
	}
	*s = *made
	return nil
}
