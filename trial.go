package danlu

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/danlu-ml/danlu/internal/engine"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

// Trial is one configuration to try. It is for one goroutine.
type Trial struct {
	Number  int
	Seed    uint64 // for the trial's own randomness
	study   *Study
	params  space.Values
	attempt int
	stop    atomic.Bool
}

// Float is the value of a parameter as a float; 0 where it does not exist under
// the trial's other values. A name that is not in the space panics, as does a
// parameter of another kind: it is a slip of the programmer.
func (t *Trial) Float(name string) float64 { return t.value(name, "Float").Float() }

// Int is the value of an integer parameter or of a choice of integers.
func (t *Trial) Int(name string) int { return int(t.value(name, "Int").Int()) }

// String is the value of a choice as text.
func (t *Trial) String(name string) string { return t.value(name, "String").String() }

// Bool is the value of a boolean parameter.
func (t *Trial) Bool(name string) bool { return t.value(name, "Bool").Bool() }

// Has reports whether a parameter exists under the trial's other values.
func (t *Trial) Has(name string) bool {
	_, ok := t.params[name]
	return ok
}

// Params are all values by name: float64, int64, string or bool.
func (t *Trial) Params() map[string]any { return t.params.Any() }

func (t *Trial) value(name, method string) space.Value {
	v, ok := t.params[name]
	if !ok && t.study.session.Engine.View().Def.Space.Index(name) < 0 {
		panic(fmt.Sprintf("danlu: Trial.%s(%q): the study has no such parameter", method, name))
	}
	return v
}

// Report tells how the trial stands at a step, which counts from 1 up: at least
// the objective's metric. It answers whether to go on; a trial that should not
// ends by returning what it has.
func (t *Trial) Report(ctx context.Context, step int64, values map[string]float64) (goOn bool, err error) {
	rows := make([]study.Point, 0, len(values))
	for name, v := range values {
		rows = append(rows, study.Point{Step: step, Metric: name, Value: v})
	}
	var d study.Decision
	err = t.study.do(ctx, func(e *engine.Engine) (err error) {
		d, err = e.Report(study.TrialID(t.Number), t.attempt, rows)
		return err
	})
	if d != study.Continue {
		t.stop.Store(true)
	}
	return d == study.Continue && err == nil, err
}

// ShouldStop reports whether the trial has been told not to go on.
func (t *Trial) ShouldStop() bool { return t.stop.Load() }

// Complete ends a trial that ran to its end, with its value. One that is not
// finite has diverged.
func (t *Trial) Complete(value float64) error {
	return t.end(study.Completed, study.Numbers{t.study.metric(): value})
}

// Stop ends a trial that was told to stop.
func (t *Trial) Stop() error { return t.end(study.Stopped, nil) }

// Infeasible ends a trial that can't be tried, for want of memory say.
func (t *Trial) Infeasible() error { return t.end(study.Infeasible, nil) }

// Fail ends a trial that went wrong, and says why.
func (t *Trial) Fail(why string) error {
	id := study.TrialID(t.Number)
	return t.study.do(context.Background(), func(e *engine.Engine) error {
		return e.Exit(id, t.attempt, study.Exit{Code: 1, Tail: why})
	})
}

func (t *Trial) end(state study.State, values study.Numbers) error {
	return t.study.do(context.Background(), func(e *engine.Engine) error {
		return e.Tell(study.TrialID(t.Number), state, values)
	})
}
