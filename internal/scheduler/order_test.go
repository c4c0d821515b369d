package scheduler_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/danlu-ml/danlu/internal/scheduler"
	"github.com/danlu-ml/danlu/internal/scheduler/schedulertest"
	"github.com/danlu-ml/danlu/internal/study"
)

// Brackets compare when all have come to a rung (Li et al. 2018, Algorithm 1), so it
// does not matter in which order reports arrive, nor on how many workers.
func TestBracketsDoNotDependOnTheOrderOfReports(t *testing.T) {
	for _, name := range []string{"halving", "hyperband", "bohb"} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				sim := schedulertest.Simulation{
					Trials: rapid.IntRange(1, 40).Draw(t, "trials"), Max: rapid.Int64Range(1, 30).Draw(t, "max"),
					Curve: schedulertest.Learning(rapid.Uint64().Draw(t, "curves")),
				}
				if d := cmp.Diff(outcome(t, name, sim), outcome(t, name, sim)); d != "" {
					t.Errorf("outcomes (-one order +another):\n%s", d)
				}
			})
		})
	}
}

// outcome is what becomes of each trial of a study on some number of workers whose
// reports come in some order.
func outcome(t *rapid.T, name string, sim schedulertest.Simulation) []string {
	sim.Seed, sim.Slots = rapid.Uint64().Draw(t, "order"), rapid.IntRange(1, 20).Draw(t, "slots")
	s, err := scheduler.New(study.Algorithm{Name: name}, sim.Definition())
	if err != nil {
		t.Fatal(err)
	}
	l, finished := sim.Run(s)
	if !finished {
		t.Fatal("it does not come to its end")
	}
	var all []string
	for _, tr := range l.View().Trials {
		all = append(all, fmt.Sprintf("trial %d of bracket %q: %s at %d", tr.ID, tr.Bracket, tr.State, tr.Curve().Last()))
	}
	return all
}

// Who is promoted is among the best 1/Eta of those that have come to its rung by then
// (Li et al. 2020, Algorithm 2), of whatever number; the default trial counts. When no
// more trials may be started, the best one may go on alone.
func TestPromotionKeepsToItsShareAtEveryReport(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		eta := rapid.SampledFrom([]float64{2, 3, 4}).Draw(t, "eta")
		sim := schedulertest.Simulation{
			Seed: rapid.Uint64().Draw(t, "seed"), Trials: rapid.IntRange(2, 60).Draw(t, "trials"), Max: 64,
			Slots: rapid.IntRange(1, 12).Draw(t, "slots"), Flaky: rapid.Bool().Draw(t, "flaky"),
		}
		s, err := scheduler.New(asha("promote", "true", "min", "1", "eta", fmt.Sprint(eta)), sim.Definition())
		if err != nil {
			t.Fatal(err)
		}
		if _, finished := sim.Run(&promotions{s, t, eta}); !finished {
			t.Fatal("it does not come to its end")
		}
	})
}

// promotions looks at each trial that is to go on.
type promotions struct {
	scheduler.Scheduler
	t   *rapid.T
	eta float64
}

func (p *promotions) Next(v *study.View) (scheduler.Action, bool) {
	a, ok := p.Scheduler.Next(v)
	if !ok || a.Kind != scheduler.Resume {
		return a, ok
	}
	rung := v.Trials[a.Trial].Step()
	own, _ := v.Trials[a.Trial].Curve().At(rung, false)
	came, better := 0, 0
	for _, tr := range v.Trials {
		if loss, ok := tr.Curve().At(rung, false); ok && tr.Curve().Last() >= rung {
			came++
			if loss < own {
				better++
			}
		}
	}
	share := int(float64(came) / p.eta)
	if v.Started >= v.Def.Budget.Trials {
		share = max(1, share)
	}
	if better >= share {
		p.t.Errorf("trial %d goes on from step %d as number %d of %d, want one of the best %d", a.Trial, rung, better+1, came, share)
	}
	return a, ok
}
