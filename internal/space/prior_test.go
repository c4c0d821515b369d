package space_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/danlu-ml/danlu/internal/space"
)

// believing is a space with a prior of every kind, and a parameter without.
func believing(t interface{ Fatal(...any) }) *space.Space {
	s, err := space.New([]space.Param{
		{Name: "lr", Domain: space.Float{Low: 1e-5, High: 1e-1, Log: true}, Prior: &space.Prior{Near: space.FloatValue(1e-3), Within: 3}},
		{Name: "dropout", Domain: space.Float{Low: 0, High: 0.8}, Prior: &space.Prior{Near: space.FloatValue(0)}},
		{Name: "width", Domain: space.Int{Low: 16, High: 1024, Log: true}, Prior: &space.Prior{Near: space.IntValue(256), Within: 2}},
		{
			Name: "optimizer", Domain: space.Choice{Values: []space.Value{space.StringValue("sgd"), space.StringValue("adamw"), space.StringValue("lion")}},
			Prior: &space.Prior{Weights: map[string]float64{"adamw": 6}},
		},
		{Name: "free", Domain: space.Float{Low: 0, High: 1}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestPriorIsADensity(t *testing.T) {
	s := believing(t)
	for i := range s.Len() {
		const n = 210_000 // the midpoint rule's error is far below the bound
		sum := 0.0
		for k := range n {
			sum += math.Exp(s.LogPriorOf(i, (float64(k)+0.5)/n)) / n
		}
		if math.Abs(sum-1) > 1e-6 {
			t.Errorf("the prior of %s integrates to %g, want 1", s.Param(i).Name, sum)
		}
	}
}

// Between two quantiles there is as much of the density as between their ranks.
func TestBelievingFollowsTheDensity(t *testing.T) {
	s := believing(t)
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.Float64Range(0.01, 0.98).Draw(t, "a")
		b := rapid.Float64Range(a+0.01, 0.99).Draw(t, "b")
		low, high := make([]float64, s.Len()), make([]float64, s.Len())
		for i := range low {
			low[i], high[i] = a, b
		}
		s.Believe(low)
		s.Believe(high)
		for i := range low {
			const n = 4000
			sum := 0.0
			for k := range n {
				x := low[i] + (high[i]-low[i])*(float64(k)+0.5)/n
				sum += math.Exp(s.LogPriorOf(i, x)) * (high[i] - low[i]) / n
			}
			if math.Abs(sum-(b-a)) > 1e-3 { // of a choice's density, whose steps the rule blurs
				t.Errorf("%s: between the quantiles %g and %g lies %g of the density", s.Param(i).Name, a, b, sum)
			}
		}
	})
}

func TestPriorSaysWhereItIsLikely(t *testing.T) {
	s := believing(t)
	at := func(lr float64, optimizer string) float64 {
		vs := space.Values{
			"lr": space.FloatValue(lr), "dropout": space.FloatValue(0.1), "width": space.IntValue(256),
			"optimizer": space.StringValue(optimizer), "free": space.FloatValue(0.5),
		}
		return s.LogPrior(s.Unit(vs), nil)
	}
	if got := at(1e-3, "sgd") - at(3e-3, "sgd"); math.Abs(got-0.5) > 1e-6 {
		t.Errorf("three times the likeliest rate is %g less likely, want a standard deviation: 0.5", got)
	}
	if got := at(1e-3, "adamw") - at(1e-3, "lion"); math.Abs(got-math.Log(6)) > 1e-12 {
		t.Errorf("adamw is e^%g times as likely as lion, want 6 times", got)
	}
	if on := []bool{false, true, true, false, true}; s.LogPrior([]float64{0, 0.1, 0.5, 0, 0}, on) != s.LogPrior([]float64{0.9, 0.1, 0.5, 0.5, 0}, on) {
		t.Error("parameters that do not exist count")
	}
}

func TestPriorIsKeptInTheLog(t *testing.T) {
	s := believing(t)
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var back space.Space
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	for i := range s.Len() {
		if d := cmp.Diff(s.Param(i).Prior, back.Param(i).Prior, cmp.AllowUnexported(space.Value{})); d != "" {
			t.Errorf("%s (-want +got):\n%s", s.Param(i).Name, d)
		}
	}
}

func TestSenselessPriorsAreRefused(t *testing.T) {
	rate := space.Float{Low: 1e-5, High: 1e-1, Log: true}
	words := space.Choice{Values: []space.Value{space.StringValue("sgd"), space.StringValue("adamw")}}
	for name, c := range map[string]struct {
		domain space.Domain
		prior  space.Prior
		want   string
	}{
		"a value outside":           {rate, space.Prior{Near: space.FloatValue(1)}, "parameter x is believed to be near 1, which it can't be: want float 1e-05 … 0.1, log"},
		"no value":                  {rate, space.Prior{Within: 3}, "parameter x has a prior without a value; write prior: {near: 0.001}"},
		"a factor that is none":     {rate, space.Prior{Near: space.FloatValue(1e-3), Within: 0.5}, "parameter x is on a log scale, where within is a factor, and 0.5 is not above 1; write within: 3 for a third to three times 0.001"},
		"a negative distance":       {space.Float{Low: 0, High: 1}, space.Prior{Near: space.FloatValue(0.5), Within: -1}, "parameter x is believed to lie within -1; use a positive number"},
		"weights of a number":       {rate, space.Prior{Near: space.FloatValue(1e-3), Weights: map[string]float64{"a": 1}}, "parameter x is float 1e-05 … 0.1, log, and only choices have weights; write prior: {near: 0.001}"},
		"a value of a choice":       {words, space.Prior{Near: space.StringValue("sgd")}, "parameter x is choice of sgd, adamw: give values weights, as in prior: {sgd: 3}"},
		"a weight of nothing":       {words, space.Prior{Weights: map[string]float64{"adam": 1}}, "parameter x has no value adam to believe in; did you mean adamw?"},
		"a weight that forbids one": {words, space.Prior{Weights: map[string]float64{"sgd": 0}}, "parameter x gives sgd the weight 0; use a positive number, a small one for what is unlikely"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := space.New([]space.Param{{Name: "x", Domain: c.domain, Prior: &c.prior}})
			if err == nil || err.Error() != c.want {
				t.Errorf("error\n%v, want\n%s", err, c.want)
			}
		})
	}
}
