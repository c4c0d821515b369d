package optuna_test

import (
	"context"
	"errors"
	"iter"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/danlu-ml/danlu/internal/optuna"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/transfer"
)

// example is a study with every state and kind of parameter.
func example(t *testing.T) *transfer.Study {
	t.Helper()
	s, err := space.New([]space.Param{
		{Name: "lr", Domain: space.Float{Low: 1e-5, High: 1e-1, Log: true}, Default: space.FloatValue(1e-3)},
		{Name: "drop", Domain: space.Float{Low: 0, High: 0.5, Step: 0.25}},
		{Name: "width", Domain: space.Int{Low: 16, High: 256, Log: true}},
		{Name: "opt", Domain: space.Choice{Values: []space.Value{space.StringValue("sgd"), space.BoolValue(true), space.IntValue(3), space.FloatValue(2.5)}}},
		{Name: "momentum", Domain: space.Float{Low: 0.8, High: 0.99}, When: []space.Condition{{Param: "opt", In: []space.Value{space.StringValue("sgd")}}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 21, 12, 0, 0, 123456000, time.UTC)
	out := &transfer.Study{Name: "demo", Objectives: []study.Objective{{Metric: "val_acc", Maximize: true}}, Space: s}
	for i, state := range []study.State{study.Completed, study.Stopped, study.Diverged, study.Infeasible, study.Failed, study.Waiting} {
		tr := transfer.Trial{
			State: state, Sampler: "imported", Why: "because", Metrics: study.Numbers{},
			Params: space.Values{"lr": space.FloatValue(0.0123), "drop": space.FloatValue(0.25), "width": space.IntValue(17), "opt": space.IntValue(3)},
			Values: study.Numbers{},
		}
		if state != study.Waiting {
			tr.Started, tr.Ended = at.Add(time.Duration(i)*time.Minute), at.Add(time.Duration(i)*time.Minute+time.Second)
			tr.Points = []study.Point{{Step: 1, Metric: "val_acc", Value: 0.5}, {Step: 2, Metric: "val_acc", Value: 0.625}}
			tr.Metrics["train_loss"] = 0.25
		}
		switch state {
		case study.Completed:
			tr.Params["opt"], tr.Params["momentum"] = space.StringValue("sgd"), space.FloatValue(0.9)
			tr.Values["val_acc"] = 0.625
		case study.Diverged:
			tr.Points[1].Value = math.NaN()
			tr.Reason = "val_acc is nan"
		}
		out.Trials = append(out.Trials, tr)
	}
	return out
}

var same = cmp.Options{
	cmpopts.EquateNaNs(), cmpopts.EquateEmpty(), cmpopts.EquateApproxTime(0), cmpopts.IgnoreFields(transfer.Trial{}, "Seed"),
	cmp.Comparer(func(a, b space.Value) bool { return a == b }),
	cmp.Comparer(func(a, b *space.Space) bool {
		x, _ := a.MarshalJSON()
		y, _ := b.MarshalJSON()
		return string(x) == string(y)
	}),
}

func TestAStudyComesBackFromOptunaAsItWent(t *testing.T) {
	want := example(t)
	path := filepath.Join(t.TempDir(), "o.db")
	if err := optuna.Write(t.Context(), path, want); err != nil {
		t.Fatal(err)
	}
	got, err := optuna.Read(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]*transfer.Study{want}, got, same); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if err := optuna.Write(t.Context(), path, want); !errors.Is(err, os.ErrExist) {
		t.Errorf("written over a file that is there: %v", err)
	}
}

// And through the log of a store: events, folded, taken out again.
func TestAStudyIsTheSameBehindItsLog(t *testing.T) {
	want := example(t)
	v := study.NewView()
	points := map[study.TrialID][]study.Points{}
	for _, e := range want.Events(study.Provenance{}, time.Unix(1e9, 0)) {
		if err := v.Apply(e); err != nil {
			t.Fatal(err)
		}
		if p, ok := e.Body.(study.Points); ok {
			points[p.Trial] = append(points[p.Trial], p)
		}
	}
	got, err := transfer.Of(v, func(id study.TrialID) iter.Seq2[study.Points, error] {
		return func(yield func(study.Points, error) bool) {
			for _, p := range points[id] {
				if !yield(p, nil) {
					return
				}
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got, same); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// The files were written by Optuna 4.9.0 and 5.0.0: testdata/write.py.
func TestOptunasOwnFilesAreRead(t *testing.T) {
	for _, file := range []string{"4.sqlite", "5.sqlite", "4.journal", "5.journal"} {
		t.Run(file, func(t *testing.T) {
			studies, err := optuna.Read(context.Background(), filepath.Join("testdata", file))
			if err != nil {
				t.Fatal(err)
			}
			if len(studies) != 2 {
				t.Fatalf("it has %d studies, want 2", len(studies))
			}
			demo, multi := studies[0], studies[1]
			var states []string
			for _, tr := range demo.Trials {
				states = append(states, string(tr.State))
			}
			if got, want := strings.Join(states, " "), "completed completed stopped failed completed completed waiting"; got != want {
				t.Errorf("the states are %s, want %s", got, want)
			}
			text, err := demo.Space.MarshalJSON()
			if err != nil {
				t.Fatal(err)
			}
			want := `[{"name":"lr","float":[0.00001,0.1],"log":true,"role":"learning_rate"},{"name":"drop","float":[0,0.5],"step":0.1,"role":"dropout"},{"name":"layers","int":[1,5],"role":"depth"},{"name":"width","int":[16,256],"log":true},{"name":"opt","choice":["sgd","adam","None",true,3,2.5]},` +
				`{"name":"momentum","float":[0.8,0.99],"role":"momentum","when":[{"param":"opt","in":["sgd"]}]}]`
			if string(text) != want {
				t.Errorf("the space is %s", text)
			}
			if p := demo.Trials[4].Points; len(p) != 3 || !math.IsNaN(p[1].Value) || p[1].Step != 1 || p[1].Metric != "value" {
				t.Errorf("trial 4 has the points %v", p)
			}
			if tr := demo.Trials[0]; tr.Params["lr"] != space.FloatValue(0.01) || tr.Started.IsZero() || !tr.Ended.After(tr.Started) {
				t.Errorf("trial 0 is %+v", tr)
			}
			if d := cmp.Diff([]study.Objective{{Metric: "loss"}, {Metric: "acc", Maximize: true}}, multi.Objectives); d != "" {
				t.Errorf("objectives (-want +got):\n%s", d)
			}
			if v := multi.Trials[1].Values; len(v) != 2 {
				t.Errorf("trial 1 of multi has the values %v", v)
			}
		})
	}
}

func TestOtherFilesAreRefused(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"empty":             {"", "is empty"},
		"text":              {"hello\nworld\n", ":1: it is no line of Optuna's journal"},
		"a trial of no one": {`{"op_code":5,"trial_id":3}` + "\n", ":1: there is no trial 3"},
		"a study of no one": {`{"op_code":4,"study_id":0}` + "\n", ":1: there is no study 0"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "f")
			if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := optuna.Read(t.Context(), path); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("the error is %v, want it to say %q", err, c.want)
			}
		})
	}
}
