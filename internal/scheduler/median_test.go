package scheduler_test

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/danlu-ml/danlu/internal/scheduler"
	"github.com/danlu-ml/danlu/internal/scheduler/schedulertest"
	"github.com/danlu-ml/danlu/internal/study"
)

func median(pairs ...string) study.Algorithm {
	return study.Algorithm{Name: "median", Options: options(pairs...)}
}

// four is a study of four trials that came to step 2 with the running averages
// 0.2, 0.4, 0.6 and 0.8: the median's more lenient one is 0.6.
func four(t *testing.T, a study.Algorithm, sim schedulertest.Simulation) *story {
	s := tell(t, a, sim)
	for _, average := range []float64{0.4, 0.8, 0.2, 0.6} {
		s.reports([]int64{1, 2}, average+0.1, average-0.1)
	}
	return s
}

func TestMedianStopsWhatIsWorse(t *testing.T) {
	goOn := scheduler.Verdict{Decision: study.Continue}
	for name, c := range map[string]struct {
		a      study.Algorithm
		losses []float64
		want   scheduler.Verdict
	}{
		"best value above the median": {median(), []float64{0.9, 0.61}, scheduler.Verdict{
			Decision: study.Stop, Why: "best 0.61 by epoch 2, worse than the median 0.6 of 4 others' averages",
		}},
		"an earlier value counts": {median(), []float64{0.55, 0.9}, goOn},
		"a tie goes on":           {median(), []float64{0.9, 0.6}, goOn},
		"better":                  {median(), []float64{0.9, 0.3}, goOn},
		"in its grace":            {median("grace", "3"), []float64{0.9, 0.9}, goOn},
		"too few to compare with": {median("min_trials", "5"), []float64{0.9, 0.9}, goOn},
		"the best by now":         {median(), []float64{0.9, 0}, goOn},
	} {
		t.Run(name, func(t *testing.T) {
			s := four(t, c.a, schedulertest.Simulation{Max: 20})
			id := s.reports([]int64{1, 2}, c.losses...)
			if d := cmp.Diff(c.want, s.judge(id, 2)); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

// Evidence is in the user's numbers.
func TestMedianSpeaksOfTheUsersValues(t *testing.T) {
	s := four(t, median(), schedulertest.Simulation{Unknown: true, Maximize: true})
	got := s.judge(s.reports([]int64{2}, 0.75), 2)
	if want := "best -0.75 by step 2, worse than the median -0.6 of 4 others' averages"; got.Why != want {
		t.Errorf("because %q, want %q", got.Why, want)
	}
}

func TestMedianCountsWhoeverCameSoFar(t *testing.T) {
	s := four(t, median(), schedulertest.Simulation{Max: 20})
	s.End(1, study.Stopped).End(2, study.Completed, 0.1) // 0 and 3 still run
	s.reports([]int64{1}, 0.01)                          // not so far
	s.start()                                            // nothing yet
	id := s.reports([]int64{2}, 0.61)
	want := "best 0.61 by epoch 2, worse than the median 0.6 of 4 others' averages"
	if got := s.judge(id, 2); got.Decision != study.Stop || got.Why != want {
		t.Errorf("%+v, want it stopped: %s", got, want)
	}
}

// The rule as it was published would stop a trial that is the best by now among
// others who were better before.
func TestMedianNeverStopsTheBest(t *testing.T) {
	s := tell(t, median(), schedulertest.Simulation{Max: 20})
	for range 5 {
		s.reports([]int64{1, 2}, 0.1, 0.9)
	}
	if got := s.judge(s.reports([]int64{1, 2}, 0.8, 0.8), 2); got.Decision != study.Continue {
		t.Errorf("%+v, want the trial with the best last value to go on", got)
	}
	if got := s.judge(s.reports([]int64{1, 2}, 0.95, 0.95), 2); got.Decision != study.Stop {
		t.Errorf("%+v, want the worst to be stopped", got)
	}
}

func TestMedianAmongDiverged(t *testing.T) {
	s := tell(t, median(), schedulertest.Simulation{Max: 20})
	for range 9 {
		s.reports([]int64{1, 2}, 0.1, math.NaN())
	}
	if got := s.judge(s.reports([]int64{1, 2}, 5, 5), 2); got.Decision != study.Continue {
		t.Errorf("%+v, want a finite trial among diverged ones to go on", got)
	}
	if got := s.judge(s.reports([]int64{1, 2}, 0.01, math.Inf(1)), 2); got.Decision != study.Stop {
		t.Errorf("%+v, want a diverged trial to be stopped", got)
	}
}

// With many trials and long curves only samples are looked at; on smooth ones
// they lead to the same verdicts.
func TestMedianOfManyLongTrials(t *testing.T) {
	s := tell(t, median(), schedulertest.Simulation{Max: 2000})
	var steps []int64
	for step := int64(1); step <= 300; step++ {
		steps = append(steps, step)
	}
	constant := func(x float64) []float64 {
		losses := make([]float64, len(steps))
		for i := range losses {
			losses[i] = x
		}
		return losses
	}
	for i := range 601 {
		s.reports(steps, constant(float64(i*37%601)/600)...)
	}
	for _, c := range []struct {
		loss float64
		want study.Decision
	}{{0.45, study.Continue}, {0.55, study.Stop}} {
		if got := s.judge(s.reports(steps, constant(c.loss)...), 300); got.Decision != c.want {
			t.Errorf("a loss of %v among 601 from 0 to 1: %+v, want %s", c.loss, got, c.want)
		}
	}
}
