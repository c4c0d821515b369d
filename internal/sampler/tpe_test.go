package sampler_test

import (
	"math"
	"testing"

	"github.com/danlu-ml/danlu/internal/sampler"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/study/studytest"
)

// bowl is a space of a rate, a share, a width and an optimiser, with priors of
// these parameters where there are any.
func bowl(t testing.TB, seed uint64, priors map[string]*space.Prior) *study.Definition {
	t.Helper()
	params := []space.Param{
		{Name: "lr", Domain: space.Float{Low: 1e-6, High: 1, Log: true}},
		float("dropout", 0, 1),
		{Name: "width", Domain: space.Int{Low: 8, High: 2048, Log: true}},
		words("optimizer", "sgd", "adamw", "lion"),
	}
	for i := range params {
		params[i].Prior = priors[params[i].Name]
	}
	def := define(t, params...)
	def.Seed = seed
	return def
}

// loss of the bowl, lowest at lr 1e-3, dropout 0.2, width 256, adamw; turned over,
// far from there.
func loss(p space.Values, turned bool) float64 {
	lr, dropout, width, best := 1e-3, 0.2, 256.0, "adamw"
	if turned {
		lr, dropout, width, best = 0.3, 0.9, 12, "lion"
	}
	sum := math.Pow(math.Log10(p["lr"].Float()/lr)/6, 2) + math.Pow(p["dropout"].Float()-dropout, 2) +
		math.Pow(math.Log2(p["width"].Float()/width)/8, 2)
	if p["optimizer"].String() != best {
		sum += 0.05
	}
	return sum
}

// playBowl runs a study of n trials and returns its log.
func playBowl(t testing.TB, a study.Algorithm, def *study.Definition, earlier *study.View, turned bool, n int) *studytest.Log {
	t.Helper()
	l := studytest.New(def)
	if earlier != nil {
		l.Append(study.Tell(earlier, "before", def.Objectives))
	}
	s := build(t, a, def)
	for range n {
		p := suggest(t, s, l.View(), 1)[0]
		propose(l, p)
		id := study.TrialID(len(l.View().Trials) - 1)
		l.Start(id).End(id, study.Completed, loss(p.Params, turned))
	}
	return l
}

func propose(l *studytest.Log, p sampler.Proposal) {
	l.Propose(study.Planned{Params: p.Params, Sampler: p.Sampler, Why: p.Why, Tag: p.Tag})
}

// regret is the mean over some seeds of the log10 of the best loss after n trials.
func regret(t testing.TB, a study.Algorithm, priors map[string]*space.Prior, earlier *study.View, n int) float64 {
	sum := 0.0
	const seeds = 16
	for seed := range uint64(seeds) {
		l := playBowl(t, a, bowl(t, seed, priors), earlier, false, n)
		sum += math.Log10(max(l.View().Best().Loss(), 1e-6)) / seeds
	}
	return sum
}

func near(x float64, within float64) *space.Prior {
	return &space.Prior{Near: space.FloatValue(x), Within: within}
}

var (
	right = map[string]*space.Prior{
		"lr": near(2e-3, 5), "dropout": near(0.25, 0.1), "width": near(200, 2),
		"optimizer": {Weights: map[string]float64{"adamw": 4}},
	}
	wrong = map[string]*space.Prior{
		"lr": near(0.3, 5), "dropout": near(0.9, 0.1), "width": near(12, 2),
		"optimizer": {Weights: map[string]float64{"lion": 4}},
	}
)

// Bounds are about half of what was measured, and twice what it cost.
func TestBeliefsHelpAndAreForgottenWhenWrong(t *testing.T) {
	for name, c := range map[string]struct{ gain, cost float64 }{
		"tpe":   {gain: 0.3, cost: 0.15},
		"cmaes": {gain: 0.2, cost: 1}, // it has had four generations
	} {
		t.Run(name, func(t *testing.T) {
			a := study.Algorithm{Name: name}
			const n = 40
			none, good, bad := regret(t, a, nil, nil, n), regret(t, a, right, nil, n), regret(t, a, wrong, nil, n)
			t.Logf("after %d trials log10 of the best loss is %.2f, with a right belief %.2f, with a wrong one %.2f", n, none, good, bad)
			if good > none-c.gain || bad > none+c.cost {
				t.Errorf("want a right belief to gain %g at least, and a wrong one to cost %g at most", c.gain, c.cost)
			}
		})
	}
}

func TestEarlierStudiesHelpAndAreForgottenWhenTheyMislead(t *testing.T) {
	random := study.Algorithm{Name: "random"}
	like := playBowl(t, random, bowl(t, 99, nil), nil, false, 60).View()
	unlike := playBowl(t, random, bowl(t, 99, nil), nil, true, 60).View()
	for _, c := range []struct {
		name       string
		n          int
		gain, cost float64
	}{
		{"tpe", 15, .4, .2},
		{"tpe", 40, .4, .2},
		{"gp", 8, .8, .3},
		{"gp", 15, .15, .7},
	} {
		a := study.Algorithm{Name: c.name}
		none, good, bad := regret(t, a, nil, nil, c.n), regret(t, a, nil, like, c.n), regret(t, a, nil, unlike, c.n)
		t.Logf("%s after %d trials: log10 of the best loss is %.2f, after a study alike %.2f, after an opposite one %.2f", c.name, c.n, none, good, bad)
		if good > none-c.gain || bad > none+c.cost {
			t.Errorf("want a study alike to gain %g at least, and an opposite one to cost %g at most", c.gain, c.cost)
		}
	}
}

// Under a constraint that a hundredth of the space meets, proposals still come
// from the model.
func TestTightConstraintsLeaveRoomForTheModel(t *testing.T) {
	for _, name := range []string{"tpe", "cmaes"} {
		t.Run(name, func(t *testing.T) {
			def := define(t, float("x", 0, 1), float("y", 0, 1))
			ok := func(p space.Values) bool { return math.Abs(p["x"].Float()-p["y"].Float()) < 0.005 }
			s := sampler.Feasible(build(t, study.Algorithm{Name: name}, def), ok)
			l := studytest.New(def)
			for range 60 {
				p := suggest(t, s, l.View(), 1)[0]
				if !ok(p.Params) {
					t.Fatalf("%v is against the constraint", p.Params)
				}
				propose(l, p)
				id := study.TrialID(len(l.View().Trials) - 1)
				l.Start(id).End(id, study.Completed, math.Pow(p.Params["x"].Float()-0.7, 2))
			}
			if best := l.View().Best().Loss(); best > 1e-4 {
				t.Errorf("the best loss is %g, want less than 1e-4", best)
			}
		})
	}
}

func TestAPlanIsSaidInWords(t *testing.T) {
	l := playBowl(t, study.Algorithm{Name: "tpe"}, bowl(t, 1, nil), nil, false, 12)
	for i, want := range map[int]string{0: "evenly spread: a model needs 10 results", 11: "like the best 2, unlike the rest"} {
		if got := l.View().Trials[i].Why; got != want {
			t.Errorf("trial %d: %q, want %q", i, got, want)
		}
	}
}
