package workers_test

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/danlu-ml/danlu/internal/benchmark/problem"
	"github.com/danlu-ml/danlu/internal/benchmark/workers"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

// learning is a problem whose configurations learn at one speed to what they are worth.
func learning(t *testing.T) problem.Problem {
	t.Helper()
	sp, err := space.New([]space.Param{{Name: "x", Domain: space.Float{Low: 0, High: 1}}})
	if err != nil {
		t.Fatal(err)
	}
	return problem.Problem{Space: sp, Steps: 20, Open: func(uint64) (problem.Instance, error) { return &lesson{best: 1}, nil }}
}

type lesson struct {
	xs   []float64
	best float64
}

func (l *lesson) Start(vs space.Values) space.Values {
	l.xs = append(l.xs, vs["x"].Float())
	return nil
}

func (l *lesson) Train(trial int, step int64) problem.Result {
	loss := l.xs[trial] + 1/float64(step)
	l.best = min(l.best, loss)
	return problem.Result{Losses: []float64{loss}}
}

func (l *lesson) Score() float64 { return l.best }

func search(scheduler string) workers.Search {
	return workers.Search{Sampler: study.Algorithm{Name: "random"}, Scheduler: study.Algorithm{Name: scheduler}}
}

func run(t *testing.T, scheduler string, c workers.Cluster) []workers.Moment {
	t.Helper()
	ms, err := workers.Run(t.Context(), learning(t), search(scheduler), c, workers.Goal{Time: 12, Trials: 300}, 3)
	if err != nil {
		t.Fatal(err)
	}
	return ms
}

// Whatever happens to workers, every scheduler's study goes on, and improves.
func TestAStudyOnManyWorkers(t *testing.T) {
	for _, scheduler := range []string{"none", "asha", "halving", "hyperband", "bohb", "pbt"} {
		t.Run(scheduler, func(t *testing.T) {
			for _, c := range []workers.Cluster{
				{Workers: 1},
				{Workers: 30, StartUp: 0.1},
				{Workers: 30, Stragglers: 0.3, Failing: 0.5},
			} {
				ms := run(t, scheduler, c)
				if len(ms) == 0 || ms[len(ms)-1].Regret > 0.4 {
					t.Errorf("on %+v: %v", c, ms)
				}
				if d := cmp.Diff(ms, run(t, scheduler, c)); d != "" {
					t.Errorf("on %+v, again (-first +second):\n%s", c, d)
				}
			}
		})
	}
}

func TestMoreWorkersAreSoonerThere(t *testing.T) {
	few, many := run(t, "asha", workers.Cluster{Workers: 1}), run(t, "asha", workers.Cluster{Workers: 50})
	if a, b := workers.Until(few, 0.1), workers.Until(many, 0.1); b >= a {
		t.Errorf("one worker takes %v, fifty take %v", a, b)
	}
	if got := workers.Until(many, -1); !math.IsInf(got, 1) {
		t.Errorf("a regret that is never reached is reached after %v", got)
	}
}
