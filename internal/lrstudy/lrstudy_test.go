package lrstudy

import (
	"bytes"
	"encoding/xml"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/danlu-ml/danlu/internal/lrfind"
	"github.com/danlu-ml/danlu/internal/plot"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/spec"
	"github.com/danlu-ml/danlu/internal/study"
)

func definition(t *testing.T, params string) *study.Definition {
	t.Helper()
	text := "command: [train, \"{params}\"]\nobjective: loss min\nfidelity: {step: step, max: 6000}\nbudget: none\nparams:\n" + params
	def, _, err := spec.Parse("danlu.yaml", []byte(text), spec.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return def
}

func TestTheRatesToLookAtAreThoseOfTheParameter(t *testing.T) {
	for _, test := range []struct {
		name, params string
		low, high    float64
	}{
		{"a range on a log scale", "  lr: {float: [1e-5, 1e-1], log: true}\n", 1e-5, 1e-1},
		{"a linear one from zero", "  lr: {float: [0, 1], default: 0.1}\n", 1e-4, 1},
		{"a list", "  lr: {choice: [0.1, 0.001, 0.01]}\n", 1e-3, 1e-1},
		{"a single value", "  lr: {choice: [0.03]}\n", 1e-3, 0.9},
	} {
		t.Run(test.name, func(t *testing.T) {
			q, err := newQuestion(definition(t, test.params), Ask{})
			if err != nil {
				t.Fatal(err)
			}
			if math.Abs(q.plan.Low/test.low-1) > 1e-9 || math.Abs(q.plan.High/test.high-1) > 1e-9 || q.plan.Inside {
				t.Errorf("[%g, %g] inside %v, want [%g, %g]", q.plan.Low, q.plan.High, q.plan.Inside, test.low, test.high)
			}
		})
	}
}

// A program that is soon ended trains on until it is: what it reports then counts for
// nothing.
func TestTheBestIsToldAtTheStepAtWhichProbesAreCompared(t *testing.T) {
	def := definition(t, "  lr: {float: [1e-5, 1e-1], log: true}\n")
	q, err := newQuestion(def, Ask{})
	if err != nil {
		t.Fatal(err)
	}
	trial := func(rate float64, state study.State, curve ...study.Sample) *study.Trial {
		return &study.Trial{Params: space.Values{"lr": space.FloatValue(rate)}, State: state, Curves: []study.Curve{curve}}
	}
	v := &study.View{Trials: []*study.Trial{
		trial(0.001, study.Stopped, study.Sample{Step: 1, Loss: 3}, study.Sample{Step: 100, Loss: 2}, study.Sample{Step: 900, Loss: 0.1}),
		trial(0.01, study.Stopped, study.Sample{Step: 1, Loss: 3}, study.Sample{Step: 100, Loss: 1}),
		trial(0.1, study.Running, study.Sample{Step: 1, Loss: 3}, study.Sample{Step: 50, Loss: 0.5}),
	}}
	w := &Watch{q: q, def: def}
	if got, want := w.going(v), "; best 0.01 (1); running 0.1 (50/100)"; !strings.HasSuffix(got, want) {
		t.Errorf("%q does not end with %q", got, want)
	}
}

// A probe of a program that warms up has a share of the rate it was given.
func TestAScheduleThatHasHardlyBegunIsKnown(t *testing.T) {
	const lr = "  lr: {float: [1e-5, 1e-1], log: true}\n"
	for _, test := range []struct {
		name, params string
		ask          Ask
		low, high    float64
	}{
		{"nothing known", lr, Ask{}, 1, 1},
		{"constant", lr, Ask{Schedule: "constant"}, 1, 1},
		{"cosine is at its peak", lr, Ask{Schedule: "cosine"}, 0.99, 1},
		{"One Cycle begins at a 25th", lr, Ask{Schedule: "onecycle"}, 0.04, 0.06},
		{"a warm-up", lr, Ask{Warmup: 0.1}, 0.1, 0.13},
		{"by roles", lr + "  s: {choice: [onecycle, constant], role: schedule, default: onecycle}\n", Ask{}, 0.04, 0.06},
		{"a warm-up by the schedule's name", lr, Ask{Schedule: "warmup_cosine"}, 0.2, 0.26},
		{"a name that only the program knows", lr + "  s: {choice: [cosine_with_warmup], role: schedule}\n", Ask{}, 1, 1},
		{"a warm-up in steps", lr + "  w: {int: [0, 900], role: warmup, default: 600}\n", Ask{}, 0.1, 0.13},
		{"longer probes get further", lr, Ask{Warmup: 0.1, Steps: 600}, 0.6, 0.8},
	} {
		t.Run(test.name, func(t *testing.T) {
			q, err := newQuestion(definition(t, test.params), test.ask)
			if err != nil {
				t.Fatal(err)
			}
			if q.share < test.low || q.share > test.high {
				t.Errorf("share %.3f, want %g to %g", q.share, test.low, test.high)
			}
		})
	}
}

func TestTheTrainersScheduleIsRead(t *testing.T) {
	for _, test := range []struct{ name, command, params, want string }{
		{"its default", "[danlu, train, --task, digits]", "", "constant"},
		{"a setting", "[danlu, train, --set, schedule=cosine]", "", "cosine"},
		{"a flag", "[danlu, train, --schedule=step]", "", "step"},
		{"a flag and its value", "[danlu, train, --schedule, linear]", "", "linear"},
		{"a parameter", "[danlu, train]", "  schedule: {choice: [onecycle, cosine], default: onecycle}\n", "onecycle"},
		{"another program", "[train, --schedule=step]", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			text := "command: " + test.command + "\nobjective: loss min\nbudget: none\nfidelity: {step: epoch, max: 9}\nparams:\n  lr: {float: [1e-5, 1e-1], log: true}\n" + test.params
			def, _, err := spec.Parse("danlu.yaml", []byte(text), spec.Options{})
			if err != nil {
				t.Fatal(err)
			}
			q, err := newQuestion(def, Ask{})
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := q.schedule(); got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}

func TestSettingsSearchWhereTheOutcomeSays(t *testing.T) {
	ok := Outcome{Param: "lr", Result: lrfind.Result{Verdict: lrfind.Ok, Suggestion: 0.01, Range: lrfind.Range{Low: 0.0031623, High: 0.031623}}}
	for _, test := range []struct {
		name, params string
		out          Outcome
		want         string
	}{
		{"no default", "  lr: {float: [1e-5, 1e-1], log: true}\n", ok, "params.lr.float=[0.00316, 0.0316]"},
		{"a default inside", "  lr: {float: [1e-5, 1e-1], log: true, default: 0.02}\n", ok, "params.lr.float=[0.00316, 0.0316]"},
		{"a default outside", "  lr: {float: [1e-5, 1e-1], log: true, default: 1e-4}\n", ok, "params.lr.float=[0.00316, 0.0316] params.lr.default=0.01"},
		{"nothing found", "  lr: {float: [1e-5, 1e-1], log: true}\n", Outcome{Param: "lr", Result: lrfind.Unknown(nil, "noise")}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			def := definition(t, test.params)
			set := test.out.Settings(def)
			if got := strings.Join(set, " "); got != test.want {
				t.Fatalf("got %q, want %q", got, test.want)
			}
			if _, _, err := spec.Parse("danlu.yaml", []byte(def.Source), spec.Options{Set: set}); err != nil {
				t.Errorf("a file refuses them: %v", err)
			}
		})
	}
}

func TestAnyResultCanBeDrawn(t *testing.T) {
	inf := math.Inf(1)
	for _, test := range []struct {
		name  string
		curve []lrfind.Point
	}{
		{"none", nil},
		{"one point", []lrfind.Point{{LR: 1e-3, Loss: 1}}},
		{"all diverged", []lrfind.Point{{LR: 1e-3, Loss: inf}, {LR: 1e-2, Loss: math.NaN()}}},
		{"a constant", []lrfind.Point{{LR: 1e-3, Loss: 0}, {LR: 1e-2, Loss: 0}, {LR: 1e-1, Loss: 0}}},
		{"a rate of zero", []lrfind.Point{{LR: 0, Loss: 1}, {LR: 1e-2, Loss: 2}}},
		{"an ordinary one", []lrfind.Point{{LR: 1e-3, Loss: 2}, {LR: 1e-2, Loss: 1}, {LR: 1e-1, Loss: 1e30}, {LR: 1, Loss: inf}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			out := Outcome{Param: "lr", Result: lrfind.Result{Verdict: lrfind.Ok, Suggestion: 1e-2, Curve: test.curve, Candidates: []lrfind.Candidate{{Name: "valley", LR: 5}}}}
			c := Chart(out)
			for _, line := range c.Lines(60, 12, false) {
				if line.Width() > 60 {
					t.Errorf("%d columns wide: %v", line.Width(), line)
				}
			}
			var b bytes.Buffer
			if err := plot.SVG(&b, []plot.Chart{c}); err != nil {
				t.Fatal(err)
			}
			for d := xml.NewDecoder(&b); ; {
				if _, err := d.Token(); err == io.EOF {
					break
				} else if err != nil {
					t.Fatalf("the drawing is not XML: %v", err)
				}
			}
			if len(Words(out, 60)) == 0 {
				t.Error("no words")
			}
		})
	}
}
