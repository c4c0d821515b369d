package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/danlu-ml/danlu/trialio"
)

// learns trains on a state that is its own history: a line a step, with the trial
// that trained it. It goes on from a checkpoint, and leaves one at every step. How
// good it is follows from its history alone.
func learns() int {
	x := trialio.Float("x", 0)
	history := ""
	if path := trialio.Resume(); path != "" {
		text, err := os.ReadFile(path)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 3
		}
		history = string(text)
	}
	loss := 10.0
	for line := range strings.Lines(history) {
		var was float64
		if _, err := fmt.Sscanf(line, "%s x=%g loss=%g", new(string), &was, &loss); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 3
		}
	}
	for step := int64(strings.Count(history, "\n")) + 1; step <= trialio.MaxStep(); step++ {
		time.Sleep(3 * time.Millisecond)
		loss *= 0.7 + (x-0.4)*(x-0.4)/4
		history += fmt.Sprintf("%s/%d x=%g loss=%g\n", os.Getenv("DANLU_TRIAL"), step, x, loss)
		path := filepath.Join(trialio.Dir(), fmt.Sprintf("state-%d", step))
		if os.WriteFile(path+".new", []byte(history), 0o600) != nil || os.Rename(path+".new", path) != nil || trialio.Checkpoint(path, step) != nil {
			return 3
		}
		if trialio.Report(step, map[string]float64{"loss": loss}) != trialio.Continue {
			return 0
		}
	}
	return 0
}

// pausing are schedulers whose trials pause, go on and are copied; the first two
// are tried always.
var pausing = []struct{ name, scheduler string }{
	{"hyperband", "hyperband"},
	{"population", "{pbt: {population: 5, interval: 2}}"},
	{"population, tournament", "{pbt: {population: 5, interval: 2, exploit: tournament}}"},
	{"halving", "halving"},
	{"asha that promotes", "{asha: {promote: true}}"},
}

// A study that pauses and copies trials comes to the same end, trial by trial and
// state by state, however often its wrappers and programs are killed on the way.
// While its driver is gone trials hear nothing and train on, so that more is trained
// than was asked for; nothing is lost or doubled all the same.
func TestKilledStudiesWhoseTrialsPauseAndAreCopied(t *testing.T) {
	for _, tt := range pausing[:rounds(2, len(pausing))] {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			self, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			yaml := fmt.Sprintf(`
name: pausing
command: [%q, learns]
objective: loss min
params: {x: {float: [0, 1], default: 0.9}}
fidelity: {step: epoch, max: 9}
budget: {trials: %d}
parallel: 1
retries: 50
sampler: random
scheduler: %s
`, self, rounds(8, 30), tt.scheduler)
			undisturbed := newProject(t, yaml, nil)
			undisturbed.must(0, "tune")
			want := undisturbed.outcome()

			p := newProject(t, yaml, nil)
			said := p.tuneKilled(rounds(3, 30), 400*time.Millisecond, false)
			if d := cmp.Diff(want, p.outcome()); d != "" {
				t.Errorf("the studies differ (-undisturbed +killed):\n%s\nand the second said\n%s", d, said)
			}
			p.checkWhole()

			p = newProject(t, yaml, nil)
			p.tuneKilled(rounds(3, 30), 400*time.Millisecond, true)
			p.outcome()
			p.checkWhole()
		})
	}
}

// The built-in trainer and a script of PyTorch, whose states are networks.
func TestKilledStudiesOfRealTrainings(t *testing.T) {
	if os.Getenv("DANLU_LONG") == "" {
		t.Skip("it takes a minute: DANLU_LONG=1 runs it")
	}
	trainer := fmt.Sprintf("command: [%q, train, --task, digits, --model, mlp, --set, width=384, --set, depth=3, \"{params}\"]", danlu)
	scripts, err := filepath.Abs("../../examples/pytorch/train.py")
	if err != nil {
		t.Fatal(err)
	}
	torch := fmt.Sprintf("command: [%q, %q, \"{params}\"]\nenv: {PYTHONPATH: %q}", os.Getenv("DANLU_PYTHON"), scripts, filepath.Join(filepath.Dir(scripts), "../../python"))
	for _, program := range []struct {
		name, command         string
		trials, epochs, kills int
		apart                 time.Duration
	}{{"trainer", trainer, 24, 9, 8, time.Second}, {"PyTorch", torch, 10, 4, 3, 10 * time.Second}} {
		for _, tt := range pausing[:2] {
			t.Run(program.name+", "+tt.name, func(t *testing.T) {
				if python := os.Getenv("DANLU_PYTHON"); program.name == "PyTorch" && (python == "" || exec.Command(python, "-c", "import torch").Run() != nil) {
					t.Skip("DANLU_PYTHON names no Python with PyTorch")
				}
				p := newProject(t, fmt.Sprintf(`
name: pausing
%s
objective: val_accuracy max
params:
  lr: {float: [1e-4, 0.1], log: true, default: 0.001}
  weight_decay: {float: [1e-6, 0.1], log: true, default: 1e-4}
fidelity: {step: epoch, max: %d}
budget: {trials: %d}
parallel: 2
retries: 50
sampler: random
scheduler: %s
`, program.command, program.epochs, program.trials, tt.scheduler), nil)
				p.patience = 10 * time.Minute // PyTorch takes seconds to start, and starts with every part of a trial
				p.tuneKilled(program.kills, program.apart, true)
				p.checkWhole()
				if p.must(0, "best", "--json").out == "" {
					t.Error("there is no best trial")
				}
				copies, resumed := 0, 0
				for _, row := range p.export() {
					if row.Parent != nil {
						copies++
					}
					if string(row.Attempts) != "1" {
						resumed++
					}
				}
				if resumed == 0 {
					t.Error("no trial has gone on: this tests little")
				}
				t.Logf("%d trials have gone on, %d are copies", resumed, copies) // programs that hear nothing train to their end, so how many is chance
			})
		}
	}
}

