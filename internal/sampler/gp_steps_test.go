package sampler_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/study/studytest"
)

// axes are n numbers in [0, 1].
func axes(n int) (params []space.Param) {
	for i := range n {
		params = append(params, float(fmt.Sprintf("x%d", i), 0, 1))
	}
	return params
}

// tilted is a bowl whose floor is aside, at .3, .8, .3 and so on, and whose axes aren't
// the space's: neighbours' distances from there count together as well.
func tilted(p space.Values) (study.State, float64) {
	loss, before := 0.0, 0.0
	for i := range len(p) {
		x := p[fmt.Sprintf("x%d", i)].Float() - []float64{.3, .8}[i%2]
		loss += x*x + (x+before)*(x+before)
		before = x
	}
	return study.Completed, loss
}

func TestManyNumbersBeginWithOneStepAlongEveryAxis(t *testing.T) {
	const n = 9
	for _, name := range []string{"gp", "auto"} {
		t.Run(name, func(t *testing.T) {
			v := rehearse(t, name, define(t, axes(n)...), n+1, tilted)
			best := v.Trials[0]
			for i, u := range best.Unit {
				if u != .5 {
					t.Errorf("the first trial has x%d at %g, want the middle", i, u)
				}
			}
			for i, trial := range v.Trials[1:] {
				for k := range n {
					want := 0.
					if k == i {
						want = 1. / 6
					}
					if got := math.Abs(trial.Unit[k] - best.Unit[k]); math.Abs(got-want) > 1e-8 {
						t.Errorf("trial %d is %g from trial %d, the best so far, in x%d, want %g", trial.ID, got, best.ID, k, want)
					}
				}
				if want := fmt.Sprintf("a step from trial %d along x%d", best.ID, i); !strings.HasPrefix(trial.Why, want) {
					t.Errorf("trial %d: why %q, want %q", trial.ID, trial.Why, want)
				}
				if trial.Loss() < best.Loss() {
					best = trial
				}
			}
		})
	}
}

// A step along an axis of few values is one to another value.
func TestStepsReachOtherValues(t *testing.T) {
	params := axes(7)
	params = append(params, integer("few", 1, 3), integer("two", 0, 1))
	v := rehearse(t, "gp", define(t, params...), 10, func(space.Values) (study.State, float64) { return study.Completed, 1 })
	first, few, two := v.Trials[0].Params, v.Trials[8].Params, v.Trials[9].Params
	if few["few"] == first["few"] || two["two"] == first["two"] {
		t.Errorf("steps of few from %v to %v and of two from %v to %v, want others", first["few"], few["few"], first["two"], two["two"])
	}
}

func TestOtherStudiesBeginSpreadEvenly(t *testing.T) {
	believed := axes(9)
	believed[4].Prior = &space.Prior{Near: space.FloatValue(.2)}
	tests := map[string]*study.Definition{
		"few numbers":    define(t, axes(7)...),
		"a choice":       define(t, append(axes(9), words("net", "mlp", "cnn"))...),
		"users' beliefs": define(t, believed...),
	}
	for name, def := range tests {
		t.Run(name, func(t *testing.T) {
			v := rehearse(t, "gp", def, 3, func(space.Values) (study.State, float64) { return study.Completed, 1 })
			if why := v.Trials[1].Why; !strings.HasPrefix(why, "evenly spread") {
				t.Errorf("why %q, want an even spread", why)
			}
		})
	}
}

// Of many proposals at once, those beyond a step an axis are spread evenly.
func TestStepsForManyWorkers(t *testing.T) {
	def := define(t, axes(9)...)
	all := suggest(t, build(t, study.Algorithm{Name: "auto"}, def), studytest.New(def).View(), 20)
	for i, p := range all {
		want := "evenly spread"
		if i >= 1 && i <= 9 {
			want = fmt.Sprintf("a step from what is customary along x%d", i-1)
		}
		if !strings.HasPrefix(p.Why, want) {
			t.Errorf("proposal %d of %d: why %q, want %q", i, len(all), p.Why, want)
		}
	}
}

// The middle fails, and what is near it may fail as well.
func TestStepsWaitForATrialThatWorks(t *testing.T) {
	trials := 0
	v := rehearse(t, "gp", define(t, axes(9)...), 5, func(space.Values) (study.State, float64) {
		if trials++; trials <= 3 {
			return study.Failed, 0
		}
		return study.Completed, 1
	})
	for i, want := range []string{"evenly spread", "evenly spread", "evenly spread", "evenly spread", "a step from trial 3"} {
		if why := v.Trials[i].Why; !strings.HasPrefix(why, want) {
			t.Errorf("trial %d: why %q, want %q", i, why, want)
		}
	}
}

// The middle of the bowl is at 1.5, the best of 60 random points at 3.4 one time in two.
func TestGPDescendsInTwentyDimensions(t *testing.T) {
	v := rehearse(t, "auto", define(t, axes(20)...), 60, tilted)
	if best := v.Best().Loss(); best > .3 {
		t.Errorf("best of 60 trials %g, want .3", best)
	}
}
