package sampler_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/study/studytest"
)

// What one sampler learned step by step, another one learns from the log at once,
// whatever became of the trials and in whatever order they ended.
func TestAnEvolutionStrategyIsAFoldOfItsTrials(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		def := bowl(t, rapid.Uint64().Draw(rt, "seed"), nil)
		a := study.Algorithm{Name: "cmaes", Options: options("population", "4")}
		s, l := build(t, a, def), studytest.New(def)
		var open []study.TrialID
		for range rapid.IntRange(1, 60).Draw(rt, "trials") {
			if rapid.IntRange(0, 4).Draw(rt, "of other origin") == 0 {
				u := make([]float64, def.Space.Len())
				for i := range u {
					u[i] = rapid.Float64Range(0, 1).Draw(rt, "place")
				}
				id := study.TrialID(len(l.View().Trials))
				l.Plan(def.Space.At(u)).Start(id)
				open = append(open, id)
			}
			got := suggest(t, s, l.View(), 1)
			if d := cmp.Diff(suggest(t, build(t, a, def), l.View(), 1), got, studytest.Equal); d != "" {
				rt.Fatalf("after %d trials (-from the log +step by step):\n%s", len(l.View().Trials), d)
			}
			propose(l, got[0])
			id := study.TrialID(len(l.View().Trials) - 1)
			l.Start(id)
			open = append(open, id)
			for len(open) > rapid.IntRange(0, 5).Draw(rt, "slots") {
				i := rapid.IntRange(0, len(open)-1).Draw(rt, "which ends")
				end(l, open[i], rapid.IntRange(0, 9).Draw(rt, "how"))
				open = append(open[:i], open[i+1:]...)
			}
		}
	})
}

func end(l *studytest.Log, id study.TrialID, how int) {
	x := loss(l.View().Trials[id].Params, false)
	switch how {
	case 0:
		l.End(id, study.Failed)
	case 1:
		l.End(id, study.Diverged, math.NaN())
	case 2:
		l.Report(id, 3, x).End(id, study.Stopped, x)
	default:
		l.End(id, study.Completed, x)
	}
}

// Before its first trial, the best of those that others have tried is where it begins.
func TestAnEvolutionStrategyBeginsAtTheBestThatIsKnown(t *testing.T) {
	def := define(t, float("x", 0, 1), words("kind", "a", "b"), when(float("y", 0, 1), "kind", "a"))
	s, l := build(t, study.Algorithm{Name: "cmaes", Options: options("sigma", "0.001")}, def), studytest.New(def)
	for id, c := range []struct {
		x     float64
		kind  string
		state study.State
		loss  float64
	}{
		{.8, "a", study.Completed, 2}, {.3, "b", study.Completed, 1}, {.6, "a", study.Failed, 0}, {.9, "b", study.Stopped, .5},
	} {
		params := space.Values{"x": space.FloatValue(c.x), "kind": space.StringValue(c.kind)}
		if c.kind == "a" {
			params["y"] = space.FloatValue(.2)
		}
		l.Plan(params).Start(study.TrialID(id)).Report(study.TrialID(id), 1, c.loss)
		if c.state == study.Completed {
			l.End(study.TrialID(id), c.state, c.loss)
		} else {
			l.End(study.TrialID(id), c.state)
		}
	}
	for range 4 { // of one generation
		p := suggest(t, s, l.View(), 1)[0]
		if x := p.Params["x"].Float(); math.Abs(x-.3) > .01 {
			t.Errorf("x is %.3f, want it near 0.3, the best that ran to its end", x)
		}
		if y, ok := p.Params["y"]; ok && math.Abs(y.Float()-.5) > .01 {
			t.Errorf("y is %.3f, want it near the middle: the best has none", y.Float())
		}
		id := study.TrialID(len(l.View().Trials))
		propose(l, p)
		l.Start(id).End(id, study.Completed, 3)
	}
}

