package sampler_test

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

func TestTheFirstTrialIsWhatIsCustomary(t *testing.T) {
	given := float("dropout", 0, 1)
	given.Default = space.FloatValue(.3)
	v := rehearse(t, "gp", define(t, float("momentum", 0, 1), given, float("x", 0, 1)), 1, func(space.Values) (study.State, float64) {
		return study.Completed, 0
	})
	want := map[string]float64{
		"momentum": .7, // half-way from the middle to 0.9
		"dropout":  .3, // its default
		"x":        .5,
	}
	got := map[string]float64{}
	for name, value := range v.Trials[0].Params {
		got[name] = value.Float()
	}
	if d := cmp.Diff(want, got, cmpopts.EquateApprox(0, 1e-9)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// Whether the best lies where everyone has it or in the opposite corner.
func TestACustomThatMisleadsIsLeft(t *testing.T) {
	customs := map[string]float64{"momentum": .7, "dropout": .35, "label_smoothing": .3, "x": .5}
	for name, best := range map[string]func(float64) float64{
		"customary": func(u float64) float64 { return u },
		"opposite":  func(u float64) float64 { return 1 - u },
	} {
		t.Run(name, func(t *testing.T) {
			def := define(t, float("momentum", 0, 1), float("dropout", 0, 1), float("label_smoothing", 0, 1), float("x", 0, 1))
			v := rehearse(t, "gp", def, 30, func(p space.Values) (study.State, float64) {
				loss := 0.0
				for name, u := range customs {
					loss += math.Pow(p[name].Float()-best(u), 2)
				}
				return study.Completed, loss
			})
			if loss := v.Best().Loss(); loss > 2e-3 {
				t.Errorf("the best of 30 trials is %g off, squared, want 0.002", loss)
			}
		})
	}
}

func TestTheFirstTrialTakesTheFirstOfAListOrWhatIsBelieved(t *testing.T) {
	believed := words("optimizer", "sgd", "adamw", "lion")
	believed.Prior = &space.Prior{Weights: map[string]float64{"lion": 9}}
	v := rehearse(t, "gp", define(t, words("kind", "relu", "gelu", "tanh"), believed, float("x", 0, 1)), 1, func(space.Values) (study.State, float64) {
		return study.Completed, 0
	})
	got := v.Trials[0].Params
	if kind, optimizer := got["kind"].String(), got["optimizer"].String(); kind != "relu" || optimizer != "lion" {
		t.Errorf("the first trial has %s and %s, want relu, which is first, and lion, which is believed in", kind, optimizer)
	}
}
