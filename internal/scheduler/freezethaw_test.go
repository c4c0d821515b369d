package scheduler_test

import (
	"testing"

	"github.com/danlu-ml/danlu/internal/scheduler"
	"github.com/danlu-ml/danlu/internal/scheduler/schedulertest"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/study/studytest"
)

// A new configuration may be anything, and so it promises more than one that was
// looked at. Beginnings have a share of the steps all the same.
func TestFreezeThawFinishesBesideBeginning(t *testing.T) {
	for _, tt := range []struct {
		name  string
		ended study.TrialID // of 12 trials, the first ones; others paused after a step
		want  scheduler.Kind
	}{
		{"after beginnings only", 0, scheduler.Resume},
		{"after six trainings", 6, scheduler.Start},
	} {
		t.Run(tt.name, func(t *testing.T) {
			def := schedulertest.Simulation{Max: 25}.Definition()
			l := studytest.New(def)
			for id := range study.TrialID(12) {
				x := (float64(id) + 0.5) / 12
				l.Plan(def.Space.At([]float64{x})).Start(id).Report(id, 1, 1+x)
				if id >= tt.ended {
					l.End(id, study.Paused)
					continue
				}
				for step := int64(2); step <= 25; step++ {
					l.Report(id, step, x+1/float64(step))
				}
				l.End(id, study.Completed, x+1./25)
			}
			a, ok := must(t, study.Algorithm{Name: "freeze-thaw"}, 25).Next(l.View())
			if !ok || a.Kind != tt.want {
				t.Errorf("it would %s trial %d (%s), want it to %s one", a.Kind, a.Trial, a.Why, tt.want)
			}
		})
	}
}