// outcome is what became of each trial, and how its state came to be.
func (p project) outcome() []string {
	p.t.Helper()
	var all []string
	for _, row := range p.export() {
		last := ""
		for _, c := range p.checkpoints(row.Trial) {
			text, err := os.ReadFile(c.Path)
			if err != nil {
				p.t.Errorf("trial %d refers to a checkpoint: %v", row.Trial, err)
			}
			last = string(text)
		}
		all = append(all, fmt.Sprintf("trial %d, x=%v, copied from %v: %s with %v\n%s", row.Trial, row.Params["x"], row.Parent, row.State, row.Values, last))
	}
	return all
}

type checkpoint struct {
	Step int64
	Path string
}

// checkpoints are those a trial refers to.
func (p project) checkpoints(trial int) []checkpoint {
	p.t.Helper()
	var shown struct{ Checkpoints []checkpoint }
	if err := json.Unmarshal([]byte(p.must(0, "show", fmt.Sprint(trial), "--json").out), &shown); err != nil {
		p.t.Fatal(err)
	}
	return shown.Checkpoints
}

// tuneKilled drives a study to its end. So many times, at random moments that are at
// most so far apart, some of the wrappers and programs that run are killed, and with
// them the driver, where asked for.
func (p project) tuneKilled(kills int, apart time.Duration, driver bool) (said string) {
	t := p.t
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	for {
		cmd := p.command("tune")
		var errOut bytes.Buffer
		cmd.Stderr = &errOut
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan struct{})
		go func() { _ = cmd.Wait(); close(ended) }()
		for running := true; running; {
			moment := time.After(50*time.Millisecond + time.Duration(rng.Int64N(int64(apart))))
			if kills == 0 {
				moment = nil
			}
			select {
			case <-ended:
				running = false
			case <-moment:
				kills--
				p.killSome(rng, cmd.Process.Pid, rng.IntN(2) == 0, rng.IntN(2) == 0)
				if driver {
					_ = cmd.Process.Kill() // it may have ended by itself
				}
			}
		}
		said += errOut.String()
		if cmd.ProcessState.Success() {
			return said
		}
		if status := cmd.ProcessState.Sys().(syscall.WaitStatus); !status.Signaled() {
			t.Fatalf("the driver ends with %d:\n%s", status.ExitStatus(), errOut.String())
		}
	}
}

// checkWhole demands of a study of any shape that every step of every line of
// descent was reported once, that lines of descent are a forest, and that
// checkpoints which trials refer to exist.
func (p project) checkWhole() {
	t := p.t
	t.Helper()
	rows := p.export("--points")
	for _, row := range rows {
		first := int64(0)
		if parent := row.Parent; parent != nil {
			first = parent.Step
			if parent.Trial >= row.Trial || parent.Step < 1 {
				t.Errorf("trial %d is a copy of trial %d at step %d", row.Trial, parent.Trial, parent.Step)
			}
		}
		at := map[string]bool{}
		steps := map[int64]bool{}
		last := int64(0)
		for _, pt := range row.Points {
			key := fmt.Sprint(pt["attempt"], "/", pt["step"])
			if at[key] {
				t.Errorf("trial %d: the report of attempt and step %s is there twice", row.Trial, key)
			}
			step := int64(pt["step"].(float64))
			at[key], steps[step], last = true, true, max(last, step)
			if step <= first {
				t.Errorf("trial %d, a copy at step %d, reports step %d", row.Trial, first, step)
			}
		}
		for step := first + 1; step <= last; step++ {
			if !steps[step] {
				t.Errorf("trial %d: step %d of %d was never reported", row.Trial, step, last)
			}
		}
		for _, c := range p.checkpoints(row.Trial) {
			if _, err := os.Stat(c.Path); err != nil {
				t.Errorf("trial %d refers to a checkpoint of step %d: %v", row.Trial, c.Step, err)
			}
		}
	}
}

// A member that was copied from others came to its state by a schedule of parameters.
// Written down it is a plain configuration, which one trial follows from nothing, to
// the same state.
func TestTheScheduleThatAPopulationFoundIsTrainedAgain(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := newProject(t, fmt.Sprintf(`
name: found
command: [%q, learns]
objective: loss min
params: {x: {float: [0, 1], default: 0.9}}
fidelity: {step: epoch, max: 9}
budget: {trials: 10}
parallel: 1
sampler: random
scheduler: {pbt: {population: 4, interval: 2}}
`, self), nil)
	p.must(0, "tune")
	member := -1
	var want exported
	for _, row := range p.export() {
		if row.Parent != nil && row.State == "completed" {
			member, want = row.Trial, row
		}
	}
	if member < 0 {
		t.Fatal("no copy came to its end")
	}
	if shown := p.must(0, "show", fmt.Sprint(member)).out; !strings.Contains(shown, "\nschedule\n") {
		t.Errorf("danlu show has no schedule of a copy:\n%s", shown)
	}
	schedule := p.must(0, "show", fmt.Sprint(member), "--schedule").out
	p.must(0, "tune", "--set", "name=again", "--set", "budget.trials=1", "--set", "scheduler="+schedule)
	rows := p.export("again")
	if len(rows) != 1 || rows[0].State != "completed" {
		t.Fatalf("trained again: %+v", rows)
	}
	if d := cmp.Diff(want.Values, rows[0].Values); d != "" {
		t.Errorf("values (-found +trained again):\n%s\nby %s", d, schedule)
	}
	if d := cmp.Diff(want.Params, rows[0].Params); d != "" {
		t.Errorf("parameters at the end (-found +trained again):\n%s", d)
	}
}
