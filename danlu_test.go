package danlu_test

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/danlu-ml/danlu"
)

func config(store string) danlu.Config {
	return danlu.Config{
		Name: "branin", Objective: "loss min", Store: store, MaxStep: 9, Trials: 20, Scheduler: "none",
		Params: []danlu.Param{
			danlu.Float("x", -5, 10).Default(0),
			danlu.Float("y", 0, 15),
			danlu.Choice("optimizer", "sgd", "adamw"),
			danlu.Float("momentum", 0.8, 0.99).When("optimizer", "sgd"),
		},
	}
}

func loss(t *danlu.Trial) float64 {
	x, y := t.Float("x"), t.Float("y")
	return math.Pow(y-5.1/(4*math.Pi*math.Pi)*x*x+5/math.Pi*x-6, 2) + 10*(1-1/(8*math.Pi))*math.Cos(x) + 10
}

func TestOptimizeRunsTheBudgetAndFindsTheBest(t *testing.T) {
	s, err := danlu.New(context.Background(), config(""))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var n atomic.Int32
	var best atomic.Uint64
	best.Store(math.Float64bits(math.Inf(1)))
	err = s.Optimize(context.Background(), 3, func(ctx context.Context, tr *danlu.Trial) (float64, error) {
		n.Add(1)
		if tr.Has("momentum") != (tr.String("optimizer") == "sgd") {
			t.Errorf("trial %d: momentum under %s", tr.Number, tr.String("optimizer"))
		}
		if tr.Number == 4 {
			return 0, errors.New("a failure of its own")
		}
		v := loss(tr)
		for b := best.Load(); v < math.Float64frombits(b) && !best.CompareAndSwap(b, math.Float64bits(v)); b = best.Load() {
		}
		return v, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	r, ok := s.Best()
	if !ok || r.Value != math.Float64frombits(best.Load()) {
		t.Errorf("the best is %+v (%v), want %v", r, ok, math.Float64frombits(best.Load()))
	}
	if n.Load() != 20 {
		t.Errorf("the objective was called %d times for 20 trials", n.Load())
	}
}

func TestAStudyInAFileGoesOn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "danlu.db")
	ctx := context.Background()
	s, err := danlu.New(ctx, config(path))
	if err != nil {
		t.Fatal(err)
	}
	first, err := s.Ask(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := danlu.New(ctx, config(path)); err == nil {
		t.Error("a second program got the study")
	}
	if _, err := first.Report(ctx, 1, map[string]float64{"loss": 3}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s, err = danlu.New(ctx, config(path))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	again, err := s.Ask(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if again.Number != first.Number {
		t.Errorf("the trial left running is %d, and the first offered again %d", first.Number, again.Number)
	}
	if err := again.Complete(1.5); err != nil {
		t.Fatal(err)
	}
	if r, ok := s.Best(); !ok || r.Value != 1.5 {
		t.Errorf("the best is %+v, %v", r, ok)
	}
}

func TestWrongConfigsAreRefused(t *testing.T) {
	for name, change := range map[string]func(*danlu.Config){
		"low above high":               func(c *danlu.Config) { c.Params = append(c.Params, danlu.Float("z", 1, 0)) },
		"half a step of an integer":    func(c *danlu.Config) { c.Params = append(c.Params, danlu.Int("z", 1, 9).Step(1.5)) },
		"an unknown direction":         func(c *danlu.Config) { c.Objective = "loss down" },
		"no objective":                 func(c *danlu.Config) { c.Objective = "" },
		"Objective and Objectives":     func(c *danlu.Config) { c.Objectives = []string{"seconds min"} },
		"an objective twice":           func(c *danlu.Config) { c.Objective, c.Objectives = "", []string{"loss min", "loss max"} },
		"no name":                      func(c *danlu.Config) { c.Name = "" },
		"an unknown sampler":           func(c *danlu.Config) { c.Sampler = "tpee" },
		"an unknown option":            func(c *danlu.Config) { c.Scheduler, c.SchedulerOptions = "asha", danlu.Options{"etta": 3} },
		"an option of another type":    func(c *danlu.Config) { c.Scheduler, c.SchedulerOptions = "asha", danlu.Options{"eta": "three"} },
		"an option of a channel":       func(c *danlu.Config) { c.SamplerOptions = danlu.Options{"gamma": make(chan int)} },
		"a constraint without a sense": func(c *danlu.Config) { c.Constraints = []string{"x +"} },
	} {
		t.Run(name, func(t *testing.T) {
			c := config("")
			change(&c)
			if s, err := danlu.New(t.Context(), c); err == nil {
				s.Close()
				t.Error("it was taken")
			}
		})
	}
}

func TestBeliefsAreChecked(t *testing.T) {
	for name, c := range map[string]struct {
		param danlu.Param
		ok    bool
	}{
		"near a value":         {danlu.Float("z", 1e-5, 1e-1).Log().Near(1e-3, 3), true},
		"near a value outside": {danlu.Float("z", 1e-5, 1e-1).Log().Near(1, 3), false},
		"weights":              {danlu.Choice("z", "adamw", "sgd").Weigh("adamw", 3).Weigh("sgd", 0.5), true},
		"a weight of nothing":  {danlu.Choice("z", "adamw", "sgd").Weigh("lion", 3), false},
		"a weight of a number": {danlu.Int("z", 1, 9).Weigh(3, 2), false},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := config("")
			cfg.Params = append(cfg.Params, c.param)
			s, err := danlu.New(t.Context(), cfg)
			if (err == nil) != c.ok {
				t.Errorf("error %v", err)
			}
			if err == nil {
				s.Close()
			}
		})
	}
}

// BenchmarkTrial is the cost of a trial with ten reports, kept in memory: what
// danlu itself takes beside the sampler and the training.
func BenchmarkTrial(b *testing.B) {
	ctx := context.Background()
	var s *danlu.Study
	n := 0
	for b.Loop() {
		if n%1000 == 0 { // studies of a thousand trials
			if s != nil {
				s.Close()
			}
			c := config("")
			c.Trials, c.Sampler = 0, "random"
			var err error
			if s, err = danlu.New(ctx, c); err != nil {
				b.Fatal(err)
			}
		}
		n++
		t, err := s.Ask(ctx)
		if err != nil {
			b.Fatal(err)
		}
		for step := int64(1); step <= 10; step++ {
			if _, err := t.Report(ctx, step, map[string]float64{"loss": 1 / float64(step)}); err != nil {
				b.Fatal(err)
			}
		}
		if err := t.Complete(1); err != nil {
			b.Fatal(err)
		}
	}
	s.Close()
}
