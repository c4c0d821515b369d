package traincli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/danlu-ml/danlu/internal/trainer"
	"github.com/danlu-ml/danlu/trialio"
)

func softmax(epochs int) trainer.Config {
	return trainer.Config{Task: "digits", Model: "softmax", Set: map[string]string{"lr": "0.05"}, Epochs: epochs, Seed: 3}
}

// trialIn is a trial whose reports nobody hears: they go to its spool.
func trialIn(dir, params string, more map[string]string) *trialio.Trial {
	env := map[string]string{
		"DANLU_TRIAL": "7", "DANLU_ATTEMPT": "1", "DANLU_PARAMS": params, "DANLU_DIR": dir,
		"DANLU_MAX_STEP": "2", "DANLU_SEED": "3", "DANLU_SPOOL": filepath.Join(dir, "spool.jsonl"),
	}
	for k, v := range more {
		env[k] = v
	}
	return trialio.New(func(name string) string { return env[name] })
}

// lines decodes JSON lines, without what differs from run to run.
func lines(t *testing.T, b []byte) []map[string]any {
	t.Helper()
	var all []map[string]any
	for line := range bytes.Lines(b) {
		m := map[string]any{}
		if err := json.Unmarshal(line, &m); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		delete(m, "seconds")
		delete(m, "memory_bytes")
		all = append(all, m)
	}
	return all
}

