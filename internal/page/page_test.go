package page

import (
	"bytes"
	"encoding/json"
	"flag"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/danlu-ml/danlu/internal/session"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/store"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/study/studytest"
	"github.com/danlu-ml/danlu/internal/text"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestMain fixes the time zone that pages show.
func TestMain(m *testing.M) {
	time.Local = time.UTC
	m.Run()
}

func golden(t *testing.T, name string, lines []text.Line, width int) {
	t.Helper()
	var b bytes.Buffer
	if err := text.WriteLines(&b, lines, width, false); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(b.String()) {
		if n := text.Width(strings.TrimSuffix(line, "\n")); n > width && !strings.Contains(line, "/") { // paths and commands stay whole
			t.Errorf("%d columns: %s", n, line)
		}
	}
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), b.String()); d != "" {
		t.Errorf("%s (-want +got; -update writes it anew):\n%s", name, d)
	}
}

// log is a study in which most things have happened.
func log(t *testing.T) *studytest.Log {
	t.Helper()
	s, err := space.New([]space.Param{
		{Name: "lr", Role: "learning_rate", Domain: space.Float{Low: 1e-5, High: 0.1, Log: true}, Default: space.FloatValue(1e-3)},
		{Name: "optimizer", Domain: space.Choice{Values: []space.Value{space.StringValue("sgd"), space.StringValue("adamw")}}, Default: space.StringValue("adamw")},
		{Name: "momentum", Domain: space.Float{Low: 0.8, High: 0.99}, When: []space.Condition{{Param: "optimizer", In: []space.Value{space.StringValue("sgd")}}}},
		{Name: "tag", Domain: space.Choice{Values: []space.Value{space.StringValue("a\x1b[2Jb"), space.StringValue("")}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	l := studytest.New(&study.Definition{
		Name: "digits", Objectives: []study.Objective{{Metric: "val_accuracy", Maximize: true}, {Metric: "size", Best: true}}, Space: s,
		Command: []string{"python", "train.py", "{params}"}, File: "/home/me/project/danlu.yaml",
		Fidelity: study.Fidelity{Step: "epoch", Max: 10}, Budget: study.Budget{Trials: 9, Time: time.Hour, GPUHours: 2},
		Sampler: study.Algorithm{Name: "auto"}, Scheduler: study.Algorithm{Name: "asha"}, Seed: 1, Constraints: []string{"size < 100"},
		Resources: study.Resources{GPUs: 1},
	})
	l.View().Provenance = study.Provenance{
		Danlu: "v1.2.3", Commit: "1a2b3c4d5e6f7788", Dirty: "sha256:1", Host: "kiln", OS: "linux/amd64", CPU: "Xeon × 2",
		GPUs: []string{"H100"}, Toolchain: map[string]string{"python": "3.11.7", "torch": "2.9"},
	}
	params := func(lr float64) space.Values {
		return space.Values{"lr": space.FloatValue(lr), "optimizer": space.StringValue("sgd"), "momentum": space.FloatValue(0.9), "tag": space.StringValue("a\x1b[2Jb")}
	}
	l.PlanDefault().Start(0)
	for i := range int64(10) {
		l.Report(0, i+1, 0.6+0.02*float64(i), 50)
	}
	l.End(0, study.Completed, 0.78, 50)

	l.Propose(study.Planned{Params: params(0.0031234567), Sampler: "sobol", Why: "point 1 of a Sobol sequence"})
	l.Append(study.Started{Trial: 1, Attempt: 1, Dir: "/home/me/project/danlu-runs/digits/trial-1"})
	l.Report(1, 1, 0.7, 60).Report(1, 2, 0.8, 40)
	l.Append(study.Checkpointed{Trial: 1, Attempt: 1, Step: 2, Path: "/home/me/project/danlu-runs/digits/trial-1/checkpoints/2.ckpt", Bytes: 12_345_678})
	l.Append(study.Ended{
		Trial: 1, Attempt: 1, State: study.Waiting, Reason: "ended by SIGSEGV: Segmentation fault; it will be tried again",
		Exit: &study.Exit{Code: -1, Signal: "SIGSEGV", CPU: 12.5, MaxRSS: 812.4, Tail: "Segmentation fault"},
	})
	l.Append(study.Started{Trial: 1, Attempt: 2, From: 2, Resume: "/home/me/2.ckpt", Dir: "/home/me/project/danlu-runs/digits/trial-1"})
	l.Report(1, 3, 0.85, 45)
	l.Append(study.Judged{Trial: 1, Attempt: 2, Step: 3, Decision: study.Continue, By: "asha", Rung: true, Why: "0.85 at epoch 3: the first to come so far"})
	l.Append(study.Used{Trial: 1, Params: space.Values{"lr": space.FloatValue(0.003), "amp": space.BoolValue(true)}})
	l.Report(1, 10, 0.9, 30)
	l.Append(study.Noted{Trial: new(study.TrialID), By: "user", Text: "x"})
	l.Append(study.Ended{Trial: 1, Attempt: 2, State: study.Completed, Values: study.Numbers{"val_accuracy": 0.9, "size": 30, "told": 7}, Exit: &study.Exit{Code: 0}})

	l.Propose(study.Planned{Params: params(0.1), Sampler: "user", Why: "as in the paper", Parent: &study.Parent{Trial: 1, Step: 2}}).Start(2)
	l.Report(2, 1, math.NaN(), 70)
	l.Append(study.Ended{
		Trial: 2, Attempt: 1, State: study.Failed, Values: study.Numbers{"val_accuracy": math.NaN(), "size": 70},
		Reason: "exit status 1: ValueError: \x1b[31mred\x1b[0m", Exit: &study.Exit{Code: 1, Tail: "Traceback (most recent call last):\n  File \"train.py\", line 3\nValueError: \x1b[31mred\x1b[0m\n"},
	})
	l.Propose(study.Planned{Params: params(0.01), Sampler: "sobol"}).Start(3).Report(3, 1, 0.75, 20)
	l.Append(study.Judged{Trial: 3, Attempt: 1, Step: 1, Decision: study.Stop, By: "asha", Why: "0.75 at epoch 1: rank 9 of 10, the best 3 go on (0.83 or better)"})
	l.Append(study.Ended{Trial: 3, Attempt: 1, State: study.Stopped, Values: study.Numbers{"val_accuracy": 0.75, "size": 20}, Reason: "0.75 at epoch 1: rank 9 of 10, the best 3 go on (0.83 or better)"})
	l.Append(study.Changed{What: []string{"the code has changed since the last run: 1a2b → 3c4d"}})
	l.Append(study.Noted{By: "user", Text: "a study\nfor the ages"})
	return l.Propose(study.Planned{Params: params(0.02), Sampler: "sobol"})
}

func verdicts(l *studytest.Log, id study.TrialID) []study.Judged {
	var js []study.Judged
	for _, e := range l.Events {
		if j, ok := e.Body.(study.Judged); ok && j.Trial == id {
			js = append(js, j)
		}
	}
	return js
}

func TestTrialPages(t *testing.T) {
	l := log(t)
	v := l.View()
	now := v.Updated.Add(90 * time.Second)
	for id, name := range map[study.TrialID]string{0: "default", 1: "best", 2: "failed", 3: "stopped", 4: "waiting"} {
		golden(t, "trial-"+name+".txt", Trial(v, v.Trials[id], verdicts(l, id), now, 80), 80)
	}
}

func TestStudyPage(t *testing.T) {
	v := log(t).View()
	golden(t, "study.txt", Study(store.Info{Study: "digits", Created: v.Created}, v, v.Updated.Add(2*time.Hour), 80), 80)
}

func TestTrialList(t *testing.T) {
	v := log(t).View()
	now := v.Updated.Add(90 * time.Second)
	golden(t, "trials.txt", Trials(v, v.Trials, now).Lines(80), 80)
	golden(t, "trials-120-by-value.txt", Trials(v, ByValue(v), now).Lines(120), 120)
	golden(t, "trials-40.txt", Trials(v, v.Trials, now).Lines(40), 40)
}

func TestStudyList(t *testing.T) {
	v, empty := log(t).View(), studytest.New(log(t).View().Def).View()
	ended := log(t).Append(study.Concluded{Reason: "budget", Why: "its 9 trials are spent"}).View()
	me := session.Me("danlu tune")
	infos := []store.Info{
		{Study: "digits"},
		{Study: "数字识别之炼丹炉", Holder: &me, Expires: time.Now().Add(time.Hour)},
		{Study: "ended"},
	}
	golden(t, "studies.txt", Studies(infos, []*study.View{v, empty, ended}, v.Updated.Add(90*time.Second)).Lines(80), 80)
}

func TestATrialAsAnObject(t *testing.T) {
	l := log(t)
	v := l.View()
	got, err := json.MarshalIndent(DetailsOf(v, v.Trials[1], verdicts(l, 1)), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "trial.json", []text.Line{{{Text: string(got), Style: text.Whole}}}, 1000)
	got, err = json.MarshalIndent(SummaryOf(store.Info{Study: "digits"}, v), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "study.json", []text.Line{{{Text: string(got), Style: text.Whole}}}, 1000)
}
