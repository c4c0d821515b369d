package sweep

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/danlu-ml/danlu/internal/command"
	"github.com/danlu-ml/danlu/internal/draft"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/spec"
	"github.com/danlu-ml/danlu/internal/study"
)

// translate gives the definition that danlu reads from the translation.
func translate(t *testing.T, text string) (*study.Definition, []string) {
	t.Helper()
	f, lost, err := Translate("sweep.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	def, _, err := spec.Parse("danlu.yaml", f.Bytes(), spec.Options{})
	if err != nil {
		t.Fatalf("%v\n%s", err, f.Bytes())
	}
	return def, lost
}

func TestDistributions(t *testing.T) {
	for _, c := range []struct{ sweep, want string }{
		{"{min: 1, max: 5}", "{int: [1, 5]}"},
		{"{min: 0.0, max: 0.5}", "{float: [0, 0.5]}"},
		{"{min: 1, max: 5.5}", "{float: [1, 5.5]}"},
		{"{distribution: int_uniform, min: 1, max: 5}", "{int: [1, 5]}"},
		{"{distribution: uniform, min: 1, max: 5}", "{float: [1, 5]}"},
		{"{distribution: q_uniform, min: 0, max: 1, q: 0.25}", "{float: [0, 1], step: 0.25}"},
		{"{distribution: q_uniform, min: 0, max: 10}", "{int: [0, 10]}"},
		{"{distribution: log_uniform, min: -4.605170186, max: 0}", "{float: [0.01, 1], log: true}"},
		{"{distribution: log_uniform_values, min: 1e-5, max: 1e-1}", "{float: [1e-5, 0.1], log: true}"},
		{"{distribution: inv_log_uniform, min: 0, max: 4.605170186}", "{float: [0.01, 1], log: true}"},
		{"{distribution: inv_log_uniform_values, min: 0.01, max: 1}", "{float: [0.01, 1], log: true}"},
		{"{distribution: q_log_uniform, q: 1, min: 0, max: 4.605170186}", "{int: [1, 100], log: true}"},
		{"{distribution: q_log_uniform_values, q: 8, min: 8, max: 256}", "{int: [8, 256], log: true, step: 8}"},
		{"{distribution: normal, mu: 0.9, sigma: 0.02}", "{float: [0.84, 0.96], prior: {near: 0.9, within: 0.02}}"},
		{"{distribution: q_normal, mu: 10, sigma: 2, q: 2}", "{int: [4, 16], step: 2, prior: {near: 10, within: 2}}"},
		{"{distribution: log_normal, mu: 0, sigma: 1}", "{float: [0.0497871, 20.0855], log: true, prior: {near: 1, within: 2.71828}}"},
		{"{distribution: q_log_normal, mu: 3, sigma: 1, q: 1}", "{int: [1, 403], log: true, prior: {near: 20, within: 2.71828}}"},
		{"{values: [32, 64]}", "{choice: [32, 64], ordered: true}"},
		{"{values: [adam, sgd]}", "{choice: [adam, sgd]}"},
		{"{distribution: categorical, values: [relu, null]}", "{choice: [relu, None]}"},
		{"{values: [true, false]}", `{choice: ["True", "False"]}`},
		{"{values: [[1, 2], [a]]}", `{choice: ["[1, 2]", "['a']"]}`},
		{"{distribution: categorical_w_probabilities, values: [a, b], probabilities: [0.75, 0.25]}", "{choice: [a, b], prior: {a: 1.5, b: 0.5}}"},
	} {
		f, _, err := Translate("sweep.yaml", []byte("program: t.py\nmethod: random\nmetric: {name: loss}\nparameters:\n  p: "+c.sweep+"\n"))
		if err != nil {
			t.Errorf("%s: %v", c.sweep, err)
			continue
		}
		if got := draft.Domain(f.Params[0].Param); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.sweep, got, c.want)
		}
		if _, _, err := spec.Parse("danlu.yaml", f.Bytes(), spec.Options{}); err != nil {
			t.Errorf("%s is translated into what danlu refuses: %v", c.sweep, err)
		}
	}
}

const macros = `
program: train.py
method: bayes
metric: {name: val_loss, goal: minimize, target: 0.1}
run_cap: 7
parameters:
  lr: {distribution: log_uniform_values, min: 1e-3, max: 1e-1}
  opt: {values: [adam, "it's"]}
  amp: {values: [true, false]}
  epochs: {value: 27}
  flag: {value: true}
  model: {parameters: {width: {values: [64, 128]}, kind: {value: "{a}"}}}
`

