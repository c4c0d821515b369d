package sampler

import (
	"maps"
	"slices"

	"github.com/danlu-ml/danlu/internal/study"
)

// makers has every sampler by its name in danlu.yaml.
var makers = map[string]func(study.Algorithm, *study.Definition) (Sampler, error){
	"auto":      newAuto,
	"cmaes":     newCMAES,
	"foresight": newCurves,
	"gp":        newGP,
	"grid":      newGrid,
	"nsga2":     newNSGA2,
	"random":    newRandom,
	"sobol":     newSobol,
	"tpe":       newTPE,
}

// Names lists the samplers, in order.
func Names() []string { return slices.Sorted(maps.Keys(makers)) }

// New makes the sampler that a definition asks for; no name means auto. The views
// it is given later must be of that definition: a study whose definition changes
// needs a new sampler. Unknown names and options are refused with the nearest
// right one.
func New(a study.Algorithm, def *study.Definition) (Sampler, error) {
	return study.Make("sampler", makers, a, def)
}

// candidatesAtMost is how many places or draws a sampler compares at most.
const candidatesAtMost = 100_000

// given reports whether an option was named: what is not is its zero value, which then
// stands for what the sampler does by itself.
func given(a study.Algorithm, option string) bool {
	_, ok := a.Options[option]
	return ok
}
