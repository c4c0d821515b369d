package sampler

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

// makers has every sampler by its name in danlu.yaml.
var makers = map[string]func(study.Algorithm, *study.Definition) (Sampler, error){
	"auto":   newAuto,
	"grid":   newGrid,
	"random": newRandom,
	"sobol":  newSobol,
}

// Names lists the samplers, in order.
func Names() []string { return slices.Sorted(maps.Keys(makers)) }

// New makes the sampler that a definition asks for; no name means auto. The views
// it is given later must be of that definition: a study whose definition changes
// needs a new sampler. Unknown names and options are refused with the nearest
// right one.
func New(a study.Algorithm, def *study.Definition) (Sampler, error) {
	a.Name = cmp.Or(a.Name, "auto")
	make, ok := makers[a.Name]
	if !ok {
		hint := ""
		if near := space.Nearest(a.Name, Names()); near != "" {
			hint = fmt.Sprintf("; did you mean %s?", near)
		}
		return nil, fmt.Errorf("there is no sampler %q%s (there are %s)", a.Name, hint, strings.Join(Names(), ", "))
	}
	s, err := make(a, def)
	if err != nil {
		return nil, fmt.Errorf("sampler %s: %w", a.Name, err)
	}
	return s, nil
}
