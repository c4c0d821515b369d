package aside

import (
	"encoding/json"
	"fmt"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

// Define makes the study to run beside a user's: the same program, with nothing to
// choose but one parameter in a domain of its own, and no end but the plan's, which
// is kept with it. decider is what the log calls whoever decides.
func Define(user *study.Definition, name, decider string, p *space.Param, d space.Domain, plan any) (*study.Definition, error) {
	def := *user
	def.Name = name
	def.Objectives = def.Objectives[:1:1]
	def.Budget, def.Target, def.StopWhen = study.Budget{}, nil, ""
	def.Constraints, def.WarmFrom, def.Retries, def.Mode = nil, nil, 0, "search"
	def.Source = "" // what it says of ranges is not true here
	text, err := json.Marshal(plan)
	if err != nil {
		return nil, fmt.Errorf("write down the plan of study %s: %w", name, err)
	}
	def.Sampler = study.Algorithm{Name: decider, Options: map[string]json.RawMessage{"plan": text}}
	def.Scheduler = study.Algorithm{Name: decider}
	// Without defaults, since no trial here is the default one.
	var params []space.Param
	for i := range user.Space.Len() {
		q := *user.Space.Param(i)
		if q.Name == p.Name {
			q.Domain, q.Prior = d, nil
		}
		q.Default = space.Value{}
		params = append(params, q)
	}
	if def.Space, err = space.New(params); err != nil {
		return nil, fmt.Errorf("give %s the values %s: %w", p.Name, d, err)
	}
	return &def, nil
}

// At is the user's default configuration with one parameter at another value; what
// scales with it follows. sp is the space that [Define] made.
func At(user *study.Definition, sp *space.Space, name string, v space.Value) (space.Values, error) {
	params := make([]space.Param, sp.Len())
	for i := range params {
		params[i] = *sp.Param(i)
		if params[i].Name != name {
			params[i].Default = user.Space.Param(i).Default
		}
	}
	whole, err := space.New(params)
	if err != nil {
		return nil, err
	}
	return whole.Complete(space.Values{name: v})
}

// defaults is the default configuration, the middle of each scale where there is no
// default.
func defaults(sp *space.Space) space.Values {
	vs, _ := sp.Default()
	return vs
}
