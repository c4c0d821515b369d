package demo_test

import (
	"context"
	"testing"

	"github.com/danlu-ml/danlu/internal/demo"
	"github.com/danlu-ml/danlu/internal/driver"
	"github.com/danlu-ml/danlu/internal/engine"
	"github.com/danlu-ml/danlu/internal/store/memory"
	"github.com/danlu-ml/danlu/internal/study"
)

// short runs the demo's own trials, fewer and shorter ones, to their end.
func short(t *testing.T, st *memory.Store, dir, name string) *study.View {
	t.Helper()
	def, err := demo.Definition(dir)
	if err != nil {
		t.Fatal(err)
	}
	def.Name, def.Budget.Trials, def.Fidelity.Max = name, 2, 1
	res, v, err := driver.Run(context.Background(), driver.Options{
		Definition: def, Store: st, Runs: dir, What: "a test", Train: demo.Train, Said: func(string) {},
	})
	if err != nil || res.Reason != engine.Budget {
		t.Fatalf("the demo ends with %q, %v", res.Reason, err)
	}
	return v
}

func TestTheDemoTrainsReportsAndRepeats(t *testing.T) {
	a := short(t, memory.New(), t.TempDir(), "demo")
	b := short(t, memory.New(), t.TempDir(), "demo")
	first := a.DefaultTrial()
	if first == nil || first.ID != 0 || first.State != study.Completed {
		t.Fatalf("the default trial is %+v", first)
	}
	if s := first.Metrics["test_accuracy"]; s == nil || s.Count != 1 {
		t.Errorf("the default trial has the test accuracy %+v, want it once", s)
	}
	if v := first.Values["val_accuracy"]; v < 0.3 || v > 1 {
		t.Errorf("after an epoch the default reaches %v", v)
	}
	// The same trials give the same numbers, whatever ran beside them.
	for i := range a.Trials {
		x, y := a.Trials[i], b.Trials[i]
		if x.State == study.Completed && y.State == study.Completed && x.Loss() != y.Loss() {
			t.Errorf("trial %d came to %v and, once more, to %v", i, x.Values, y.Values)
		}
	}
}

func TestADemoThatHasEndedIsFollowedByANewOne(t *testing.T) {
	st, dir, ctx := memory.New(), t.TempDir(), context.Background()
	for _, want := range []string{"demo", "demo-2"} {
		name, err := demo.Name(ctx, st)
		if err != nil || name != want {
			t.Fatalf("the study to run is %q (%v), want %q", name, err, want)
		}
		short(t, st, dir, name)
	}
}
