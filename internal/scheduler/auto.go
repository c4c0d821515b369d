package scheduler

import "github.com/danlu-ml/danlu/internal/study"

// newAuto chooses by what the study allows: asha where trials have a known end
// of at least three steps, median where that is unknown, and none where training
// is a step or two or the user asked for a whole grid. A policy does nothing to
// trials that report only at their end.
func newAuto(a study.Algorithm, def *study.Definition) (Scheduler, error) {
	if err := a.Decode(&struct{}{}); err != nil {
		return nil, err
	}
	last := def.Fidelity.Max
	switch {
	case def.Sampler.Name == "grid" || (last > 0 && last < 3):
		return none{}, nil
	case last == 0:
		return newMedian(study.Algorithm{Name: "median"}, def)
	}
	return newASHA(study.Algorithm{Name: "asha"}, def)
}
