package batchsize

import (
	"math"
	"strings"
	"testing"
)

// steady is a run whose steps take three times so long, by parts of ten steps each.
func steady(size int64, parts ...float64) Run {
	r := Run{Size: size, State: Fits, Samples: []Sample{{Step: 0, Seconds: 1}, {Step: 1, Seconds: 9}}}
	for _, seconds := range parts {
		for range 10 {
			last := r.Samples[len(r.Samples)-1]
			r.Samples = append(r.Samples, Sample{Step: last.Step + 1, Seconds: last.Seconds + 3*seconds})
		}
	}
	return r
}

func TestAMomentOfOtherWorkDoesNotSlowASize(t *testing.T) {
	quiet := steady(32, .1, .1, .1, .1, .1)
	for _, disturbed := range []Run{steady(32, .1, .9, .1, .1, .1), steady(32, .5, .1, .1, .1, .7)} {
		want, _, _ := quiet.pace()
		got, _, ok := disturbed.pace()
		if !ok || math.Abs(got/want-1) > 1e-9 {
			t.Errorf("%g steps a second, want %g", got, want)
		}
	}
}

// Half a step late, as in a short run whose reports are found in its output.
func TestReportsThatAreFoundLateDoNotSlowASize(t *testing.T) {
	late := Run{Size: 32, State: Fits}
	for i, seconds := range []float64{.4, .8, 1.2, 1.8, 2, 2.6, 2.8, 3.2} {
		late.Samples = append(late.Samples, Sample{Step: int64(i), Seconds: seconds})
	}
	if got, _, ok := late.pace(); !ok || math.Abs(got/2.5-1) > 1e-9 {
		t.Errorf("%g steps a second, want 2.5", got)
	}
}

func TestAKneeThatNoiseHidesIsSaidToBeHidden(t *testing.T) {
	plan := Plan{Low: 16, High: 64, Unit: Step}
	for _, test := range []struct {
		name string
		runs []Run
		knee int64
		says string // empty: nothing
	}{
		{"the same throughout", []Run{steady(16, .1, .1, .1, .1, .1), steady(32, .11, .11, .11, .11, .11), steady(64, .21, .21, .21, .21, .21)}, 32, ""},
		{"noise far from the knee", []Run{steady(16, .1, .12, .1, .12, .1), steady(32, .11, .11, .11, .11, .11), steady(64, .21, .21, .21, .21, .21)}, 32, ""},
		{"one that falls far behind a smaller", []Run{steady(16, .1, .1, .1, .1, .1), steady(32, .1, .1, .1, .1, .1), steady(64, .9, .9, .9, .9, .9)}, 32, "64 has less than half of the throughput of 32"},
		{"noise about the knee", []Run{steady(16, .1, .1, .1, .1, .1), steady(32, .095, .14, .13, .1, .15), steady(64, .21, .21, .21, .21, .21)}, 64, "only known to 10%, by which it may be any from 32 to 64"},
	} {
		t.Run(test.name, func(t *testing.T) {
			res := plan.Conclude(test.runs)
			if res.Knee != test.knee {
				t.Errorf("the knee is at %d, want %d", res.Knee, test.knee)
			}
			if said := strings.Join(res.Doubts, "\n"); (said == "") != (test.says == "") || !strings.Contains(said, test.says) {
				t.Errorf("said %q, want %q", said, test.says)
			}
		})
	}
}
