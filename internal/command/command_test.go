package command_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/danlu-ml/danlu/internal/command"
	"github.com/danlu-ml/danlu/internal/space"
)

func testSpace(t testing.TB) *space.Space {
	t.Helper()
	s, err := space.New([]space.Param{
		{Name: "lr", Domain: space.Float{Low: 1e-5, High: 1e-1, Log: true}},
		{Name: "optimizer", Domain: space.Choice{Values: []space.Value{space.StringValue("sgd"), space.StringValue("adamw")}}},
		{Name: "momentum", Domain: space.Float{Low: 0.8, High: 0.99}, When: []space.Condition{{Param: "optimizer", In: []space.Value{space.StringValue("sgd")}}}},
		{Name: "batch_size", Domain: space.Int{Low: 1, High: 512}},
		{Name: "amp", Domain: space.Bool()},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func vars(t testing.TB) command.Vars {
	return command.Vars{
		Study: "frames", Trial: 7, Attempt: 2, Order: testSpace(t).Names(), Dir: "/runs/7 a", Seed: 18446744073709551615, MaxStep: 30,
		Params: space.Values{
			"lr": space.FloatValue(1e-5), "optimizer": space.StringValue("it's \"a\nb\""), "batch_size": space.IntValue(64), "amp": space.BoolValue(false),
		},
	}
}

func TestPlaceholdersAreFilledIn(t *testing.T) {
	for _, c := range []struct {
		name      string
		cmd, want []string
	}{
		{
			"all parameters that exist, in the order of the file",
			[]string{"python", "train.py", "{params}", "--tag", "run {trial}"},
			[]string{"python", "train.py", "--lr=1e-05", "--optimizer=it's \"a\nb\"", "--batch_size=64", "--amp=false", "--tag", "run 7"},
		},
		{
			"values inside arguments stay one argument",
			[]string{"./train", "--opt={optimizer},{batch_size}", "{lr}"},
			[]string{"./train", "--opt=it's \"a\nb\",64", "1e-05"},
		},
		{
			"what the trial is given",
			[]string{"sh", "{dir}/x", "{seed}", "--resume={resume}", "{trial}{trial}"},
			[]string{"sh", "/runs/7 a/x", "18446744073709551615", "--resume=", "77"},
		},
		{
			"braces",
			[]string{"x", `{{"lr": {lr}}}`, "a}b", "{{params}}"},
			[]string{"x", `{"lr": 1e-05}`, "a}b", "{params}"},
		},
		{
			"a parameter that does not exist in this trial is empty",
			[]string{"x", "{params}", "m{momentum}"},
			[]string{"x", "--lr=1e-05", "--optimizer=it's \"a\nb\"", "--batch_size=64", "--amp=false", "m"},
		},
		{
			"conditions, which leave out what does not hold",
			[]string{"x", "{lr?--lr}", "{lr?{lr}}", "{momentum?--momentum={momentum}}", "{amp?--amp}", "{!amp?--no-amp}", "{resume?-r={resume}}", "{!resume?--fresh}"},
			[]string{"x", "--lr", "1e-05", "--no-amp", "--fresh"},
		},
		{
			"conditions inside arguments, and in each other",
			[]string{"x", "opt={optimizer}{momentum?,m={momentum}}{amp?,amp}", "{lr?{batch_size?b{batch_size}{{x}}{!amp?!}"},
			[]string{"x", "opt=it's \"a\nb\"", "b64{x!"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := command.Check(c.cmd, testSpace(t)); err != nil {
				t.Fatal(err)
			}
			got, err := command.Expand(c.cmd, vars(t))
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("arguments (-want +got):\n%s", d)
			}
		})
	}
}

// Some programs take the type of a number from its digits, and refuse 0 where they
// have 0.0; to others a float that goes by whole steps is an int.
func TestFloatsAreWrittenAsFloats(t *testing.T) {
	s, err := space.New([]space.Param{
		{Name: "dropout", Domain: space.Float{High: 0.5}},
		{Name: "steps", Domain: space.Float{Low: 10, High: 100, Step: 10}},
		{Name: "decay", Domain: space.Choice{Values: []space.Value{space.FloatValue(0), space.FloatValue(0.1)}}},
		{Name: "layers", Domain: space.Int{Low: 1, High: 4}},
	})
	if err != nil {
		t.Fatal(err)
	}
	v := command.Vars{Space: s, Order: s.Names(), Params: space.Values{
		"dropout": space.FloatValue(0), "steps": space.FloatValue(20), "decay": space.FloatValue(0), "layers": space.IntValue(2),
	}}
	got, err := command.Expand([]string{"x", "{params}", "-d", "{dropout}", "{dropout?p={dropout}}"}, v)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"x", "--dropout=0.0", "--steps=20", "--decay=0.0", "--layers=2", "-d", "0.0", "p=0.0"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("arguments (-want +got):\n%s", d)
	}
}

func TestValuesAreNotExpandedAgain(t *testing.T) {
	v := vars(t)
	v.Params["optimizer"] = space.StringValue("{lr}{{")
	got, err := command.Expand([]string{"x", "{optimizer}", "{params}"}, v)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"x", "{lr}{{", "--lr=1e-05", "--optimizer={lr}{{", "--batch_size=64", "--amp=false"}, got); d != "" {
		t.Errorf("arguments (-want +got):\n%s", d)
	}
}

