package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The example of the contract runs word for word, on a machine with two devices.
func TestTheExampleOfTheContractRuns(t *testing.T) {
	contract, err := os.ReadFile("../../docs/contract.md")
	if err != nil {
		t.Fatal(err)
	}
	example := regexp.MustCompile("(?s)```yaml\n(name: speech-frames\n.*?)```").FindSubmatch(contract)
	if example == nil {
		t.Fatal("docs/contract.md has no example of a danlu.yaml")
	}
	p := newProject(t, string(example[1]), map[string]string{
		"python": `#!/bin/sh
[ "$1" = train.py ] || exit 1 # danlu asks it for its version, too
echo "$CUDA_VISIBLE_DEVICES $TOKENIZERS_PARALLELISM $*" >> seen
echo step=30 val_accuracy=0.96
`,
	})
	cmd := p.command("tune")
	cmd.Env = append(cmd.Env, "CUDA_VISIBLE_DEVICES=0,1", "PATH="+p.dir+":"+os.Getenv("PATH"))
	if r := p.finish(cmd); r.code != 0 {
		t.Fatalf("exit code %d\n%s%s", r.code, r.out, r.errOut)
	}
	text, err := os.ReadFile(filepath.Join(p.dir, "seen"))
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`^[01] false train.py --lr=\S+ --batch_size=\d+ --width=\d+ --optimizer=(sgd --momentum=\S+|adamw) --warm_lr=\S+ --tag run \d+$`)
	for _, seen := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		if !line.MatchString(seen) {
			t.Errorf("a trial was started as %q", seen)
		}
	}
}

// environ writes what a trial is given as a line of JSON.
func environ() int {
	env := map[string]string{}
	for _, e := range os.Environ() {
		name, value, _ := strings.Cut(e, "=")
		env[name] = value
	}
	line, err := json.Marshal(map[string]any{"env": env, "args": os.Args[2:]})
	if err != nil {
		return 3
	}
	writeDown("SAID", string(line))
	fmt.Println("loss=1")
	return 0
}

// A trial is told all that the contract names, and nothing of danlu's own.
func TestWhatATrialIsTold(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := newProject(t, fmt.Sprintf(`
name: told
command: [%q, environ, "{params}", "{lr}", "{trial}", "{dir}", "{seed}", "r={resume}", "{{x}}"]
objective: loss min
params:
  lr: {float: [1e-5, 1e-1], log: true, default: 1e-3}
  n-layers: {int: [1, 4], default: 2}
  act.fn: {choice: [relu, true, 1.5], default: relu}
fidelity: {step: epoch, max: 7}
budget: {trials: 3}
parallel: 1
scheduler: none
env: {MINE: "a b"}
observe: {stdout: 'loss=(?P<loss>\S+)'}
`, self), nil)
	cmd := p.command("tune")
	cmd.Env = append(cmd.Env, "DANLU_SECRET=hidden", "DANLU_TRIAL=99", "THEIRS=kept")
	if r := p.finish(cmd); r.code != 0 {
		t.Fatalf("exit code %d\n%s%s", r.code, r.out, r.errOut)
	}
	text, err := os.ReadFile(filepath.Join(p.dir, "said"))
	if err != nil {
		t.Fatal(err)
	}
	seeds := map[string]bool{}
	for i, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		var told struct {
			Env  map[string]string
			Args []string
		}
		if err := json.Unmarshal([]byte(line), &told); err != nil {
			t.Fatal(err)
		}
		env := told.Env
		seeds[env["DANLU_SEED"]] = true
		want := map[string]string{
			"DANLU_STUDY": "told", "DANLU_TRIAL": fmt.Sprint(i), "DANLU_ATTEMPT": "1", "DANLU_MAX_STEP": "7", "DANLU_RESUME": "",
			"DANLU_ENDPOINT": filepath.Join(env["DANLU_DIR"], "endpoint.json"), "MINE": "a b", "THEIRS": "kept", "OMP_WAIT_POLICY": "PASSIVE",
		}
		for name, value := range want {
			if got, ok := env[name]; !ok || got != value {
				t.Errorf("trial %d: %s is %q, want %q", i, name, got, value)
			}
		}
		var params map[string]json.RawMessage
		if err := json.Unmarshal([]byte(env["DANLU_PARAMS"]), &params); err != nil {
			t.Errorf("trial %d: DANLU_PARAMS: %v", i, err)
		}
		for name, variable := range map[string]string{"lr": "LR", "n-layers": "N_LAYERS", "act.fn": "ACT_FN"} {
			if got := env["DANLU_PARAM_"+variable]; got == "" || got != strings.Trim(string(params[name]), `"`) {
				t.Errorf("trial %d: DANLU_PARAM_%s is %q, and %s is %s in DANLU_PARAMS", i, variable, got, name, params[name])
			}
		}
		lr := env["DANLU_PARAM_LR"]
		args := []string{"--lr=" + lr, "--n-layers=" + env["DANLU_PARAM_N_LAYERS"], "--act.fn=" + env["DANLU_PARAM_ACT_FN"], lr, fmt.Sprint(i), env["DANLU_DIR"], env["DANLU_SEED"], "r=", "{x}"}
		if !slices.Equal(told.Args, args) {
			t.Errorf("trial %d: arguments %q, want %q", i, told.Args, args)
		}
		known := []string{"STUDY", "TRIAL", "ATTEMPT", "PARAMS", "SEED", "DIR", "MAX_STEP", "RESUME", "ENDPOINT", "SPOOL", "MARK", "BIN"}
		for name := range env {
			word, ours := strings.CutPrefix(name, "DANLU_")
			if ours && !slices.Contains(known, word) && !strings.HasPrefix(word, "PARAM_") {
				t.Errorf("trial %d is told %s", i, name)
			}
		}
	}
	if len(seeds) != 3 {
		t.Errorf("3 trials have %d seeds", len(seeds))
	}
}

// What best --command prints does the same again, in any shell.
func TestTheCommandOfTheBestReproducesIt(t *testing.T) {
	for name, argument := range map[string]string{"one parameter": "{text}", "all parameters": "{params}"} {
		t.Run(name, func(t *testing.T) {
			p := newProject(t, `
command: [./train.sh, "`+argument+`"]
objective: loss min
params:
  x: {float: [0, 1], default: 0.5}
  text: {choice: ["it's \"two\" words", "line\nbreak $HOME"]}
budget: {trials: 3}
parallel: 1
env: {MINE: "a 'b' $HOME"}
observe: {stdout: 'loss=(?P<loss>\S+)'}
`, map[string]string{"train.sh": `#!/bin/sh
echo "$*|$DANLU_PARAMS|$DANLU_SEED|$MINE"
echo loss=$(echo "$DANLU_PARAMS" | sed 's/.*"x":\([0-9.]*\).*/\1/')
`})
			p.must(0, "tune")
			var best struct{ Trial int }
			if err := json.Unmarshal([]byte(p.must(0, "best", "--json").out), &best); err != nil {
				t.Fatal(err)
			}
			want := p.must(0, "logs", fmt.Sprint(best.Trial)).out
			again := exec.Command("sh", "-c", p.must(0, "best", "--command").out)
			again.Dir = p.dir
			got, err := again.Output()
			if err != nil || string(got) != want {
				t.Errorf("the command prints %q (%v), the trial printed %q", got, err, want)
			}
		})
	}
}
