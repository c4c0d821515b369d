package sampler_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/danlu-ml/danlu/internal/sampler"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/study/studytest"
)

// rehearse runs a study of so many trials; run says how a trial ends.
func rehearse(t testing.TB, name string, def *study.Definition, trials int, run func(space.Values) (study.State, float64)) *study.View {
	t.Helper()
	s := build(t, study.Algorithm{Name: name}, def)
	l := studytest.New(def)
	for range trials {
		got := suggest(t, s, l.View(), 1)
		if len(got) == 0 {
			t.Fatalf("%s proposes nothing after %d trials", name, len(l.View().Trials))
		}
		p := got[0]
		l.Propose(study.Planned{Params: p.Params, Sampler: p.Sampler, Why: p.Why, Tag: p.Tag})
		id := study.TrialID(len(l.View().Trials) - 1)
		if state, loss := run(p.Params); state == study.Completed {
			l.Start(id).End(id, state, loss)
		} else {
			l.Start(id).End(id, state)
		}
	}
	return l.View()
}

// A thousand points at random come no nearer than .02 to the bowl's floor.
func TestGPFindsTheFloorOfABowl(t *testing.T) {
	bowl := func(p space.Values) (study.State, float64) {
		loss := 0.0
		if p["net"] == space.StringValue("mlp") {
			loss = 1
		}
		for i, name := range []string{"a", "b", "c"} {
			loss += math.Pow(p[name].Float()-.2*float64(i+1), 2)
		}
		return study.Completed, loss
	}
	for _, name := range []string{"gp", "auto"} {
		t.Run(name, func(t *testing.T) {
			v := rehearse(t, name, define(t, float("a", 0, 1), float("b", 0, 1), float("c", 0, 1), words("net", "mlp", "cnn")), 35, bowl)
			if best := v.Best().Loss(); best > 1e-3 {
				t.Errorf("best of 35 trials %g, want 0.001", best)
			}
		})
	}
}

// The bowl slopes to where memory ends.
func TestGPLearnsWhatCannotBeRun(t *testing.T) {
	v := rehearse(t, "gp", define(t, float("a", 0, 1), float("b", 0, 1)), 40, func(p space.Values) (study.State, float64) {
		a, b := p["a"].Float(), p["b"].Float()
		if a+b > 1.2 {
			return study.Infeasible, 0
		}
		return study.Completed, -a - b
	})
	late := 0
	for _, t := range v.Trials[20:] {
		if t.State == study.Infeasible {
			late++
		}
	}
	if best := v.Best().Loss(); best > -1.15 || late > 14 {
		t.Errorf("best %g, want below -1.15; %d of the last 20 trials could not be run, want at most 14", best, late)
	}
}

func TestGPSaysWhy(t *testing.T) {
	v := rehearse(t, "gp", define(t, float("a", 0, 1)), 12, func(p space.Values) (study.State, float64) {
		return study.Completed, math.Abs(p["a"].Float() - .3)
	})
	if why := v.Trials[0].Why; why != "evenly spread: the model begins after 6 trials" {
		t.Errorf("the first because %q", why)
	}
	for _, tr := range v.Trials[6:] {
		if !strings.HasPrefix(tr.Why, "expected improvement ") && !strings.HasPrefix(tr.Why, "exploring: ") {
			t.Errorf("trial %d because %q", tr.ID, tr.Why)
		}
	}
}

func TestGPRefusesWhatItCannotDo(t *testing.T) {
	def := define(t, float("a", 0, 1))
	def.Objectives = append(def.Objectives, def.Objectives[0], def.Objectives[0], def.Objectives[0])
	for want, a := range map[string]study.Algorithm{
		"sampler gp: startup: -1 is not a number of trials: want 1 or more, as in {gp: {startup: 8}}": {Name: "gp", Options: options("startup", "-1")},
		"sampler gp: the study has 4 objectives, and gp takes up to three: use nsga2 or tpe":          {Name: "gp"},
	} {
		if _, err := sampler.New(a, def); err == nil || err.Error() != want {
			t.Errorf("error %v, want\n%s", err, want)
		}
	}
}

// A suggestion of the process for ten mixed parameters: asked again with
// hyperparameters known, and by a sampler just made.
func BenchmarkGP(b *testing.B) {
	for _, trials := range []int{50, 200, 500} {
		def := define(b, float("a", 0, 1), float("b", 0, 1), float("c", 0, 1), float("d", 0, 1), float("e", 0, 1),
			float("f", 0, 1), integer("g", 1, 64), integer("h", 1, 8), words("i", "x", "y", "z"), when(float("j", 0, 1), "i", "x"))
		l := studytest.New(def)
		rng := rand.New(rand.NewPCG(1, 1))
		u := make([]float64, 10)
		for i := range trials {
			loss := .01 * rng.NormFloat64()
			for k := range u {
				u[k] = rng.Float64()
				loss += (u[k] - .3) * (u[k] - .3)
			}
			id := study.TrialID(i)
			l.Plan(def.Space.At(u)).Start(id).End(id, study.Completed, loss)
		}
		b.Run(fmt.Sprint(trials, " trials"), func(b *testing.B) {
			s := build(b, study.Algorithm{Name: "gp"}, def)
			suggest(b, s, l.View(), 1)
			b.ReportAllocs()
			for b.Loop() {
				suggest(b, s, l.View(), 1)
			}
		})
		b.Run(fmt.Sprint(trials, " trials, a new sampler"), func(b *testing.B) {
			for b.Loop() {
				suggest(b, build(b, study.Algorithm{Name: "gp"}, def), l.View(), 1)
			}
		})
	}
}
