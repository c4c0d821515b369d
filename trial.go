package danlu

import (
	"context"
	"fmt"

	"github.com/danlu-ml/danlu/internal/engine"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

// Trial is one configuration to try. It is for one goroutine.
type Trial struct {
	Number int
	Seed   uint64 // for the trial's own randomness
	// From is the step to go on from, 0: from nothing; Source is the trial whose state
	// at that step it is, mostly this one, and another where this one begins as a copy
	// of it. From is 0 unless the study has [Config.Resume].
	From   int64
	Source int

	study   *Study
	params  space.Values
	attempt int
}

// Float is the value of a numeric parameter; 0 where it does not exist under the
// trial's other values. A name that is not in the space panics, as does a parameter
// of another kind: it is a slip of the programmer.
func (t *Trial) Float(name string) float64 {
	switch x := t.value(name, "Float").(type) {
	case nil:
		return 0
	case int64:
		return float64(x)
	default:
		return as[float64](x, name, "Float")
	}
}

// Int is the value of an integer parameter or of a choice of integers; see
// [Trial.Float].
func (t *Trial) Int(name string) int { return int(as[int64](t.value(name, "Int"), name, "Int")) }

// String is the value of a parameter of any kind as text; "" where it does not exist.
func (t *Trial) String(name string) string {
	t.value(name, "String")
	return t.params[name].String()
}

// Bool is the value of a boolean parameter; see [Trial.Float].
func (t *Trial) Bool(name string) bool { return as[bool](t.value(name, "Bool"), name, "Bool") }

// Has reports whether a parameter exists under the trial's other values.
func (t *Trial) Has(name string) bool {
	_, ok := t.params[name]
	return ok
}

// Params are all values by name: float64, int64, string or bool.
func (t *Trial) Params() map[string]any { return t.params.Any() }

// value is nil where the parameter does not exist.
func (t *Trial) value(name, method string) any {
	v, ok := t.params[name]
	if !ok && t.study.def.Space.Index(name) < 0 {
		panic(fmt.Sprintf("danlu: Trial.%s(%q): the study has no such parameter", method, name))
	}
	return v.Any()
}

func as[T any](value any, name, method string) (t T) {
	if value == nil {
		return t
	}
	t, ok := value.(T)
	if !ok {
		panic(fmt.Sprintf("danlu: Trial.%s(%q): the parameter is %v, of type %T", method, name, value, value))
	}
	return t
}

// Report tells how the trial stands at a step, which counts from 1 up: at least
// the objective's metric. It answers whether to go on. A trial that should not ends
// with [Trial.Stop], or, inside [Study.Optimize], by returning what it has.
//
// The first value of a step and metric stands. A value of an objective that is not
// finite ends the trial. When Report returns, the report is kept.
func (t *Trial) Report(ctx context.Context, step int64, values map[string]float64) (goOn bool, err error) {
	rows := make([]study.Point, 0, len(values))
	for name, v := range values {
		rows = append(rows, study.Point{Step: step, Metric: name, Value: v})
	}
	var d study.Decision
	err = t.study.do(ctx, func(e *engine.Engine) (err error) {
		d, err = e.Report(t.id(), t.attempt, rows)
		return err
	})
	return d == study.Continue && err == nil, err
}

// ShouldStop reports whether the trial has been told not to go on: by an answer to
// Report, or by a person.
func (t *Trial) ShouldStop() bool { return t.told() != study.Continue }

// Paused reports whether the trial has been told to pause rather than to stop: with
// [Config.Resume], keep its state before it ends. It may be asked for again, with
// the step it reached in From.
func (t *Trial) Paused() bool { return t.told() == study.Pause }

func (t *Trial) told() study.Decision {
	d := study.Continue
	t.study.look(func(v *study.View) { d = told(v.Trials[t.Number], t.attempt) })
	return d
}

// told is what an attempt has been told last; one that is over is to stop.
func told(t *study.Trial, attempt int) study.Decision {
	if t.State != study.Running || t.Attempt().Number != attempt {
		return study.Stop
	}
	if j, ok := t.Told(); ok {
		return j.Decision
	}
	return study.Continue
}

// Complete ends a trial that ran to its end. The values are those of the
// objectives, in order; without any, those reported count. One that is not finite
// has diverged; one against a constraint over metrics is infeasible.
func (t *Trial) Complete(values ...float64) error {
	objectives := t.study.def.Objectives
	if len(values) != 0 && len(values) != len(objectives) {
		return fmt.Errorf("trial %d ends with %d values, and the study has %d objectives", t.Number, len(values), len(objectives))
	}
	given := study.Numbers{}
	for i, v := range values {
		given[objectives[i].Metric] = v
	}
	return t.tell(study.Completed, given)
}

// Stop ends a trial before its end: as it was told, stopped, paused or diverged, or
// stopped where it was not told anything.
func (t *Trial) Stop() error {
	return t.study.do(context.Background(), func(e *engine.Engine) error {
		now := e.View().Trials[t.Number]
		switch d := told(now, t.attempt); {
		case d == study.Continue || now.State != study.Running:
			return e.Tell(t.id(), study.Stopped, nil)
		case d == study.Pause && *t.study.def.Fidelity.Resume:
			if err := e.Hold(t.id(), t.attempt, now.Step()); err != nil {
				return err
			}
		}
		return e.Exit(t.id(), t.attempt, study.Exit{})
	})
}

// Infeasible ends a trial that can't be tried, for want of memory say.
func (t *Trial) Infeasible() error { return t.tell(study.Infeasible, nil) }

// Fail ends a trial that went wrong, and says why. It is tried again where
// [Config.Retries] allows.
func (t *Trial) Fail(why string) error {
	return t.study.do(context.Background(), func(e *engine.Engine) error {
		return e.Exit(t.id(), t.attempt, study.Exit{Code: 1, Tail: why})
	})
}

// Release gives the trial back, neither good nor bad: it is offered again.
func (t *Trial) Release() error {
	return t.study.do(context.Background(), func(e *engine.Engine) error {
		if now := e.View().Trials[t.Number]; now.State == study.Running && now.Attempt().Number == t.attempt {
			e.Requeue(t.id(), "its program let go of it")
		}
		return nil
	})
}

func (t *Trial) tell(state study.State, values study.Numbers) error {
	return t.study.do(context.Background(), func(e *engine.Engine) error {
		return e.Tell(t.id(), state, values)
	})
}

func (t *Trial) id() study.TrialID { return study.TrialID(t.Number) }
