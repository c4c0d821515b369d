package trialio_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/danlu-ml/danlu/trialio"
)

func trialWith(params string) *trialio.Trial {
	env := map[string]string{
		"DANLU_TRIAL": "7", "DANLU_PARAMS": params, "DANLU_SEED": "42", "DANLU_MAX_STEP": "30",
		"DANLU_DIR": "/runs/7", "DANLU_RESUME": "/runs/7/a.ckpt",
	}
	return trialio.New(func(name string) string { return env[name] })
}

func TestParametersOfATrial(t *testing.T) {
	trial := trialWith(`{"lr":1e-4,"whole":1,"width":64,"wide":64.0,"optimizer":"sgd","nesterov":true}`)
	for name, c := range map[string]struct{ got, want any }{
		"a float":                {trial.Float("lr", 1), 1e-4},
		"a float without .0":     {trial.Float("whole", 2), 1.0},
		"an integer":             {trial.Int("width", 1), 64},
		"an integer with .0":     {trial.Int("wide", 1), 64},
		"text":                   {trial.String("optimizer", "adamw"), "sgd"},
		"a number as text":       {trial.String("lr", ""), "1e-4"},
		"a boolean as text":      {trial.String("nesterov", ""), "true"},
		"a boolean":              {trial.Bool("nesterov", false), true},
		"inactive float":         {trial.Float("momentum", 0.9), 0.9},
		"inactive int":           {trial.Int("n", 3), 3},
		"inactive text":          {trial.String("s", "x"), "x"},
		"inactive boolean":       {trial.Bool("b", true), true},
		"seed":                   {trial.Seed(), int64(42)},
		"max step":               {trial.MaxStep(), int64(30)},
		"dir":                    {trial.Dir(), "/runs/7"},
		"resume":                 {trial.Resume(), "/runs/7/a.ckpt"},
		"all of them, unchanged": {trial.Params(), map[string]any{"lr": 1e-4, "whole": int64(1), "width": int64(64), "wide": 64.0, "optimizer": "sgd", "nesterov": true}},
	} {
		if d := cmp.Diff(c.want, c.got); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
}

func TestDecodeKeepsDefaults(t *testing.T) {
	type params struct {
		LR        float64
		BatchSize int `json:"batch_size"`
		Momentum  float64
	}
	got := params{LR: 1, BatchSize: 2, Momentum: 0.9}
	if err := trialWith(`{"lr":1e-4,"batch_size":64,"other":"x"}`).Decode(&got); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(params{1e-4, 64, 0.9}, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	err := trialWith(`{"batch_size":"many"}`).Decode(&got)
	if err == nil || !strings.Contains(err.Error(), "give the field the parameter's type") {
		t.Errorf("a wrong type gives %v", err)
	}
}

// A program that asks for the wrong type would train with a value that nobody
// recorded: it is told at its first line.
func TestWrongTypesPanic(t *testing.T) {
	for name, c := range map[string]struct {
		params string
		ask    func(*trialio.Trial)
	}{
		"half an integer":      {`{"a":1.5}`, func(t *trialio.Trial) { t.Int("a", 1) }},
		"text for a float":     {`{"a":"x"}`, func(t *trialio.Trial) { t.Float("a", 1) }},
		"a list for text":      {`{"a":[1]}`, func(t *trialio.Trial) { t.String("a", "") }},
		"a number for boolean": {`{"a":1}`, func(t *trialio.Trial) { t.Bool("a", true) }},
		"broken parameters":    {`{"a":`, func(t *trialio.Trial) { t.Float("a", 1) }},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if said, _ := recover().(string); !strings.HasPrefix(said, "trialio: ") {
					t.Errorf("panics with %q", said)
				}
			}()
			c.ask(trialWith(c.params))
		})
	}
}

func TestOutsideDanluNothingHappens(t *testing.T) {
	trial := trialio.New(func(string) string { return "" })
	if trial.InTrial() || trial.ShouldStop() || trial.Resume() != "" || trial.Dir() != "." || trial.Seed() != 0 || trial.MaxStep() != 0 {
		t.Error("not a trial, but it has what a trial has")
	}
	if got := trial.Report(1, loss(1)); got != trialio.Continue {
		t.Errorf("decision %q", got)
	}
	if got := trial.Float("lr", 1e-3); got != 1e-3 || len(trial.Params()) != 0 {
		t.Errorf("lr is %v, parameters %v", got, trial.Params())
	}
	if err := trial.Checkpoint("missing", 1); err != nil {
		t.Error(err)
	}
	path, err := trial.SaveCheckpoint(1, func(io.Writer) error { t.Error("asked to write"); return nil })
	if path != "" || err != nil {
		t.Errorf("saved %q, error %v", path, err)
	}
}

func TestSaveCheckpointIsWholeOrNotThere(t *testing.T) {
	d := newDriver(t)
	d.come()
	trial := d.trial(0)
	path, err := trial.SaveCheckpoint(3, func(w io.Writer) error { _, err := io.WriteString(w, "weights"); return err })
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{path}, d.checkpoints); diff != "" {
		t.Errorf("reported (-want +got):\n%s", diff)
	}
	if got, err := os.ReadFile(path); string(got) != "weights" || err != nil {
		t.Errorf("the file holds %q, error %v", got, err)
	}
	broken := errors.New("out of ideas")
	if path, err := trial.SaveCheckpoint(4, func(io.Writer) error { return broken }); !errors.Is(err, broken) || path != "" {
		t.Errorf("a failing write gives %q, %v", path, err)
	}
	left, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(left) != 1 || len(d.checkpoints) != 1 {
		t.Errorf("after a failure the folder has %v, reported %v", left, d.checkpoints)
	}
}

func TestCheckpointTakesFilesAndFolders(t *testing.T) {
	d := newDriver(t)
	d.come()
	folder := filepath.Join(t.TempDir(), "step-1")
	if err := os.MkdirAll(filepath.Join(folder, "shards"), 0o700); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(folder, "shards", "0.bin")
	mustWrite(t, file, "weights")
	trial := d.trial(0)
	for _, path := range []string{folder, file} {
		if err := trial.Checkpoint(path, 1); err != nil {
			t.Error(err)
		}
	}
	if diff := cmp.Diff([]string{folder, file}, d.checkpoints); diff != "" {
		t.Errorf("reported (-want +got):\n%s", diff)
	}
	if err := trial.Checkpoint(filepath.Join(folder, "missing"), 1); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file gives %v", err)
	}
	if err := trial.Checkpoint(file, -1); err == nil || !strings.Contains(err.Error(), "count from 0") {
		t.Errorf("step -1 gives %v", err)
	}
}

func TestCheckpointWaitsInTheSpool(t *testing.T) {
	d := newDriver(t)
	path, err := d.trial(0).SaveCheckpoint(3, func(io.Writer) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	d.readSpool()
	if diff := cmp.Diff([]string{path}, d.checkpoints); diff != "" {
		t.Errorf("from the spool (-want +got):\n%s", diff)
	}
}
