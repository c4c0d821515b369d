package play

import (
	"context"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/danlu-ml/danlu/internal/benchmark/problem"
	"github.com/danlu-ml/danlu/internal/space"
)

// slope is a problem whose loss is x, less with every step; above .9 it is infeasible.
type slope struct {
	at      []float64
	trained map[int]int64
	best    float64
}

func (s *slope) Start(asked space.Values) space.Values {
	s.at = append(s.at, asked["x"].Float())
	return nil
}

func (s *slope) Train(trial int, step int64) problem.Result {
	s.trained[trial] = step
	if s.at[trial] > .9 {
		return problem.Result{Infeasible: true}
	}
	loss := s.at[trial] / float64(step)
	s.best = min(s.best, loss)
	return problem.Result{Losses: []float64{loss}}
}

func (s *slope) Score() float64 { return problem.Regret(s.best, 0, .5, problem.Floor) }

func slopes(t *testing.T, steps int64, budget int) (problem.Problem, *slope) {
	t.Helper()
	sp, err := space.New([]space.Param{{Name: "x", Domain: space.Float{Low: 0, High: 1}}})
	if err != nil {
		t.Fatal(err)
	}
	s := &slope{trained: map[int]int64{}, best: math.Inf(1)}
	return problem.Problem{
		Suite: "test", Name: "slope", Space: sp, Steps: steps, Budget: budget, Marks: []int{10, 50, 100},
		Open: func(uint64) (problem.Instance, error) { return s, nil },
	}, s
}

func ours(t *testing.T, name string) *Ours {
	t.Helper()
	o, err := ParseOurs(name)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestTheBudgetIsSpentAndNoMore(t *testing.T) {
	for _, c := range []struct {
		searcher string
		steps    int64
		budget   int
	}{
		{"random", 0, 30},
		{"random", 9, 4},
		{"random+asha?promote=true", 27, 10},
		{"sobol+median", 9, 10},
	} {
		p, s := slopes(t, c.steps, c.budget)
		l, err := Run(context.Background(), ours(t, c.searcher), p, 1)
		if err != nil {
			t.Fatalf("%s: %v", c.searcher, err)
		}
		spent := int64(0)
		for _, steps := range s.trained {
			spent += steps
		}
		if want := int64(c.budget) * max(1, c.steps); spent != want {
			t.Errorf("%s: %d of %d spent", c.searcher, spent, want)
		}
		if len(l.Scores) != 3 || !(l.Scores[2] <= l.Scores[0]) {
			t.Errorf("%s: scores %v at %v", c.searcher, l.Scores, l.Marks)
		}
	}
}

func TestARunCanBeRepeated(t *testing.T) {
	var lines [2]any
	for i := range lines {
		p, _ := slopes(t, 9, 10)
		l, err := Run(context.Background(), ours(t, "random+asha"), p, 3)
		if err != nil {
			t.Fatal(err)
		}
		l.CPU = nil
		lines[i] = l
	}
	if d := cmp.Diff(lines[0], lines[1]); d != "" {
		t.Errorf("twice the same run (-first +second):\n%s", d)
	}
}

func TestATrialThatIsOverIsNotTrainedOn(t *testing.T) {
	p, _ := slopes(t, 2, 10)
	in, err := p.Open(0)
	if err != nil {
		t.Fatal(err)
	}
	f := &Fence{problem: p, instance: in}
	trial, _ := f.Start(space.Values{"x": space.FloatValue(.5)})
	for want := int64(1); want <= 2; want++ {
		if _, step, ok := f.Train(trial); !ok || step != want {
			t.Errorf("step %d, %v; want %d", step, ok, want)
		}
	}
	if _, _, ok := f.Train(trial); ok || f.Left() != 18 {
		t.Errorf("a third step of two: %v, %d left of 18", ok, f.Left())
	}
}

func TestConstraintsAreAskedForFree(t *testing.T) {
	p, _ := slopes(t, 0, 10)
	p.Constraints = []string{"x <= 0.5"}
	f := &Fence{problem: p}
	for x, want := range map[float64]bool{.4: true, .6: false} {
		if got, err := f.Allowed(space.Values{"x": space.FloatValue(x)}); err != nil || got != want {
			t.Errorf("x = %v is allowed: %v, %v", x, got, err)
		}
	}
	if f.Left() != 10 {
		t.Errorf("%d left of 10", f.Left())
	}
}

func TestNames(t *testing.T) {
	o := ours(t, "tpe?multivariate=false&startup=8+asha?promote=true")
	if o.Name() != "danlu:tpe?multivariate=false&startup=8+asha?promote=true" || o.Sampler.Name != "tpe" || o.Scheduler.Name != "asha" ||
		string(o.Sampler.Options["startup"]) != "8" || string(o.Scheduler.Options["promote"]) != "true" {
		t.Errorf("%+v", o)
	}
	if _, err := ParseOurs("tpe?multivariate"); err == nil {
		t.Error("an option without a value: no error")
	}
}
