package scheduler

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/danlu-ml/danlu/internal/study"
)

// overParameter is the policy for a study whose fidelity is a parameter, where each
// attempt is a whole training and leaves one value: trials begin at a low value, and
// the best begin again at a higher one. asha promotes there, and is what auto chooses.
// Policies that look at trainings while they run, or copy their state, are refused.
func overParameter(a study.Algorithm, def *study.Definition) (study.Algorithm, error) {
	name := cmp.Or(a.Name, "auto")
	able := []string{"asha", "auto", "bohb", "halving", "hyperband", "none"}
	switch {
	case def.Fidelity.Param == "" || makers[name] == nil:
	case !slices.Contains(able, name):
		return a, fmt.Errorf("scheduler %s follows single trainings, and with fidelity.param each step is a training of its own; use asha, halving, hyperband or bohb", name)
	case name == "auto" && def.Sampler.Name == "grid":
		a.Name = "none"
	case name == "auto", name == "asha":
		a.Name, a.Options = "asha", maps.Clone(a.Options)
		if a.Options == nil {
			a.Options = map[string]json.RawMessage{}
		}
		a.Options["promote"] = json.RawMessage("true")
	}
	return a, nil
}
