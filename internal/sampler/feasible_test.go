package sampler_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/danlu-ml/danlu/internal/sampler"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/study/studytest"
)

// A thousandth of the space is feasible; every sampler that draws finds it.
func TestANarrowConstraintIsMet(t *testing.T) {
	def := define(t, float("x", 0, 1), float("y", 0, 1))
	narrow := func(vs space.Values) bool { return vs["x"].Float() < 0.001 }
	for _, name := range []string{"random", "sobol", "auto"} {
		s := sampler.Feasible(build(t, study.Algorithm{Name: name}, def), narrow)
		if s.Name() != name {
			t.Errorf("the sampler is called %s, want %s", s.Name(), name)
		}
		l := studytest.New(def)
		for i := range 5 {
			got := suggest(t, s, l.View(), 1)
			if len(got) != 1 || !narrow(got[0].Params) {
				t.Fatalf("%s: ask %d is answered %v, want one with x below 0.001", name, i, got)
			}
			p := got[0]
			l.Propose(study.Planned{Params: p.Params, Sampler: p.Sampler, Tag: p.Tag})
		}
	}
}

func TestWhatIsFeasibleIsUsedUp(t *testing.T) {
	def := define(t, integer("n", 1, 6), words("net", "cnn", "mlp"))
	even := func(vs space.Values) bool { return vs["n"].Int()%2 == 0 }
	for _, name := range sampler.Names() {
		s := sampler.Feasible(build(t, study.Algorithm{Name: name}, def), even)
		l := studytest.New(def)
		for len(l.View().Trials) < 12 {
			got := suggest(t, s, l.View(), 2)
			for _, p := range got {
				l.Propose(study.Planned{Params: p.Params, Sampler: p.Sampler, Tag: p.Tag})
			}
			if len(got) < 2 {
				break
			}
		}
		if n := len(l.View().Trials); n != 6 {
			t.Errorf("%s: the study ends with %d trials, want the 6 that are feasible", name, n)
		}
	}
}

func TestConstraintsThatNothingMeets(t *testing.T) {
	def := define(t, float("kernel", 5, 7), float("width", 1, 4))
	def.Constraints = []string{"kernel <= width"}
	asked := 0
	never := func(space.Values) bool { asked++; return false }
	s := sampler.Feasible(build(t, study.Algorithm{Name: "random"}, def), never)
	l := studytest.New(def).PlanDefault()

	_, err := s.Suggest(t.Context(), l.View(), 1, rand.New(rand.NewPCG(1, 1)))
	if err == nil || !strings.Contains(err.Error(), "[kernel <= width]") {
		t.Errorf("error %v, want one that names the constraint", err)
	}
	if asked < 10_000 || asked > 20_000 {
		t.Errorf("%d configurations are drawn before giving up, want 10,000 to 20,000", asked)
	}

	// Once a sampler's trial was feasible, the space is merely exhausted.
	l.Propose(study.Planned{Params: def.Space.At([]float64{0, 0}), Sampler: "random"})
	if got := suggest(t, s, l.View(), 1); len(got) != 0 {
		t.Errorf("proposals %v, want none", got)
	}
}

func TestNoConstraintIsNoWrapper(t *testing.T) {
	s := build(t, study.Algorithm{Name: "random"}, define(t, float("x", 0, 1)))
	if got := sampler.Feasible(s, nil); got != s {
		t.Errorf("a wrapper %T is put round %T, want none", got, s)
	}
}

// The best configuration is on the border of a slab that is half a percent of the space; without
// steps that keep to it, a process was left with what few of its candidates fell into it.
func TestAProcessGoesAlongTheBorderOfAConstraint(t *testing.T) {
	def := define(t, float("x", 0, 1), float("y", 0, 1), words("kind", "a", "b"))
	slab := func(vs space.Values) bool {
		sum := vs["x"].Float() + vs["y"].Float()
		return sum > 1.4 && sum < 1.405
	}
	s := sampler.Feasible(build(t, study.Algorithm{Name: "gp"}, def), slab)
	l := studytest.New(def)
	best := math.Inf(1)
	for i := range study.TrialID(25) {
		p := suggest(t, s, l.View(), 1)[0]
		if !slab(p.Params) {
			t.Fatalf("trial %d is %v, which is against the constraint", i, p.Params)
		}
		x, y := p.Params["x"].Float()-.2, p.Params["y"].Float()-.6
		loss := x*x + y*y
		if p.Params["kind"].String() == "b" {
			loss += .1
		}
		best = min(best, loss)
		l.Propose(study.Planned{Params: p.Params, Sampler: p.Sampler, Tag: p.Tag})
		l.Start(i).End(i, study.Completed, loss)
	}
	if best > .1802 {
		t.Errorf("the best of 25 trials is %.4f, want 0.18 at x = 0.5, y = 0.9", best)
	}
}
