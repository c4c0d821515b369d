package aside_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/danlu-ml/danlu/internal/aside"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/spec"
	"github.com/danlu-ml/danlu/internal/study"
)

func definition(t *testing.T, params string) *study.Definition {
	t.Helper()
	text := "command: [train, \"{params}\"]\nobjective: loss min\nbudget: none\nparams:\n" + params
	def, _, err := spec.Parse("danlu.yaml", []byte(text), spec.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return def
}

func TestATrialIsTheDefaultOneButForOneParameter(t *testing.T) {
	f, s := space.FloatValue, space.StringValue
	for _, c := range []struct {
		name, params string
		want         space.Values
	}{
		{"others keep their defaults", "  lr: {float: [1e-3, 1]}\n  width: {int: [1, 9], default: 3}\n", space.Values{"lr": f(0.02), "width": space.IntValue(3)}},
		{"what scales with it follows from its default", "  lr: {float: [1e-3, 1], log: true, default: 0.01}\n  decay: {float: [1e-3, 1], log: true, scales_with: {lr: inverse, at: 0.01}, default: 0.1}\n", space.Values{"lr": f(0.02), "decay": f(0.05)}},
		{"it scales itself", "  batch: {choice: [16, 64], default: 64}\n  lr: {float: [1e-3, 1], scales_with: {batch: sqrt, at: 16}}\n", space.Values{"lr": f(0.02), "batch": space.IntValue(64)}},
		{"some do not exist by default", "  lr: {float: [1e-3, 1]}\n  optimizer: {choice: [adam, sgd], default: adam}\n  momentum: {float: [0, 1], when: {optimizer: sgd}}\n", space.Values{"lr": f(0.02), "optimizer": s("adam")}},
		{"one depends on it", "  lr: {float: [1e-3, 1], default: 0.001}\n  clip: {float: [0, 4], when: {lr: '> 0.01'}}\n", space.Values{"lr": f(0.02), "clip": f(2)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			def := definition(t, c.params)
			i := def.Space.Index("lr")
			beside, err := aside.Define(def, "beside", "lr", def.Space.Param(i), space.Float{Low: 1e-6, High: 10, Log: true}, nil)
			if err != nil {
				t.Fatal(err)
			}
			got, err := aside.At(def, beside.Space, "lr", f(0.02))
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, got, cmp.Comparer(func(a, b space.Value) bool { return a == b })); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

func TestTheScaleIsWhatTheProgramGetsOfTheFilesRate(t *testing.T) {
	for _, c := range []struct {
		name, params string
		want         float64
	}{
		{"it stands alone", "  lr: {float: [1e-3, 1]}\n", 1},
		{"the default is beside the reference", "  batch: {choice: [16, 64], default: 64}\n  lr: {float: [1e-3, 1], scales_with: {batch: sqrt, at: 16}}\n", 2},
		{"the default is the reference", "  batch: {choice: [16, 64], default: 16}\n  lr: {float: [1e-3, 1], scales_with: {batch: sqrt, at: 16}}\n", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			def := definition(t, c.params)
			if got := aside.Scale(def, def.Space.Param(def.Space.Index("lr"))); got != c.want {
				t.Errorf("%g, want %g", got, c.want)
			}
		})
	}
}

func TestAParameterOfAnotherRoleIsRefused(t *testing.T) {
	def := definition(t, "  lr: {float: [1e-3, 1], log: true}\n  batch: {choice: [16, 64], role: batch_size}\n")
	p, err := aside.Param(def, "learning_rate", "--param", "batch")
	if want := "danlu.yaml:6: --param batch: its role is batch_size, and a learning rate is wanted: name another parameter, or mark this one with role: learning_rate"; err == nil || err.Error() != want {
		t.Errorf("%v, %v", p, err)
	}
}
