package scheduler_test

import (
	"testing"

	"github.com/danlu-ml/danlu/internal/scheduler"
	"github.com/danlu-ml/danlu/internal/scheduler/schedulertest"
	"github.com/danlu-ml/danlu/internal/study"
)

// flat has a better trial run beside one that reports 0.5 for ever, with these
// learning rates (nil: none), and is the step at which patience ends it, 0 for
// never.
func stopsAt(t *testing.T, a study.Algorithm, last int64, rate func(step int64) float64) (step int64, why string) {
	t.Helper()
	s := tell(t, a, schedulertest.Simulation{Max: last, Trials: 9})
	s.reports([]int64{1, 2, 3}, 0.3, 0.2, 0.1)
	for range last - 4 {
		s.Report(0, s.View().Trials[0].Step()+1, 0.1)
	}
	id := s.start()
	for step := int64(1); step < last; step++ {
		if rate != nil {
			s.Append(study.Points{Trial: id, Attempt: 1, Rows: []study.Point{{Step: step, Metric: "lr", Value: rate(step)}}})
		}
		s.Report(id, step, 0.5)
		if got := s.judge(id, step); got.Decision == study.Stop {
			return step, got.Why
		}
	}
	return 0, ""
}

func TestPatienceKnowsTheSchedule(t *testing.T) {
	for name, c := range map[string]struct {
		rate func(step int64) float64
		want int64
	}{
		"a constant rate":                      {func(int64) float64 { return 0.1 }, 6},
		"a rate that falls with every step":    {func(step int64) float64 { return 0.1 * (1 - float64(step-1)/40) }, 21},
		"a rate that has not dropped yet":      {func(step int64) float64 { return map[bool]float64{true: 0.1, false: 0.01}[step < 30] }, 6},
		"a rate that rises and falls":          {func(step int64) float64 { return 0.1 * min(float64(step)/10, (40-float64(step))/30) }, 25},
		"no word of a rate: a quarter at once": {nil, 11},
	} {
		t.Run(name, func(t *testing.T) {
			if got, why := stopsAt(t, study.Algorithm{Name: "patience"}, 40, c.rate); got != c.want {
				t.Errorf("ends at step %d (%s), want %d", got, why, c.want)
			}
		})
	}
}

func TestPatienceCountsOnlyGainsThatMatter(t *testing.T) {
	s := tell(t, study.Algorithm{Name: "patience", Options: options("patience", "3", "min_delta", "0.01")}, schedulertest.Simulation{Unknown: true, Max: 9, Trials: 9})
	s.reports([]int64{1, 2, 3, 4, 5, 6}, 0, 0, 0, 0, 0, 0)
	id := s.start()
	var got scheduler.Verdict
	for i, loss := range []float64{1, 0.9, 0.899, 0.898, 0.897} {
		s.Report(id, int64(i+1), loss)
		got = s.judge(id, int64(i+1))
	}
	if got.Decision != study.Stop || got.Why != "no better than 0.9 at step 2 for 3 reports" {
		t.Errorf("%+v, want an end", got)
	}
}

func TestThreshold(t *testing.T) {
	for name, c := range map[string]struct {
		options []string
		value   float64
		want    study.Decision
		why     string
	}{
		"within":          {[]string{"lower", "0.1", "upper", "0.9"}, 0.5, study.Continue, ""},
		"above":           {[]string{"upper", "0.9"}, 0.95, study.Stop, "0.95 at epoch 3, above 0.9"},
		"below":           {[]string{"lower", "0.1"}, 0.05, study.Stop, "0.05 at epoch 3, below 0.1"},
		"within the time": {[]string{"upper", "0.9", "grace", "4"}, 0.95, study.Continue, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := tell(t, study.Algorithm{Name: "threshold", Options: options(c.options...)}, schedulertest.Simulation{Max: 9, Trials: 9})
			got := s.judge(s.reports([]int64{3}, c.value), 3)
			if got.Decision != c.want || got.Why != c.why {
				t.Errorf("%+v, want %s: %s", got, c.want, c.why)
			}
		})
	}
}

func TestPercentileIsStricterThanTheMedian(t *testing.T) {
	for name, want := range map[string]study.Decision{"median": study.Continue, "percentile": study.Stop} {
		s := tell(t, study.Algorithm{Name: name}, schedulertest.Simulation{Max: 9, Trials: 20})
		for i := range 8 {
			s.reports([]int64{1, 2}, float64(i), float64(i))
		}
		if got := s.judge(s.reports([]int64{1, 2}, 3.5, 3.5), 2); got.Decision != want {
			t.Errorf("%s, for a trial that is better than half: %+v", name, got)
		}
	}
}
