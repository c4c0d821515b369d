package scheduler

import (
	"math"
	"testing"
	"time"

	"github.com/danlu-ml/danlu/internal/study"
)

// ran is a view of attempts of so many steps that took so many seconds.
func ran(steps []int64, seconds ...float64) *study.View {
	v := study.NewView()
	begin := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for i, n := range steps {
		a := study.Attempt{Started: begin, LastStep: n, Ended: begin.Add(time.Duration(seconds[i] * float64(time.Second)))}
		v.Trials = append(v.Trials, &study.Trial{Attempts: []study.Attempt{a}})
	}
	return v
}

func TestStartUpIsMeasuredInSteps(t *testing.T) {
	for name, c := range map[string]struct {
		v    *study.View
		want float64
	}{
		"five seconds, then two a step": {ran([]int64{1, 4, 10}, 7, 13, 25), 2.5},
		"nothing to start":              {ran([]int64{1, 4, 10}, 2, 8, 20), 0},
		"all of one length":             {ran([]int64{4, 4, 4}, 5, 6, 7), 0},
		"two alone":                     {ran([]int64{1, 4}, 7, 13), 0},
		"none":                          {study.NewView(), 0},
		"time that runs backwards":      {ran([]int64{1, 4, 10}, 9, 5, 1), 0},
	} {
		if got := startUp(c.v); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%s: %v steps, want %v", name, got, c.want)
		}
	}
}