func TestATrialTrainsAsByHand(t *testing.T) {
	var byHand, inTrial bytes.Buffer
	if err := Run(t.Context(), Options{Config: softmax(2), JSON: true, Out: &byHand}); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	o := Options{Config: trainer.Config{Task: "digits", Model: "softmax"}, JSON: true, Out: &inTrial, Trial: trialIn(dir, `{"lr":0.05}`, nil)}
	if err := Run(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	want := lines(t, byHand.Bytes())
	if d := cmp.Diff(want, lines(t, inTrial.Bytes())); d != "" {
		t.Errorf("by hand and in a trial (-want +got):\n%s", d)
	}
	if len(want) != 3 || want[0]["epoch"] != 1.0 || want[2]["event"] != "train_ended" {
		t.Errorf("got %v", want)
	}

	// What it told the trial's driver: a checkpoint and a report an epoch, and the
	// test set's.
	spool, err := os.ReadFile(filepath.Join(dir, "spool.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, m := range lines(t, spool) {
		what := "?"
		if path, ok := m["checkpoint"].(string); ok {
			if _, err := os.Stat(path); err != nil {
				t.Error(err)
			}
			what = "checkpoint"
		} else if values, ok := m["values"].(map[string]any); ok {
			what = "report"
			if _, ok := values["test_accuracy"]; ok {
				what = "test"
			}
		}
		told = append(told, what)
	}
	if d := cmp.Diff([]string{"checkpoint", "report", "checkpoint", "report", "test"}, told); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

func TestATrialGoesOnFromItsCheckpoint(t *testing.T) {
	var whole, second bytes.Buffer
	if err := Run(t.Context(), Options{Config: softmax(2), JSON: true, Out: &whole}); err != nil {
		t.Fatal(err)
	}
	c := softmax(1)
	c.Checkpoint = filepath.Join(t.TempDir(), "half")
	if err := Run(t.Context(), Options{Config: c, Out: &bytes.Buffer{}}); err != nil {
		t.Fatal(err)
	}
	trial := trialIn(t.TempDir(), `{"lr":0.05}`, map[string]string{"DANLU_RESUME": c.Checkpoint})
	if err := Run(t.Context(), Options{Config: trainer.Config{Task: "digits", Model: "softmax"}, JSON: true, Out: &second, Trial: trial}); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(lines(t, whole.Bytes())[1:], lines(t, second.Bytes())); d != "" {
		t.Errorf("the second half (-want +got):\n%s", d)
	}
}

func TestTheCommandLineStandsBeforeTheTrial(t *testing.T) {
	o := Options{Config: trainer.Config{Set: map[string]string{"lr": "0.1"}, Epochs: 5, Seed: 9}}
	o.Trial = trialIn(t.TempDir(), `{"lr":0.05,"width":64,"optimizer":"sgd","nesterov":true,"dropout":1e-7}`, nil)
	if err := o.join(); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"lr": "0.1", "width": "64", "optimizer": "sgd", "nesterov": "true", "dropout": "1e-07"}
	if d := cmp.Diff(want, o.Set); d != "" || o.Epochs != 5 || o.Seed != 9 {
		t.Errorf("epochs %d, seed %d, settings (-want +got):\n%s", o.Epochs, o.Seed, d)
	}
}

func TestALengthMayBeAParameter(t *testing.T) {
	var out bytes.Buffer
	o := Options{Config: trainer.Config{Task: "digits", Model: "softmax"}, JSON: true, Out: &out, Trial: trialIn(t.TempDir(), `{"lr":0.05,"epochs":3}`, nil)}
	if err := Run(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	if got := len(lines(t, out.Bytes())); got != 4 {
		t.Errorf("%d lines of 3 epochs and an end", got)
	}
	o.Trial = trialIn(t.TempDir(), `{"epochs":2.5}`, nil)
	if err := Run(t.Context(), o); !errors.Is(err, trainer.ErrConfig) {
		t.Errorf("half an epoch: %v", err)
	}
}

func TestDivergence(t *testing.T) {
	c := trainer.Config{Task: "digits", Model: "mlp", Set: map[string]string{"lr": "100", "optimizer": "sgd", "depth": "4"}, Epochs: 3}
	if err := Run(t.Context(), Options{Config: c, Out: &bytes.Buffer{}}); !errors.Is(err, trainer.ErrDiverged) {
		t.Errorf("by hand: got %v", err)
	}
	dir := t.TempDir()
	c.Epochs = 0
	if err := Run(t.Context(), Options{Config: c, Out: &bytes.Buffer{}, Trial: trialIn(dir, "{}", nil)}); err != nil {
		t.Errorf("in a trial the report says it all, but: %v", err)
	}
	spool, err := os.ReadFile(filepath.Join(dir, "spool.jsonl"))
	if err != nil || !strings.Contains(string(spool), `"nan"`) && !strings.Contains(string(spool), `"inf"`) {
		t.Errorf("nothing of it was reported: %s, %v", spool, err)
	}
}

func TestWrongSettingsAreErrorsOfTheConfiguration(t *testing.T) {
	if err := Run(t.Context(), Options{Config: trainer.Config{Task: "digitss"}, Out: &bytes.Buffer{}}); !errors.Is(err, trainer.ErrConfig) {
		t.Errorf("got %v", err)
	}
}

func TestACheckpointAloneSaysWhatToGoOnWith(t *testing.T) {
	var whole, second bytes.Buffer
	if err := Run(t.Context(), Options{Config: softmax(2), JSON: true, Out: &whole}); err != nil {
		t.Fatal(err)
	}
	half := filepath.Join(t.TempDir(), "half")
	ctx, cancel := context.WithCancel(t.Context())
	c := softmax(2)
	c.Checkpoint, c.Progress = half, func(_, done, _ int) {
		if done == 3 {
			cancel()
		}
	}
	err := Run(ctx, Options{Config: c, Out: &bytes.Buffer{}})
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "danlu train --resume "+half) {
		t.Fatalf("error %v, want one that says how to go on", err)
	}
	if err := Run(t.Context(), Options{Config: trainer.Config{Resume: half}, JSON: true, Out: &second}); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(lines(t, whole.Bytes()), lines(t, second.Bytes())); d != "" {
		t.Errorf("through and interrupted (-want +got):\n%s", d)
	}
}

func TestTheBarIsGoneBeforeALineIsWritten(t *testing.T) {
	var out bytes.Buffer
	if err := Run(t.Context(), Options{Config: softmax(2), Out: &out, Bar: &out, Width: 60}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "\r\x1b[Kepoch 1 ") || !strings.Contains(out.String(), " step 1 of 9") {
		t.Errorf("no bar: %q", out.String())
	}
	for line := range strings.Lines(out.String()) {
		_, seen, _ := strings.Cut(line, "\r")
		if seen != "" && strings.Contains(seen[strings.LastIndex(seen, "\x1b[K"):], "█") {
			t.Errorf("a line begins behind a bar: %q", line)
		}
	}
}

func TestATrainingHasTheThreadsOfItsTrial(t *testing.T) {
	all := runtime.GOMAXPROCS(0)
	for told, want := range map[string]int{"": all, "3": 3, "0": all, "many": all} {
		if got := threads(told); got != want {
			t.Errorf("OMP_NUM_THREADS=%s: %d threads, want %d", told, got, want)
		}
	}
}
