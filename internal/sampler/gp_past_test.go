package sampler

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

func curve(losses ...float64) []study.Curve {
	var c study.Curve
	for i, l := range losses {
		c = append(c, study.Sample{Step: int64(i + 1), Loss: l})
	}
	return []study.Curve{c}
}

func TestAStoppedTrialCountsAsWhatItWouldHaveComeTo(t *testing.T) {
	completed := func(losses ...float64) *study.Trial {
		return &study.Trial{State: study.Completed, Curves: curve(losses...), Losses: losses[len(losses)-1:]}
	}
	stopped := func(losses ...float64) *study.Trial {
		return &study.Trial{State: study.Stopped, Curves: curve(losses...)}
	}
	history := []*study.Trial{completed(8, 5, 4), completed(9, 5, 3), completed(9, 7, 2)} // from step 2: −1, −2, −5
	for name, c := range map[string]struct {
		before []*study.Trial
		trial  *study.Trial
		want   []float64
	}{
		"on its way, as the median of others":   {history, stopped(9, 7), []float64{5}},
		"no better than the best of them":       {history, stopped(3, 2), []float64{2}},
		"with nothing to go by":                 {nil, stopped(9, 7), []float64{7}},
		"without a report it says nothing":      {history, stopped(), nil},
		"a failed one is the worst":             {history, &study.Trial{State: study.Failed}, []float64{math.Inf(1)}},
		"a completed one is what it came to":    {nil, completed(3, 1), []float64{1}},
		"one that turned into NaN is the worst": {history, stopped(1, math.NaN()), []float64{math.Inf(1)}},
	} {
		t.Run(name, func(t *testing.T) {
			var o outlook
			objectives := []study.Objective{{Metric: "loss"}}
			for _, d := range c.before {
				o.of(objectives, d)
			}
			if d := cmp.Diff(c.want, o.of(objectives, c.trial)); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

func TestLossesAreBroughtToOneScale(t *testing.T) {
	inf := math.Inf(1)
	for name, c := range map[string]struct {
		losses []float64
		logged bool
		same   []float64 // losses that must come out alike
	}{
		"a bad one is no worse than twice the gap": {losses: []float64{0, 1, 2, 1e9}, same: []float64{0, 1, 2, 4.5}},
		"a failed one is as bad as the worst":      {losses: []float64{0, 1, 2, inf}, same: []float64{0, 1, 2, 2}},
		"neither scale nor place matters":          {losses: []float64{0, 1, 2}, same: []float64{-1e301, 0, 1e301}},
		"nor do they to the logarithm":             {losses: []float64{0, 1, 2}, logged: true, same: []float64{5, 7, 9}},
	} {
		t.Run(name, func(t *testing.T) {
			want, _ := standardise(c.same, c.logged)
			got, _ := standardise(c.losses, c.logged)
			if d := cmp.Diff(want, got, cmpopts.EquateApprox(1e-12, 1e-12)); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
	for _, losses := range [][]float64{{inf, inf}, {3, 3, 3}, nil} {
		if got, _ := standardise(losses, false); cmp.Diff(make([]float64, len(losses)), got) != "" {
			t.Errorf("%v: %v, want zeros", losses, got)
		}
	}
}

func TestTheLastTrialsThatRunAreTakenIntoAccount(t *testing.T) {
	sp, err := space.New([]space.Param{{Name: "x", Domain: space.Float{Low: 0, High: 1}}})
	if err != nil {
		t.Fatal(err)
	}
	c, p := newColumns(sp), &past{}
	const trials = 250
	var want []float64
	for i := range trials {
		u := float64(i) / trials
		p.expect(c, sp.At([]float64{u}), []float64{u})
		if i >= trials-pendingAtMost {
			want = append(want, u)
		}
	}
	if d := cmp.Diff(want, p.pending); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}
