package foresight

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/study/studytest"
)

// falling has n trials whose losses fall towards a level of their own, each trained
// as far as steps says.
func falling(t testing.TB, last int64, n int, steps func(i int) int64) *studytest.Log {
	t.Helper()
	sp, err := space.New([]space.Param{{Name: "x", Domain: space.Float{Low: 0, High: 1}}, {Name: "y", Domain: space.Float{Low: 0, High: 1}}})
	if err != nil {
		t.Fatal(err)
	}
	l := studytest.New(&study.Definition{
		Name: "s", Space: sp, Seed: 1, Fidelity: study.Fidelity{Step: "epoch", Max: last},
		Objectives: []study.Objective{{Metric: "loss"}},
	})
	rng := rand.New(rand.NewPCG(1, 1))
	for i := range n {
		id := study.TrialID(i)
		u := []float64{rng.Float64(), rng.Float64()}
		l.Plan(sp.At(u)).Start(id)
		for step := int64(1); step <= steps(i); step++ {
			l.Report(id, step, u[0]+1/float64(step))
		}
	}
	return l
}

func TestABoundGivesUpOnlyWhatIsBelowIt(t *testing.T) {
	l := falling(t, 30, 25, func(i int) int64 { return 2 + int64(i)%7 })
	o, ok := New(l.View(), nil)
	if !ok {
		t.Fatal("no outlook")
	}
	rng := rand.New(rand.NewPCG(2, 2))
	given := 0
	for range 200 {
		shared, from := make([]float64, len(o.seen.x)), rng.Int64N(20)
		o.alikes([]float64{rng.Float64(), rng.Float64()}, shared)
		want := o.gain(shared, -1, from, math.Inf(-1))
		floor := want + rng.NormFloat64()
		switch got := o.gain(shared, -1, from, floor); {
		case got == want:
		case math.IsInf(got, -1) && want < floor:
			given++
		default:
			t.Errorf("gain %v, with floor %v it is %v", want, floor, got)
		}
	}
	if given == 0 {
		t.Error("the bound never gave up")
	}
}

func TestOfALargeStudyThoseThatGotFarthestAreTakenIn(t *testing.T) {
	l := falling(t, 100, 400, func(i int) int64 {
		if i%40 == 0 {
			return 60
		}
		return 5
	})
	self := l.View().Trials[7]
	some := thinned(glimpses(l.View()), mostSeen, self)
	if len(some) > mostSeen || len(some) < mostSeen*2/3 {
		t.Errorf("%d observations are taken in, of at most %d", len(some), mostSeen)
	}
	if !slices.ContainsFunc(some, func(g glimpse) bool { return g.trial == self }) {
		t.Error("the trial that is asked about is left out")
	}
	far := map[study.TrialID]bool{}
	for i, g := range some {
		if i > 0 && g.trial.ID < some[i-1].trial.ID {
			t.Fatalf("trial %d comes after %d", g.trial.ID, some[i-1].trial.ID)
		}
		if g.step == 60 {
			far[g.trial.ID] = true
		}
	}
	if len(far) != 10 {
		t.Errorf("of the 10 trials that got farthest %d are taken in", len(far))
	}
	if _, ok := New(l.View(), nil); !ok {
		t.Error("there is no outlook")
	}
}

// A program that knows only one corner of the space answers every proposal with the
// same configuration.
func TestWhereNothingCanBeHadNothingIsProposed(t *testing.T) {
	l := falling(t, 30, 8, func(int) int64 { return 3 })
	def := l.View().Def
	for range 5 {
		o, ok := New(l.View(), nil)
		if !ok {
			t.Fatal("no outlook")
		}
		params, _, found := o.Propose(l.View(), nil)
		if !found {
			t.Fatal("nothing is proposed")
		}
		id := study.TrialID(len(l.View().Trials))
		for _, v := range l.View().Trials[8:] {
			asked, unit := def.Space.Unit(v.Params), def.Space.Unit(params)
			if math.Hypot(asked[0]-unit[0], asked[1]-unit[1]) < math.Hypot(asked[0]-v.Unit[0], asked[1]-v.Unit[1]) {
				t.Errorf("trial %d asks for %v, and %v became %v", id, unit, asked, v.Unit)
			}
		}
		used := []float64{min(1, params["x"].Float()+.2), params["y"].Float()}
		l.Plan(params).Start(id)
		l.Append(study.Used{Trial: id, Params: def.Space.At(used)})
		l.Report(id, 1, used[0]+1).Report(id, 2, used[0]+.5)
	}
}