// What danlu starts is what W&B's agent would start. The trial has lr 0.01, opt
// it's, amp true, width 64.
func TestMacros(t *testing.T) {
	for _, c := range []struct {
		name, command string
		want          []string
	}{
		{"the default", "", []string{"python", "train.py", "--lr=0.01", "--opt=it's", "--amp=True", "--epochs=27", "--flag=True", "--model.width=64", "--model.kind={a}"}},
		{"no hyphens", `["${env}", "${interpreter}", "${program}", "${args_no_hyphens}"]`, []string{"python", "train.py", "lr=0.01", "opt=it's", "amp=True", "epochs=27", "flag=True", "model.width=64", "model.kind={a}"}},
		{"no boolean flags", `["${env}", A=1, python3, "${program}", "${args_no_boolean_flags}", "x{y}"]`, []string{"env", "A=1", "python3", "train.py", "--lr=0.01", "--opt=it's", "--amp", "--epochs=27", "--flag", "--model.width=64", "--model.kind={a}", "x{y}"}},
		{"JSON", `["${interpreter}", "${program}", "--config=${args_json}"]`, []string{"python", "train.py", `--config={"lr": 0.01, "opt": "it's", "amp": true, "epochs": 27, "flag": true, "model": {"width": 64, "kind": "{a}"}}`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := macros
			if c.command != "" {
				text += "command: " + c.command + "\n"
			}
			def, _ := translate(t, text)
			if d := cmp.Diff(c.want, expand(t, def, command.Vars{})); d != "" {
				t.Errorf("arguments (-want +got):\n%s", d)
			}
		})
	}
}

func expand(t *testing.T, def *study.Definition, v command.Vars) []string {
	t.Helper()
	v.Params = space.Values{"lr": space.FloatValue(0.01), "opt": space.StringValue("it's"), "model.width": space.IntValue(64), "amp": space.BoolValue(true)}
	if c := def.Space.Param(def.Space.Index("amp")).Domain.(space.Choice); !c.IsBool() {
		v.Params["amp"] = space.StringValue("True")
	}
	v.Order = def.Space.Names()
	argv, err := command.Expand(def.Command, v)
	if err != nil {
		t.Fatal(err)
	}
	return argv
}

// Variables of the environment, and a file of the parameters, are put in by a shell.
func TestMacrosOfTheEnvironment(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("there is no sh")
	}
	text := macros + `command: ["${env}", printf, "%s|", "${envvar:KEY}", "a'b ${envvar:KEY}{c}", "${args_no_boolean_flags}", "${args_json_file}"]` + "\n"
	def, _ := translate(t, text)
	v := command.Vars{Dir: t.TempDir()}
	argv := expand(t, def, v)
	v.Params = space.Values{"lr": space.FloatValue(0.01), "opt": space.StringValue("it's $HOME"), "model.width": space.IntValue(64), "amp": space.BoolValue(false)}
	env, err := command.Env([]string{"KEY=s e\"cret", "PATH=/bin:/usr/bin"}, nil, v)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Env = env
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %q", err, argv)
	}
	want := `s e"cret|a'b s e"cret{c}|--lr=0.01|--opt=it's $HOME|--epochs=27|--flag|--model.width=64|--model.kind={a}|` + v.Dir + "/params.json|"
	if string(out) != want {
		t.Errorf("got  %s\nwant %s", out, want)
	}
}

func TestSearchAndItsEnd(t *testing.T) {
	def, lost := translate(t, macros+"early_terminate: {type: hyperband, s: 2, eta: 3, max_iter: 27, strict: true}\nproject: speech\n")
	if def.Budget.Trials != 7 || def.Sampler.Name != "auto" || def.Scheduler.Name != "asha" || def.Fidelity.Max != 27 {
		t.Errorf("budget %d, sampler %s, scheduler %s, fidelity %d", def.Budget.Trials, def.Sampler.Name, def.Scheduler.Name, def.Fidelity.Max)
	}
	if got := string(def.Scheduler.Options["min"]); got != "3" {
		t.Errorf("the first comparison is at %s, want 3", got)
	}
	if def.Target == nil || def.Target.Op != "<=" || def.Target.Value != 0.1 {
		t.Errorf("target %+v", def.Target)
	}
	for i, want := range []string{"sweep.yaml:12: model is nested", "sweep.yaml:13: early_terminate.strict", "sweep.yaml:14: project"} {
		if i >= len(lost) || !strings.HasPrefix(lost[i], want) {
			t.Errorf("%q is not said: %q", want, lost)
		}
	}
	for method, want := range map[string]string{"grid": "grid", "random": "random"} {
		def, _ := translate(t, "program: t.py\nmethod: "+method+"\nmetric: {name: acc, goal: maximize}\nparameters: {a: {values: [1, 2]}}\n")
		if def.Sampler.Name != want || def.Scheduler.Name != "none" || !def.Objectives[0].Maximize {
			t.Errorf("%s: sampler %s, scheduler %s, %s", method, def.Sampler.Name, def.Scheduler.Name, def.Objectives[0])
		}
	}
}

func TestSweepsThatCannotBeTranslated(t *testing.T) {
	for text, want := range map[string]string{
		"":                                  "no mapping",
		"a: [":                              "read the sweep",
		"program: t.py":                     "no parameters",
		"parameters: {a: {values: [1, 2]}}": "no program",
		"program: t.py\nparameters: {a: {value: 1}}": "all its parameters are constants",
	} {
		_, _, err := Translate("sweep.yaml", []byte(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want …%s…", text, err, want)
		}
	}
}