// A generation is over when as many trials have ended as it has points.
func TestGenerationsAreCounted(t *testing.T) {
	l := playBowl(t, study.Algorithm{Name: "cmaes", Options: options("population", "6")}, bowl(t, 1, nil), nil, false, 13)
	for i, tr := range l.View().Trials {
		if want := fmt.Sprintf("generation %d", i/6); tr.Why != want || !strings.HasPrefix(tr.Tag, fmt.Sprint(i/6)) {
			t.Errorf("trial %d: %q with the tag %q, want %q", i, tr.Why, tr.Tag, want)
		}
	}
}

// A good configuration that somebody else tried is learned from.
func TestAGoodStrangerIsFollowed(t *testing.T) {
	def := define(t, float("x", 0, 1), float("y", 0, 1))
	sphere := func(x, y float64) float64 { return math.Pow(x-0.95, 2) + math.Pow(y-0.95, 2) }
	at := func(l *studytest.Log, x, y float64) {
		id := study.TrialID(len(l.View().Trials))
		l.Plan(space.Values{"x": space.FloatValue(x), "y": space.FloatValue(y)}).Start(id)
		l.End(id, study.Completed, sphere(x, y))
	}
	mean := func(stranger bool) (sum float64) {
		const seeds, n = 200, 12
		for def.Seed = range seeds {
			s, l := build(t, study.Algorithm{Name: "cmaes"}, def), studytest.New(def)
			if stranger {
				at(l, 0.95, 0.95)
			}
			for range n {
				p := suggest(t, s, l.View(), 1)[0]
				propose(l, p)
				id := study.TrialID(len(l.View().Trials) - 1)
				l.Start(id).End(id, study.Completed, sphere(p.Params["x"].Float(), p.Params["y"].Float()))
			}
			for _, tr := range l.View().Trials[n-6 : n] { // of the second generation
				sum += (tr.Unit[0] + tr.Unit[1]) / 2 / 6 / seeds
			}
		}
		return sum
	}
	if with, without := mean(true), mean(false); with < without+0.03 { // the cube cuts off the rest of its step
		t.Errorf("the second generation is at %.2f with a good stranger at 0.95, and at %.2f without", with, without)
	}
}

func TestARunThatSettledStartsAgain(t *testing.T) {
	def := define(t, integer("n", 0, 1_000_000))
	s, l := build(t, study.Algorithm{Name: "cmaes"}, def), studytest.New(def)
	for i := range 400 {
		propose(l, suggest(t, s, l.View(), 1)[0])
		l.Start(study.TrialID(i)).End(study.TrialID(i), study.Completed, 1) // a plain
	}
	low, high := 1.0, 0.0
	for _, tr := range l.View().Trials {
		low, high = min(low, tr.Unit[0]), max(high, tr.Unit[0])
	}
	if high-low < 0.8 {
		t.Errorf("on a plain the search stays between %g and %g", low, high)
	}
}

// BenchmarkGenerations is one suggestion of a study whose trials are all of the
// strategy itself.
func BenchmarkGenerations(b *testing.B) {
	for _, trials := range []int{100, 1000, 5000} {
		b.Run(fmt.Sprint(trials, " trials"), func(b *testing.B) {
			var params []space.Param
			for i := range 10 {
				params = append(params, float(fmt.Sprint("x", i), 0, 1))
			}
			def := define(b, params...)
			s, l := build(b, study.Algorithm{Name: "cmaes"}, def), studytest.New(def)
			rng := rand.New(rand.NewPCG(1, 1))
			goOn := func() {
				id := study.TrialID(len(l.View().Trials))
				propose(l, suggest(b, s, l.View(), 1)[0])
				l.Start(id).End(id, study.Completed, rng.Float64())
			}
			for range trials {
				goOn()
			}
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				goOn()
				b.StartTimer()
				suggest(b, s, l.View(), 1)
			}
		})
	}
}
