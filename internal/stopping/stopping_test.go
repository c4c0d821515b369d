package stopping_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/stopping"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/study/studytest"
)

// history is a study of an accuracy that is a bowl, with noise; the
// last so many of its trials are near the top.
func history(t *testing.T, trials, near int, noise float64) *study.View {
	t.Helper()
	s, err := space.New([]space.Param{
		{Name: "x", Domain: space.Float{Low: 0, High: 1}},
		{Name: "net", Domain: space.Choice{Values: []space.Value{space.StringValue("a"), space.StringValue("b")}}},
		{Name: "z", Domain: space.Float{Low: 0, High: 1}, When: []space.Condition{{Param: "net", In: []space.Value{space.StringValue("b")}}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	l := studytest.New(&study.Definition{Name: "s", Space: s, Seed: 1, Objectives: []study.Objective{{Metric: "acc", Maximize: true}}})
	rng := rand.New(rand.NewPCG(5, 5))
	for i := range trials {
		u := []float64{rng.Float64(), rng.Float64(), rng.Float64()}
		if i >= trials-near {
			u = []float64{0.3 + 0.02*rng.NormFloat64(), 0.1, 0.5}
		}
		params := s.At(u)
		loss := 2 * math.Pow(params["x"].Float()-0.3, 2)
		if params["net"].String() == "b" {
			loss += 0.3
		}
		id := study.TrialID(i)
		l.Plan(params).Start(id).End(id, study.Completed, 0.9-loss+noise*rng.NormFloat64())
	}
	return l.View()
}

// A search that has only begun may gain; one that has settled may not.
func TestTheOutlookFollowsTheSearch(t *testing.T) {
	young, ok := stopping.Look(history(t, 20, 0, 0.002))
	if !ok || young.Enough() || !strings.HasPrefix(young.String(), "further search may gain up to ") {
		t.Errorf("after 20 trials at random: %v, %v; want a gain above the noise", young, ok)
	}
	old, ok := stopping.Look(history(t, 120, 80, 0.002))
	if !ok || !old.Enough() || !strings.HasPrefix(old.String(), "further search is expected to gain less than ") {
		t.Errorf("after 120 trials, 80 of them at the top, with a noise of .002: %v, %v; want enough", old, ok)
	}
	// Of 120 trials, 80 measure the noise: to about a twelfth of it.
	if math.Abs(old.Noise-0.002) > 0.0005 {
		t.Errorf("the noise is told as %.4f, want .002", old.Noise)
	}
}

// Runs of one configuration tell the noise by themselves.
func TestRepeatsTellTheNoise(t *testing.T) {
	v := history(t, 25, 0, 0)
	l := studytest.New(v.Def)
	for i, tr := range v.Trials {
		l.Plan(tr.Params).Start(study.TrialID(i)).End(study.TrialID(i), study.Completed, -tr.Loss())
	}
	for i, x := range []float64{0.50, 0.54, 0.46, 0.50} {
		id := study.TrialID(25 + i)
		l.Plan(v.Def.Space.At([]float64{0.5, 0, 0})).Start(id).End(id, study.Completed, x)
	}
	got, ok := stopping.Look(l.View())
	want := math.Sqrt(2 * 0.04 * 0.04 / 3)
	if !ok || math.Abs(got.Noise-want) > 1e-9 {
		t.Errorf("the noise is told as %v, want %v", got.Noise, want)
	}
}

func TestWhenThereIsNoOutlook(t *testing.T) {
	many := history(t, 30, 0, 0)
	many.Def.Objectives = append(many.Def.Objectives, study.Objective{Metric: "seconds"})
	same := studytest.New(history(t, 1, 0, 0).Def)
	for i := range 30 {
		id := study.TrialID(i)
		same.Plan(same.View().Def.Space.At([]float64{float64(i) / 30, 0, 0})).Start(id).End(id, study.Completed, 0.5)
	}
	for name, v := range map[string]*study.View{
		"too few trials":     history(t, stopping.Least-1, 0, 0),
		"several objectives": many,
		"all the same":       same.View(),
	} {
		if o, ok := stopping.Look(v); ok {
			t.Errorf("%s: the outlook is %v, want none", name, o)
		}
	}
}

func BenchmarkLook(b *testing.B) {
	v := history(&testing.T{}, 200, 50, 0.01)
	for b.Loop() {
		stopping.Look(v)
	}
}
