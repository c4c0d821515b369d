package space

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestRolesProposeRanges(t *testing.T) {
	none := Value{}
	for _, c := range []struct {
		role  string
		at    Value
		whole bool
		want  string
	}{
		{"learning_rate", none, false, "float 1e-05 … 0.1, log"},
		{"learning_rate", FloatValue(1e-3), false, "float 3e-05 … 0.03, log"},
		{"learning_rate", FloatValue(0.1), false, "float 0.003 … 1, log"},
		{"learning_rate", FloatValue(5e-5), false, "float 1e-06 … 0.003, log"},
		{"learning_rate", FloatValue(20), false, "float 0.3 … 100, log"},
		{"weight_decay", FloatValue(0.01), false, "float 0.0001 … 0.5, log"},
		{"weight_decay", FloatValue(5e-4), false, "float 1e-06 … 0.01, log"},
		{"weight_decay", FloatValue(0), false, "choice of 0, 1e-06, 1e-05, 0.0001, 0.001, 0.01, 0.1, 0.5"},
		{"momentum", FloatValue(0.9), false, "float 0.8 … 0.99"},
		{"beta", FloatValue(0.999), false, "float 0.95 … 0.9999"},
		{"dropout", FloatValue(0.1), false, "float 0 … 0.5"},
		{"dropout", FloatValue(0.7), false, "float 0 … 0.7"},
		{"batch_size", IntValue(64), true, "choice of 16, 32, 64, 128, 256"},
		{"batch_size", IntValue(1), true, "choice of 1, 2, 4"},
		{"batch_size", IntValue(20), true, "choice of 5, 10, 20, 40, 80"},
		{"depth", IntValue(2), true, "int 1 … 4"},
		{"width", IntValue(128), true, "int 32 … 512, log"},
		{"clip_norm", FloatValue(0), false, "choice of 0, 0.1, 0.3, 1, 3, 10"},
		{"clip_norm", FloatValue(0.25), false, "float 0.01 … 3, log"},
		{"kernel_size", IntValue(9), true, "choice of 3, 5, 7, 9"},
		{"warmup", FloatValue(0), false, "float 0 … 0.2"},
		{"warmup", IntValue(0), true, ""},
		{"schedule", FloatValue(0.7), false, "float 0.1 … 0.95"},
		{"optimizer", none, false, ""},
		{"learning_rate", FloatValue(-1), false, ""},
	} {
		d, ok := Propose(c.role, c.at, c.whole)
		got := ""
		if ok {
			got = d.String()
		}
		if got != c.want {
			t.Errorf("%s at %s: got %q, want %q", c.role, c.at, got, c.want)
		}
	}
}

func TestProposedRangesHoldTheValueNow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		role := rapid.SampledFrom(Roles()).Draw(t, "role")
		whole := rapid.Bool().Draw(t, "whole")
		x := FloatValue(math.Pow(10, rapid.Float64Range(-9, 4).Draw(t, "x")))
		if rapid.Bool().Draw(t, "zero") {
			x = FloatValue(0)
		}
		if whole {
			x = IntValue(rapid.Int64Range(0, 1_000_000).Draw(t, "n"))
		}
		d, ok := Propose(role, x, whole)
		if !ok {
			return
		}
		s, err := New([]Param{{Name: "p", Domain: d, Default: x, Role: role}})
		if err != nil {
			t.Fatalf("%s at %s: %v", role, x, err)
		}
		if w := s.Warnings(); len(w) > 0 {
			t.Fatalf("%s at %s: %v", role, x, w)
		}
	})
}
