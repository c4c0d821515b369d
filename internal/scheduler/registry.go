package scheduler

import (
	"maps"
	"slices"

	"github.com/danlu-ml/danlu/internal/study"
)

// makers has every policy by its name in danlu.yaml.
var makers = map[string]func(study.Algorithm, *study.Definition) (Scheduler, error){
	"asha":        newASHA,
	"auto":        newAuto,
	"bohb":        newHyperband,
	"curve":       newCurve,
	"freeze-thaw": newFreezeThaw,
	"halving":     newHyperband,
	"hyperband":   newHyperband,
	"median":      newMedian,
	"none":        newNone,
	"patience":    newPatience,
	"pbt":         newPBT,
	"percentile":  newPercentile,
	"replay":      newReplay,
	"threshold":   newThreshold,
}

// Names lists the policies, in order.
func Names() []string { return slices.Sorted(maps.Keys(makers)) }

// New makes the policy that a definition asks for; no name means auto, and auto
// is answered with the policy it chooses. The views it is given later must be of
// that definition. Unknown names and options are refused with the nearest right
// one.
func New(a study.Algorithm, def *study.Definition) (Scheduler, error) {
	a, err := overParameter(a, def)
	if err != nil {
		return nil, err
	}
	return study.Make("scheduler", makers, a, def)
}
