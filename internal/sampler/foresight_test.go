package sampler_test

import (
	"testing"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/study/studytest"
	"github.com/google/go-cmp/cmp"
)

// On a plain where nothing learns, all that curves tell is how to lose least there.
func TestOneProposalInFourFillsTheSpaceWhateverCurvesPromise(t *testing.T) {
	for _, name := range []string{"foresight", "auto"} {
		t.Run(name, func(t *testing.T) {
			def := define(t, float("x", 0, 1), float("y", 0, 1))
			def.Fidelity = study.Fidelity{Step: "epoch", Max: 25}
			l := studytest.New(def)
			by := map[string]int{}
			for id := range study.TrialID(32) {
				p := suggest(t, build(t, study.Algorithm{Name: name}, def), l.View(), 1)[0]
				if id >= 12 {
					by[p.Sampler]++
				}
				propose(l, p)
				loss := 0.69 + 0.01*p.Params["x"].Float()
				l.Start(id).Report(id, 1, loss).Report(id, 2, loss).End(id, study.Paused)
			}
			if d := cmp.Diff(map[string]int{"foresight": 15, "sobol": 5}, by); d != "" {
				t.Errorf("who proposed the last 20 trials (-want +got):\n%s", d)
			}
		})
	}
}

// A space that is nearly empty is emptied all the same.
func TestCurvesLeaveNoConfigurationOut(t *testing.T) {
	def := define(t, words("a", "p", "q", "r", "s"), words("b", "p", "q", "r", "s"))
	def.Fidelity = study.Fidelity{Step: "epoch", Max: 25}
	l := studytest.New(def)
	var tried space.Set
	for id := range study.TrialID(16) {
		p := suggest(t, build(t, study.Algorithm{Name: "foresight"}, def), l.View(), 1)[0]
		if !tried.Add(def.Space.Unit(p.Params), p.Params) {
			t.Fatalf("trial %d is %v, which has been tried", id, p.Params)
		}
		propose(l, p)
		l.Start(id).Report(id, 1, float64(id)).End(id, study.Paused)
	}
}

func TestLargeStudiesOfShortenedTrialsAreForTPE(t *testing.T) {
	def := define(t, float("x", 0, 1), float("y", 0, 1))
	def.Fidelity = study.Fidelity{Step: "epoch", Max: 9}
	l := studytest.New(def)
	for i := range 1001 {
		id := study.TrialID(i)
		loss := float64(i*7919%1009) / 1009
		l.Plan(def.Space.At([]float64{loss, 1 - loss})).Start(id).Report(id, 1, loss).End(id, study.Stopped)
	}
	if p := suggest(t, build(t, study.Algorithm{Name: "auto"}, def), l.View(), 1)[0]; p.Sampler != "tpe" {
		t.Errorf("%s proposed trial 1001, want tpe: nothing else is quick enough", p.Sampler)
	}
}
