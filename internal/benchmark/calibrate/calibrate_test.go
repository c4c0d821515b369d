package calibrate_test

import (
	"context"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/danlu-ml/danlu/internal/benchmark/calibrate"
	"github.com/danlu-ml/danlu/internal/benchmark/problem"
	"github.com/danlu-ml/danlu/internal/space"
)

func TestForecastsAreCounted(t *testing.T) {
	got := calibrate.Sum([]calibrate.Trial{
		{Steps: 10}, // the first: nothing is said
		{Steps: 10, Forecasts: []calibrate.Forecast{{2, .3, false}, {5, .02, true}, {7, .001, true}}},
		{Steps: 10, Better: true, Forecasts: []calibrate.Forecast{{2, .4, false}, {5, 1, false}}},
		{Steps: 10, Better: true, Forecasts: []calibrate.Forecast{{4, .04, true}}},
	})
	got.Bins = got.Bins[1:4]
	want := calibrate.Summary{
		Bins: []calibrate.Bin{
			{Low: .01, High: .05, Forecasts: 2, Mean: .03, Came: .5},
			{Low: .05, High: .2},
			{Low: .2, High: .5, Forecasts: 2, Mean: .35, Came: .5},
		},
		Judged: 3, Stopped: 2, Better: 2, Lost: 1,
		Saved: 11. / 30,
	}
	if d := cmp.Diff(want, got, cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-12 })); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// decay falls to a level that is the configuration's only parameter.
type decay struct{ levels []float64 }

func (d *decay) Start(asked space.Values) space.Values {
	d.levels = append(d.levels, asked["level"].Float())
	return nil
}

func (d *decay) Train(trial int, step int64) problem.Result {
	return problem.Result{Losses: []float64{d.levels[trial] + 1/float64(step)}}
}

func (d *decay) Score() float64 { return 1 }

func TestWhoeverEndsBetterWasGivenAChance(t *testing.T) {
	sp, err := space.New([]space.Param{{Name: "level", Domain: space.Float{Low: 0, High: 1}}})
	if err != nil {
		t.Fatal(err)
	}
	d := &decay{}
	p := problem.Problem{Name: "decay", Space: sp, Steps: 12, Open: func(uint64) (problem.Instance, error) { return d, nil }}
	trials, err := calibrate.Play(context.Background(), p, 1, 10)
	if err != nil {
		t.Fatal(err)
	}
	best := math.Inf(1)
	for i, trial := range trials {
		if want := d.levels[i] < best; trial.Better != want {
			t.Errorf("trial %d ends at %v after %v: better is %t", i, d.levels[i], best, trial.Better)
		}
		best = min(best, d.levels[i])
		if i > 0 && len(trial.Forecasts) == 0 {
			t.Errorf("nothing is said of trial %d", i)
		}
		for _, f := range trial.Forecasts {
			if trial.Better && f.Stop {
				t.Errorf("trial %d, which ends as the best, would stop at step %d with a chance of %v", i, f.Step, f.Chance)
			}
		}
	}
}
