package foresight_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/danlu-ml/danlu/internal/foresight"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/study/studytest"
)

func definition(t testing.TB, last int64) *study.Definition {
	t.Helper()
	sp, err := space.New([]space.Param{
		{Name: "x", Domain: space.Float{Low: 0, High: 1}},
		{Name: "kind", Domain: space.Choice{Values: []space.Value{space.StringValue("a"), space.StringValue("b")}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return &study.Definition{
		Name: "s", Space: sp, Seed: 1, Fidelity: study.Fidelity{Step: "epoch", Max: last},
		Objectives: []study.Objective{{Metric: "loss"}},
	}
}

// loss falls to a level that depends on where a configuration lies.
func loss(u []float64, step int64) float64 {
	return (u[0]-0.3)*(u[0]-0.3) + 0.2*u[1] + 1/float64(step)
}

// shown has trials at these places go so far.
func shown(def *study.Definition, steps int64, places ...[]float64) *studytest.Log {
	l := studytest.New(def)
	for i, u := range places {
		id := study.TrialID(i)
		l.Plan(def.Space.At(u)).Start(id)
		for step := int64(1); step <= steps; step++ {
			l.Report(id, step, loss(l.View().Trials[i].Unit, step))
		}
	}
	return l
}

func TestCurvesAreForetold(t *testing.T) {
	def := definition(t, 20)
	var places [][]float64
	for i := range 20 {
		places = append(places, []float64{(float64(i) + .5) / 20, .25 + .5*float64(i%2)})
	}
	l := shown(def, 20, places...)
	fresh := []float64{.325, .25}
	l.Plan(def.Space.At(fresh)).Start(20)
	for step := int64(1); step <= 4; step++ {
		l.Report(20, step, loss(l.View().Trials[20].Unit, step))
	}
	o, ok := foresight.New(l.View(), nil)
	if !ok {
		t.Fatal("no outlook")
	}
	got, sd := o.End(l.View().Trials[20])
	want := loss(l.View().Trials[20].Unit, 20)
	if math.Abs(got-want) > 3*sd || sd > 0.2 {
		t.Errorf("expected to end at %v ± %v, and it will at %v", got, sd, want)
	}
	if got, _ := o.End(l.View().Trials[3]); math.Abs(got-loss(l.View().Trials[3].Unit, 20)) > 0.05 {
		t.Errorf("a trial that has ended is expected to end at %v", got)
	}
}

func TestTheSameIsProposedHoweverOften(t *testing.T) {
	def := definition(t, 9)
	l := shown(def, 3, []float64{.1, .2}, []float64{.5, .8}, []float64{.9, .2})
	var first space.Values
	for range 3 {
		o, ok := foresight.New(l.View(), nil)
		if !ok {
			t.Fatal("no outlook")
		}
		params, _, found := o.Propose(l.View(), nil)
		if !found {
			t.Fatal("nothing is proposed")
		}
		if first == nil {
			first = params
		}
		for name, v := range params {
			if first[name] != v {
				t.Errorf("%s is %v, and was %v", name, v, first[name])
			}
		}
	}
}

// What is kept of a view says the same as the log read again.
func TestAProgramMaySayLaterWhatItUsed(t *testing.T) {
	l := shown(definition(t, 9), 3, []float64{.1, .2}, []float64{.5, .8}, []float64{.9, .2})
	expected := func(v *study.View) float64 {
		o, ok := foresight.New(v, nil)
		if !ok {
			t.Fatal("no outlook")
		}
		end, _ := o.End(v.Trials[2])
		return end
	}
	expected(l.View())
	l.Append(study.Used{Trial: 0, Params: space.Values{"x": space.FloatValue(.95)}})
	again, err := studytest.Replay(l.Events)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := expected(l.View()), expected(again); got != want {
		t.Errorf("expected to end at %v, and at %v after the log is read again", got, want)
	}
}

func TestProposalsKeepToWhatIsAllowed(t *testing.T) {
	def := definition(t, 9)
	l := shown(def, 3, []float64{.1, .2}, []float64{.5, .8}, []float64{.9, .2})
	o, _ := foresight.New(l.View(), nil)
	params, _, found := o.Propose(l.View(), func(v space.Values) bool { return v["x"].Float() > 0.7 })
	if !found || params["x"].Float() <= 0.7 {
		t.Errorf("%v (%t)", params, found)
	}
	if _, _, found := o.Propose(l.View(), func(space.Values) bool { return false }); found {
		t.Error("something is proposed where nothing is allowed")
	}
}

func TestThereIsNoOutlookWhereNothingCanBeSaid(t *testing.T) {
	def := definition(t, 9)
	alike := studytest.New(def)
	for id := range study.TrialID(5) {
		alike.Plan(def.Space.At([]float64{float64(id) / 5, .2})).Start(id).Report(id, 1, 0.5)
	}
	none := studytest.New(def)
	for id := range study.TrialID(5) {
		none.Plan(def.Space.At([]float64{float64(id) / 5, .2})).Start(id).Report(id, 1, math.NaN())
	}
	short := definition(t, 1)
	for name, v := range map[string]*study.View{
		"no trial": studytest.New(def).View(), "all alike": alike.View(), "not one finite": none.View(),
		"one step": shown(short, 1, []float64{.1, .2}, []float64{.5, .8}).View(),
	} {
		if _, ok := foresight.New(v, nil); ok {
			t.Errorf("%s: there is an outlook", name)
		}
	}
}

func TestLossesBeyondMeasureBreakNothing(t *testing.T) {
	def := definition(t, 9)
	l := shown(def, 3, []float64{.1, .2}, []float64{.5, .8}, []float64{.9, .2})
	for i, x := range []float64{1e300, math.Inf(1), math.NaN(), -1e300} {
		id := study.TrialID(3 + i)
		l.Plan(def.Space.At([]float64{.15 * float64(id), .2})).Start(id).Report(id, 1, x)
	}
	o, ok := foresight.New(l.View(), nil)
	if !ok {
		return
	}
	if _, c, found := o.Propose(l.View(), nil); !found || math.IsNaN(c) {
		t.Errorf("chance %v (%t)", c, found)
	}
}

// A decision as freeze-thaw takes it, after a new report.
func BenchmarkDecision(b *testing.B) {
	for _, trials := range []int{60, 150, 500} {
		b.Run(fmt.Sprintf("%d trials", trials), func(b *testing.B) {
			def := definition(b, 50)
			l := studytest.New(def)
			for i := range trials {
				id := study.TrialID(i)
				l.Plan(def.Space.At([]float64{(float64(i) + .5) / float64(trials), .25 + .5*float64(i%2)})).Start(id)
				for step := range int64(2 + i%7) {
					l.Report(id, step+1, loss(l.View().Trials[i].Unit, step+1))
				}
				l.End(id, study.Paused)
			}
			running := study.TrialID(trials)
			l.Plan(def.Space.At([]float64{.77, .2})).Start(running)
			step := int64(0)
			for b.Loop() {
				step++
				l.Report(running, step, 1/float64(step)) // or it would be recalled
				o, ok := foresight.New(l.View(), l.View().Trials[trials])
				if !ok {
					b.Fatal("no outlook")
				}
				o.Choose(l.View().Trials)
				o.Propose(l.View(), nil)
			}
		})
	}
}
