package sampler_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/study/studytest"
)

// turned is an ellipsoid about .3, .8, .3 and so on, of axes that are none of the space's and a
// hundred times as steep one way as another.
func turned(p space.Values) (study.State, float64) {
	n := len(p)
	loss := 0.0
	for k := range n {
		z := 0.0
		for i := range n { // the cosine transform's k-th row: they are orthonormal
			x := p[fmt.Sprintf("x%d", i)].Float() - []float64{.3, .8}[i%2]
			z += x * math.Sqrt(2/float64(n)) * math.Cos(math.Pi*(float64(i)+.5)*(float64(k)+.5)/float64(n))
		}
		loss += math.Pow(100, float64(k)/float64(n-1)) * z * z
	}
	return study.Completed, loss
}

// nearby are the trials that a local process proposed.
func nearby(v *study.View) (ids []int) {
	for _, t := range v.Trials {
		if strings.HasSuffix(t.Why, "by the trials about it") {
			ids = append(ids, int(t.ID))
		}
	}
	return ids
}

// Without a local process the best of 80 trials is .11 and .10.
func TestTheFloorOfATurnedValleyIsFound(t *testing.T) {
	for _, name := range []string{"gp", "auto"} {
		t.Run(name, func(t *testing.T) {
			v := rehearse(t, name, define(t, axes(5)...), 80, turned)
			if best := v.Best().Loss(); best > .075 {
				t.Errorf("best of 80 trials %g, want .075", best)
			}
			if got := nearby(v); len(got) < 20 || got[0] < 20 {
				t.Errorf("proposed from the trials about the best: %v, want 20 and more, from trial 20 on", got)
			}
		})
	}
}

func TestOtherStudiesHaveNoLocalProcess(t *testing.T) {
	believed := axes(3)
	believed[1].Prior = &space.Prior{Near: space.FloatValue(.2)}
	bounded := define(t, axes(3)...)
	bounded.Constraints = []string{"x0 + x1 <= 1.9"}
	bowl := func(p space.Values) (study.State, float64) {
		return study.Completed, math.Pow(p["x0"].Float()-.3, 2) + math.Pow(p["x1"].Float()-.6, 2)
	}
	tests := map[string]struct {
		def *study.Definition
		run func(space.Values) (study.State, float64)
	}{
		"a choice":       {define(t, append(axes(3), words("net", "mlp", "cnn"))...), bowl},
		"a whole number": {define(t, append(axes(2), integer("depth", 1, 100))...), bowl},
		"users' beliefs": {define(t, believed...), bowl},
		"constraints":    {bounded, bowl},
		"a loss that goes by steps": {define(t, axes(3)...), func(p space.Values) (study.State, float64) {
			state, loss := bowl(p)
			return state, math.Round(20*loss) / 20
		}},
		"all the same": {define(t, axes(3)...), func(space.Values) (study.State, float64) {
			return study.Completed, 1
		}},
		"the best among failures": {define(t, axes(2)...), func(p space.Values) (study.State, float64) {
			if p["x0"].Float() > .5 {
				return study.Failed, 0
			}
			return study.Completed, -p["x0"].Float()
		}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := nearby(rehearse(t, "gp", test.def, 45, test.run)); len(got) > 0 {
				t.Errorf("proposed from the trials about the best: %v, want none", got)
			}
		})
	}
}

// A few trials of noise alone may look as if they could be predicted, by chance.
func TestALocalProcessHasHardlyATurnWithNoise(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	got := nearby(rehearse(t, "gp", define(t, axes(3)...), 60, func(space.Values) (study.State, float64) {
		return study.Completed, rng.NormFloat64()
	}))
	if len(got) > 6 {
		t.Errorf("proposed from the trials about the best: %v, want 6 of 40 at most", got)
	}
}

// dip is least in the middle, and nowhere the same twice.
func dip(p space.Values) (study.State, float64) {
	sum := 0.0
	for i := range 3 {
		x := p[fmt.Sprintf("x%d", i)].Float()
		sum += (x - .5) * (x - .5) * (1 + .1*x*float64(i+1))
	}
	return study.Completed, sum
}

// The first trial, in the middle, is the best there is: a local process finds nothing better, and
// waits longer from turn to turn.
func TestALocalProcessThatFindsNothingWaits(t *testing.T) {
	def := define(t, axes(3)...)
	v := rehearse(t, "gp", def, 80, dip)
	if diff := cmp.Diff([]int{20, 21, 22, 25, 30, 39, 56, 73}, nearby(v)); diff != "" {
		t.Errorf("its turns (-want +got):\n%s", diff)
	}
}

// Eight workers fail together before it is known; from then on it has one of them now and then.
func TestALocalProcessThatFindsNothingHasOneWorker(t *testing.T) {
	def := define(t, axes(3)...)
	l := studytest.New(def)
	s := build(t, study.Algorithm{Name: "gp"}, def)
	got := map[int]int{}
	for len(l.View().Trials) < 80 {
		all := suggest(t, s, l.View(), 8)
		at := len(l.View().Trials)
		for i, p := range all {
			if p.Tag != "" {
				got[at]++
			}
			l.Propose(study.Planned{Params: p.Params, Sampler: p.Sampler, Why: p.Why, Tag: p.Tag}).Start(study.TrialID(at + i))
		}
		for i, p := range all {
			state, loss := dip(p.Params)
			l.End(study.TrialID(at+i), state, loss)
		}
	}
	if diff := cmp.Diff(map[int]int{24: 8, 48: 1, 72: 1}, got); diff != "" {
		t.Errorf("its proposals, by the trials before (-want +got):\n%s", diff)
	}
}
