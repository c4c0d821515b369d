package study_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/study/studytest"
)

var update = flag.Bool("update", false, "write golden files anew")

// every is a body of each kind that is kept as JSON, with everything in it, and
// where it matters one with nothing.
func every(t *testing.T) []study.Body {
	t.Helper()
	s, err := space.New([]space.Param{
		{Name: "lr", Domain: space.Float{Low: 1e-5, High: 0.1, Log: true}, Role: "learning_rate", Default: space.FloatValue(1e-3), Scale: &space.Scale{To: "batch_size", Exponent: 0.5, At: 128}},
		{Name: "batch_size", Domain: space.Choice{Values: []space.Value{space.IntValue(32), space.IntValue(64)}, Ordered: true}},
		{Name: "optimizer", Domain: space.Choice{Values: []space.Value{space.StringValue("sgd"), space.StringValue("adamw")}}},
		{Name: "momentum", Domain: space.Float{Low: 0, High: 1, Step: 0.5}, When: []space.Condition{
			{Param: "optimizer", In: []space.Value{space.StringValue("sgd")}},
			{Param: "batch_size", Op: "<=", Bound: space.IntValue(64)},
		}},
		{Name: "width", Domain: space.Int{Low: 32, High: 1024, Log: true, Step: 32}},
		{Name: "bias", Domain: space.Bool()},
	})
	if err != nil {
		t.Fatal(err)
	}
	none, err := space.New([]space.Param{})
	if err != nil {
		t.Fatal(err)
	}
	at := studytest.Epoch
	trial := study.TrialID(7)
	params := space.Values{"lr": space.FloatValue(1), "width": space.IntValue(64), "optimizer": space.StringValue("sgd"), "bias": space.BoolValue(true)}
	definition := &study.Definition{
		Name: "n", Command: []string{"python", "train.py", "{params}"},
		Objectives: []study.Objective{{Metric: "accuracy", Maximize: true, Best: true}, {Metric: "seconds"}},
		Space:      s, Fidelity: study.Fidelity{Step: "epoch", Max: 30},
		Budget:      study.Budget{Trials: 60, Time: 2 * time.Hour, Steps: 1000, GPUHours: 8},
		Target:      &study.Target{Metric: "accuracy", Op: ">=", Value: 0.95},
		Constraints: []string{"width <= 512"},
		Observe:     study.Observe{Stdout: []string{"a=(?P<a>.*)"}, TensorBoard: "runs"},
		Sampler:     study.Algorithm{Name: "grid", Options: map[string]json.RawMessage{"points": json.RawMessage("3")}},
		Scheduler:   study.Algorithm{Name: "asha"}, Mode: "auto", Seed: math.MaxUint64, Parallel: 4,
		Resources: study.Resources{CPUs: 2, GPUs: 1, Share: 0.5}, Retries: 1,
		Deadline: 30 * time.Minute, Grace: 10 * time.Second, Env: map[string]string{"A": "b"}, Snapshot: true,
		Dir: "/d", File: "/d/danlu.yaml", Source: "name: n\n",
	}
	provenance := study.Provenance{
		Danlu: "1.0", Commit: "c", Dirty: "d", Diff: "+", Files: map[string]string{"train.py": "f"}, Host: "h", OS: "linux/amd64",
		CPU: "x × 2", GPUs: []string{"g"}, Env: map[string]string{"A": "b"}, Args: []string{"tune"}, Snapshot: "/s", Toolchain: map[string]string{"python": "3.11"},
	}
	return []study.Body{
		study.Created{Definition: definition, Provenance: provenance},
		study.Created{Definition: &study.Definition{Objectives: []study.Objective{{Metric: "loss"}}, Space: none}},
		study.Changed{Definition: definition, Provenance: &provenance, What: []string{"w"}},
		study.Planned{Trial: trial, Params: params, Name: "r", Seed: math.MaxUint64, Sampler: "s", Why: "w", Tag: "t", Default: true, Parent: &study.Parent{Trial: 3, Step: 4}, To: 9},
		study.Planned{},
		study.Started{Trial: trial, Attempt: 2, From: 3, To: 9, Resume: "/c", Dir: "/t"},
		study.Judged{Trial: trial, Attempt: 2, Step: 3, Decision: study.Stop, By: "asha", Why: "w", Rung: true},
		study.Used{Trial: trial, Params: params},
		study.Checkpointed{Trial: trial, Attempt: 2, Step: 3, Path: "/c", Bytes: 5},
		study.Dropped{Trial: trial, Step: 3, Why: "w"},
		study.Ended{
			Trial: trial, Attempt: 2, State: study.Diverged, Values: study.Numbers{"accuracy": math.NaN(), "seconds": 1.5}, Reason: "r", Lost: true,
			Exit: &study.Exit{Code: 1, Signal: "killed", Cause: "c", Tail: "t", Started: at, Ended: at.Add(1500 * time.Millisecond), CPU: 1.5, MaxRSS: 2.5},
		},
		study.Ended{Exit: &study.Exit{}},
		study.Reopened{Trial: trial, By: "user", Why: "w"},
		study.Noted{Trial: &trial, By: "user", Text: "x"},
		study.Noted{By: "user", Text: "x"},
		study.Concluded{Reason: "budget", Why: "w"},
		study.StageOpened{Stage: "lr", Plan: json.RawMessage(`{"a":1}`), Why: "w"},
		study.StageClosed{Stage: "lr", Conclusion: json.RawMessage(`{"b":2}`), Why: "w"},
	}
}

