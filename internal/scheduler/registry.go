package scheduler

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

// makers has every policy by its name in danlu.yaml.
var makers = map[string]func(study.Algorithm, *study.Definition) (Scheduler, error){
	"asha":   newASHA,
	"auto":   newAuto,
	"median": newMedian,
	"none":   newNone,
}

// Names lists the policies, in order.
func Names() []string { return slices.Sorted(maps.Keys(makers)) }

// New makes the policy that a definition asks for; no name means auto, and auto
// is answered with the policy it chooses. The views it is given later must be of
// that definition. Unknown names and options are refused with the nearest right
// one.
func New(a study.Algorithm, def *study.Definition) (Scheduler, error) {
	a.Name = cmp.Or(a.Name, "auto")
	make, ok := makers[a.Name]
	if !ok {
		hint := ""
		if near := space.Nearest(a.Name, Names()); near != "" {
			hint = fmt.Sprintf("; did you mean %s?", near)
		}
		return nil, fmt.Errorf("there is no scheduler %q%s (there are %s)", a.Name, hint, strings.Join(Names(), ", "))
	}
	s, err := make(a, def)
	if err != nil {
		return nil, fmt.Errorf("scheduler %s: %w", a.Name, err)
	}
	return s, nil
}