func TestCommandsThatCannotBeFilledInAreRefused(t *testing.T) {
	for _, c := range []struct {
		cmd  []string
		arg  int
		want string
	}{
		{nil, 0, "names no program"},
		{[]string{""}, 0, "names no program"},
		{[]string{"x", "--p={params}"}, 1, "make it one of its own"},
		{[]string{"x", "{params} "}, 1, "make it one of its own"},
		{[]string{"x", "{momentum}"}, 1, `momentum exists only when optimizer = sgd; write "{params}"`},
		{[]string{"x", "{momentun}"}, 1, "did you mean {momentum}?"},
		{[]string{"x", "{quux}"}, 1, "there are lr, optimizer, momentum, batch_size, amp, params, trial, dir, seed, resume"},
		{[]string{"x", "{}"}, 1, "{} is not a parameter"},
		{[]string{"x", `{"lr": 3}`}, 1, "write {{ and }} for braces"},
		{[]string{"x", "a{lr"}, 1, "does not close it"},
		{[]string{"x", "{lr?a"}, 1, "does not close it"},
		{[]string{"x", "{lr?{momentum}}"}, 1, "momentum exists only when optimizer = sgd"},
		{[]string{"x", "{trial?a}"}, 1, "always there or unknown"},
		{[]string{"x", "{lrr?a}"}, 1, "always there or unknown"},
		{[]string{"x", "y", "a\x00b"}, 2, "NUL byte"},
	} {
		t.Run(strings.Join(c.cmd, " "), func(t *testing.T) {
			err := command.Check(c.cmd, testSpace(t))
			e, ok := err.(*command.Error)
			if !ok {
				t.Fatalf("error is %v, want a *command.Error", err)
			}
			if e.Arg != c.arg || !strings.Contains(e.Text, c.want) {
				t.Errorf("got argument %d: %s\nwant argument %d: …%s…", e.Arg, e.Text, c.arg, c.want)
			}
		})
	}
}

func FuzzExpand(f *testing.F) {
	for _, arg := range []string{"{params}", "--lr={lr}", "{{{trial}}}", "{", "}", "{{", "{lr?a{lr}}", "{!lr?{", "a{b}c", "\x00"} {
		f.Add(arg)
	}
	f.Fuzz(func(t *testing.T, arg string) {
		cmd := []string{"x", arg}
		if command.Check(cmd, testSpace(t)) != nil {
			return
		}
		got, err := command.Expand(cmd, vars(t))
		if err != nil {
			t.Fatalf("%q passed the check and can't be expanded: %v", arg, err)
		}
		if arg != "{params}" && len(got) > 2 {
			t.Fatalf("%q became %d arguments: %q", arg, len(got)-1, got[1:])
		}
	})
}