// testdata/events.golden is the log's form, which may gain keys and never lose or
// rename one. A difference here means that old logs can't be read any more, or
// mean something else.
func TestTheLogsFormIsFixed(t *testing.T) {
	var got strings.Builder
	for _, b := range every(t) {
		text, err := study.EncodeBody(b)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&got, "%s %s\n", b.Kind(), text)
	}
	const file = "testdata/events.golden"
	if *update {
		if err := os.WriteFile(file, []byte(got.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got.String(), "\n")); d != "" {
		t.Errorf("the log's form changes (-golden +now):\n%s", d)
	}
}

func TestTheLogReadsBack(t *testing.T) {
	file, err := os.ReadFile("testdata/events.golden")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(file)), "\n")
	kinds := map[string]bool{}
	for i, want := range every(t) {
		kind, text, _ := strings.Cut(lines[i], " ")
		got, err := study.DecodeBody(kind, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got, studytest.Equal); d != "" {
			t.Errorf("%s (-written +read):\n%s", kind, d)
		}
		kinds[kind] = true
	}
	if len(kinds) != 14 {
		t.Errorf("%d kinds of entry are tested, want all 14 but points", len(kinds))
	}
}

func TestAnUnknownEntry(t *testing.T) {
	_, err := study.DecodeBody("transmuted", []byte(`{}`))
	if err == nil || !strings.Contains(err.Error(), `kind "transmuted"`) || !strings.Contains(err.Error(), "later") {
		t.Errorf("error %v, want one that names the kind and says to use a later version", err)
	}
	if _, err := study.DecodeBody("planned", []byte(`{"trial":"seven"}`)); err == nil || !strings.Contains(err.Error(), "planned") {
		t.Errorf("error %v, want one that names the entry", err)
	}
}

func FuzzDecodeBody(f *testing.F) {
	f.Add("planned", []byte(`{"trial":1,"params":{"lr":1.0}}`))
	f.Add("created", []byte(`{"definition":{"params":[{"name":"x","int":[1,2]}]}}`))
	f.Add("ended", []byte(`{"values":{"loss":"nan"}}`))
	f.Fuzz(func(t *testing.T, kind string, text []byte) {
		b, err := study.DecodeBody(kind, text)
		if err != nil {
			return
		}
		once, err := study.EncodeBody(b)
		if err != nil {
			t.Fatalf("%s %s is read as %+v, which can't be written: %v", kind, text, b, err)
		}
		again, err := study.DecodeBody(kind, once)
		if err != nil {
			t.Fatalf("%s %s is written as %s, which can't be read: %v", kind, text, once, err)
		}
		twice, err := study.EncodeBody(again)
		if err != nil || string(once) != string(twice) {
			t.Errorf("%s is written as %s, and then as %s (error %v)", kind, once, twice, err)
		}
	})
}
