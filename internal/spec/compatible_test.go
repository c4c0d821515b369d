package spec

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/danlu-ml/danlu/internal/study"
)

const going = `command: [python, train.py, "{params}"]
objective: val_loss min
params:
  lr: {float: [1e-5, 1e-1], log: true}
fidelity: {step: epoch, max: 30}
budget: {trials: 60}
env: {TOKEN: abc}
scheduler: {asha: {eta: 3}}
`

func TestWhetherAStudyGoesOn(t *testing.T) {
	for _, c := range []struct {
		name     string
		old, new string // a piece of the file, and what it becomes
		what     []string
		refused  string
	}{
		{name: "nothing changed", old: "3}}", new: "3}}  # a comment"},
		{name: "more budget", old: "{trials: 60}", new: "{trials: 90, time: 2h}", what: []string{"budget.trials was 60 and is now 90", "budget.time was not set and is now 2h0m0s"}},
		{
			name: "everything around the search", old: "env: {TOKEN: abc}\n",
			new: "env: {TOKEN: secret, NEW: x}\nparallel: 4\nretries: 0\nseed: 2\ndeadline: 1h\ngrace: 5s\nresources: {gpus: 1}\nsnapshot: true\nmode: search\nsampler: random\ntarget: val_loss <= 0.1\nconstraints: lr < 0.1\nobserve: (?P<val_loss>.)\n",
			what: []string{
				"target was not set and is now val_loss <= 0.1", "constraints was not set and is now lr < 0.1",
				"observe.stdout was not set and is now (?P<val_loss>.)", "sampler was auto and is now random", "mode was auto and is now search",
				"seed was 1 and is now 2", "parallel was not set and is now 4", "resources was not set and is now 0 cpus, 1 gpus, share 0",
				"retries was 1 and is now 0", "deadline was not set and is now 1h0m0s", "grace was 30s and is now 5s",
				"env has changed: NEW, TOKEN", "snapshot was false and is now true",
			},
		},
		{name: "another command", old: "train.py", new: "my train.py", what: []string{"command was python train.py '{params}' and is now python 'my train.py' '{params}'"}},
		{name: "an option", old: "{eta: 3}", new: "{eta: 4}", what: []string{"scheduler was asha {eta: 3} and is now asha {eta: 4}"}},
		{name: "a wider range", old: "1e-1]", new: "1]", what: []string{"parameter lr was float 1e-05 … 0.1, log, and is now float 1e-05 … 1, log"}},
		{name: "another name for a step", old: "epoch", new: "step", what: []string{"fidelity.step was epoch and is now step"}},
		{
			name: "another direction", old: "val_loss min", new: "val_loss max", refused: "the objective was val_loss min and is now val_loss max",
			what: []string{"the objective was val_loss min and is now val_loss max"},
		},
		{
			name: "the best report", old: "val_loss min", new: "{metric: val_loss, goal: min, at: best}", refused: "is now val_loss min at best",
			what: []string{"the objective was val_loss min and is now val_loss min at best"},
		},
		{
			name: "longer trials", old: "max: 30", new: "max: 60", refused: "trials of different lengths don't compare",
			what: []string{"fidelity.max was 30 and is now 60"},
		},
		{
			name: "another parameter", old: "  lr:", new: "  rate:", refused: "parameter lr is gone",
			what: []string{
				"parameter lr is gone, and trials were made with it; keep it, if need be with a single value: {choice: [1]}",
				"parameter rate is new and has no default, so that nobody knows what earlier trials had; give it the default that the program used so far",
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			before, after := parsed(t, going), parsed(t, strings.Replace(going, c.old, c.new, 1))
			before = throughLog(t, before)
			what, err := Compatible(before, after, 3)
			var e *IncompatibleError
			switch {
			case c.refused == "":
				if err != nil {
					t.Fatal(err)
				}
				if d := cmp.Diff(c.what, what); d != "" {
					t.Errorf("what (-want +got):\n%s", d)
				}
			case !errors.As(err, &e) || !strings.Contains(err.Error(), c.refused) || !strings.Contains(err.Error(), "name: study-2 in the file"):
				t.Errorf("error is %v, want …%s…, and what can be done", err, c.refused)
			}
			what, err = Compatible(before, after, 0)
			if d := cmp.Diff(c.what, what); d != "" || err != nil {
				t.Errorf("without trials: error %v, what (-want +got):\n%s", err, d)
			}
		})
	}
}

func TestTheEndMayBecomeKnown(t *testing.T) {
	before, after := parsed(t, going), parsed(t, going)
	before.Fidelity.Max, after.Deadline = 0, time.Hour
	what, err := Compatible(before, after, 3)
	if d := cmp.Diff([]string{"fidelity.max was not set and is now 30", "deadline was not set and is now 1h0m0s"}, what); d != "" || err != nil {
		t.Errorf("error %v, what (-want +got):\n%s", err, d)
	}
}

func parsed(t *testing.T, text string) *study.Definition {
	t.Helper()
	def, _, err := Parse("/x/study/danlu.yaml", []byte(text), names)
	if err != nil {
		t.Fatal(err)
	}
	return def
}

// throughLog is a definition as a study's log gives it back.
func throughLog(t *testing.T, d *study.Definition) *study.Definition {
	t.Helper()
	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	var back study.Definition
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	return &back
}
