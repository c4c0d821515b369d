package space

import (
	"slices"
	"strings"
	"testing"
)

func TestScalesAgainstRoles(t *testing.T) {
	for _, c := range []struct {
		name string
		p    Param
		want string // empty: no warning
	}{
		{"a learning rate on a linear scale", Param{Name: "x", Role: "learning_rate", Domain: Float{Low: 1e-5, High: 1e-1}}, "is a learning rate, which acts by factors, on a linear scale"},
		{"a learning rate by its name", Param{Name: "optim.base_lr", Domain: Float{Low: 1e-5, High: 1e-1}}, "looks like a learning rate"},
		{"a learning rate as it should be", Param{Name: "lr", Domain: Float{Low: 1e-5, High: 1e-1, Log: true}}, ""},
		{"a narrow range", Param{Name: "lr", Domain: Float{Low: 1e-3, High: 3e-3}}, ""},
		{"weight decay from zero", Param{Name: "wd", Domain: Float{Low: 0, High: 0.1}}, "write float: [1e-05, 0.1], log: true"},
		{"dropout on a log scale", Param{Name: "x", Role: "dropout", Domain: Float{Low: 0.01, High: 0.5, Log: true}}, "acts by differences, on a log scale"},
		{"dropout as it should be", Param{Name: "dropout", Domain: Float{Low: 0, High: 0.5}}, ""},
		{"dropout of everything", Param{Name: "dropout", Domain: Float{Low: 0, High: 1}}, "stays below 1"},
		{"a role beats a name", Param{Name: "lr", Role: "warmup", Domain: Float{Low: 0, High: 10}}, ""},
		{"a choice of numbers", Param{Name: "batch", Domain: Choice{Values: []Value{IntValue(32), IntValue(64), FloatValue(128)}}}, "add ordered: true"},
		{"an ordered choice", Param{Name: "batch", Domain: Choice{Ordered: true, Values: []Value{IntValue(32), IntValue(64), IntValue(128)}}}, ""},
		{"two numbers are in order anyhow", Param{Name: "batch", Domain: Choice{Values: []Value{IntValue(32), IntValue(64)}}}, ""},
		{"a default between the steps", Param{Name: "x", Domain: Int{Low: 0, High: 10, Step: 5}, Default: IntValue(3)}, "the nearest of which is 5"},
		{"a default on a step", Param{Name: "x", Domain: Float{Low: 0, High: 1, Step: 0.1}, Default: FloatValue(0.3)}, ""},
		{"words", Param{Name: "optimizer", Domain: words("a", "b", "c")}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := mustSpace(t, c.p).Warnings()
			switch {
			case c.want == "" && len(got) > 0:
				t.Errorf("warnings without need: %v", got)
			case c.want != "" && (len(got) != 1 || got[0].Param != c.p.Name || !strings.Contains(got[0].Text, c.want)):
				t.Errorf("got %v, want …%s…", got, c.want)
			}
		})
	}
}

func TestNamesSuggestRoles(t *testing.T) {
	for name, want := range map[string]string{
		"lr": "learning_rate", "base-lr": "learning_rate", "optimizer/lr": "learning_rate", "learning_rate_init": "learning_rate",
		"lr_decay": "", "lr_warmup_steps": "", "color": "", "weight_decay": "weight_decay", "L2": "weight_decay", "attn_dropout": "dropout",
		"drop_rate": "dropout", "backdrop": "", "num_layers": "depth", "n_hidden_layers": "depth", "sgd_momentum": "momentum", "eps": "epsilon", "steps": "",
	} {
		if got := GuessRole(name); got != want {
			t.Errorf("%s suggests %q, want %q", name, got, want)
		}
	}
}

func TestRolesAreSorted(t *testing.T) {
	if names := Roles(); !slices.IsSorted(names) || len(names) < 20 {
		t.Errorf("roles: %v", names)
	}
}

func TestNearestForgivesSlips(t *testing.T) {
	among := []string{"learning_rate", "batch_size", "lr", "Width"}
	for word, want := range map[string]string{
		"learning-rate": "learning_rate", "lerning_rat": "learning_rate", "batchsize": "batch_size", "ls": "lr", "width": "Width",
		"depth": "", "x": "", "": "",
	} {
		if got := Nearest(word, among); got != want {
			t.Errorf("nearest to %q is %q, want %q", word, got, want)
		}
	}
}
