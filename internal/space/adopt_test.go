package space_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/danlu-ml/danlu/internal/space"
)

func TestAdoptingAConfigurationOfAnotherSpace(t *testing.T) {
	words := space.Choice{Values: []space.Value{space.StringValue("sgd"), space.StringValue("adamw")}}
	s, err := space.New([]space.Param{
		{Name: "lr", Domain: space.Float{Low: 1e-4, High: 1e-1, Log: true}},
		{Name: "width", Domain: space.Int{Low: 16, High: 128}, Default: space.IntValue(32)},
		{Name: "optimizer", Domain: words},
		{Name: "momentum", Domain: space.Float{Low: 0.5, High: 0.9}, When: []space.Condition{{Param: "optimizer", In: []space.Value{space.StringValue("sgd")}}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	f, i, w := space.FloatValue, space.IntValue, space.StringValue
	for name, c := range map[string]struct {
		other, want space.Values // no want: it has no place here
	}{
		"the same space": {
			space.Values{"lr": f(0.01), "width": i(64), "optimizer": w("adamw")},
			space.Values{"lr": f(0.01), "width": i(64), "optimizer": w("adamw")},
		},
		"less, and others": {
			space.Values{"lr": f(0.01), "depth": i(3)},
			space.Values{"lr": f(0.01), "width": i(32), "optimizer": w("sgd"), "momentum": f(0.7)},
		},
		"a little outside": {
			space.Values{"lr": f(0.11), "width": i(10), "optimizer": w("adamw")},
			space.Values{"lr": f(0.1), "width": i(16), "optimizer": w("adamw")},
		},
		"a float for an integer": {
			space.Values{"width": f(63.7), "lr": f(0.01), "optimizer": w("adamw")},
			space.Values{"width": i(64), "lr": f(0.01), "optimizer": w("adamw")},
		},
		"what does not exist under the others": {
			space.Values{"lr": f(0.01), "width": i(64), "optimizer": w("adamw"), "momentum": f(0.6)},
			space.Values{"lr": f(0.01), "width": i(64), "optimizer": w("adamw")},
		},
		"far outside":        {space.Values{"lr": f(3)}, nil},
		"not on a log scale": {space.Values{"lr": f(-1)}, nil},
		"another value":      {space.Values{"lr": f(0.01), "optimizer": w("lion")}, nil},
		"another kind":       {space.Values{"lr": w("high")}, nil},
		"nothing in common":  {space.Values{"depth": i(3)}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := s.Adopt(c.other)
			if ok != (c.want != nil) {
				t.Fatalf("adopted: %v (%v)", ok, got)
			}
			if d := cmp.Diff(c.want, got, cmp.AllowUnexported(space.Value{})); ok && d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}
