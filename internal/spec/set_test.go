package spec

import (
	"strings"
	"testing"
	"time"

	"github.com/danlu-ml/danlu/internal/space"
)

const settable = `objective: val_loss min
params:
  lr: {float: [1e-5, 1e-1], log: true}
  optim.depth: {int: [1, 8]}
  optimizer: {choice: [sgd, adamw]}
budget: {trials: 60}
target: val_loss <= 0.1
`

func TestSettingsChangeTheFile(t *testing.T) {
	o := names
	o.Set = []string{
		"budget.time=1h", "budget.trials=5", "lr.low=1e-4", "optim.depth.high=4", "params.lr.default=1e-3", "target=", "optimizer.choice.1=lion",
		"scheduler={asha: {eta: 4}}", "resources.gpus=1", "name=other",
	}
	def, _, err := Parse("danlu.yaml", []byte(settable), o)
	if err != nil {
		t.Fatal(err)
	}
	if def.Budget.Time != time.Hour || def.Budget.Trials != 5 || def.Target != nil || def.Name != "other" || def.Resources.GPUs != 1 || def.Scheduler.Name != "asha" {
		t.Errorf("definition is %+v", def)
	}
	for name, want := range map[string]string{
		"lr": "float 0.0001 … 0.1, log", "optim.depth": "int 1 … 4", "optimizer": "choice of sgd, lion",
	} {
		if got := def.Space.Param(def.Space.Index(name)).Domain.String(); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	if d := def.Space.Param(0).Default; d != space.FloatValue(1e-3) {
		t.Errorf("default is %v", d)
	}
}

func TestSettingsThatAreWrong(t *testing.T) {
	for setting, want := range map[string]string{
		"budget":           "this is not a setting; write KEY=VALUE",
		"=3":               "this is not a setting",
		"budget.trails=3":  "trails is not a key of budget; did you mean trials?",
		"budgte.trials=3":  "budgte is not a key of this file; did you mean budget?",
		"budget.trials=no": "must be a whole number",
		"lr.low=1":         "low 1 is above high 0.1",
		"lr.lo=1":          "lo is not a key of params.lr; did you mean log?",
		"lr.float.2=1":     "leads into a list of 2",
		"seed.x=1":         "leads into",
		"target.x=1":       "which has no parts",
		"env={a":           "the value can't be read: this is not YAML",
		"objective=":       "objective is missing",
	} {
		o := names
		o.Set = []string{"seed=3", setting}
		_, _, err := Parse("danlu.yaml", []byte(settable), o)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error is %v, want …%s…", setting, err, want)
		} else if where := "--set " + setting + ": "; setting != "objective=" && !strings.HasPrefix(err.Error(), where) {
			t.Errorf("%s: error %v does not begin with %s", setting, err, where)
		}
	}
}

func TestSettingsLeaveAnchoredTwinsAlone(t *testing.T) {
	text := "objective: val_loss min\nparams:\n  a: &a {float: [1, 2]}\n  b: {<<: *a}\n"
	def, _, err := Parse("danlu.yaml", []byte(text), Options{Set: []string{"a.low=0"}})
	if err != nil {
		t.Fatal(err)
	}
	if got := def.Space.Param(1).Domain; got != (space.Float{Low: 1, High: 2}) {
		t.Errorf("b is %v too", got)
	}
}
