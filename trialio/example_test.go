package trialio_test

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"

	"github.com/danlu-ml/danlu/trialio"
)

// A training program. This runs without danlu, so parameters have their defaults,
// and the decision is always to go on.
func Example() {
	lr := trialio.Float("lr", 0.1)
	weight := 0.0
	for epoch := int64(1); epoch <= 3; epoch++ {
		weight -= lr * 2 * (weight - 1)
		loss := (weight - 1) * (weight - 1)
		fmt.Printf("epoch %d: loss %.3f\n", epoch, loss)
		if trialio.Report(epoch, map[string]float64{"val_loss": loss}) != trialio.Continue {
			return
		}
	}
	// Output:
	// epoch 1: loss 0.640
	// epoch 2: loss 0.410
	// epoch 3: loss 0.262
}

// All parameters at once go into a struct, over what it holds.
func ExampleTrial_Decode() {
	trial := trialio.New(func(name string) string { // as danlu would set the environment
		return map[string]string{"DANLU_TRIAL": "7", "DANLU_PARAMS": `{"lr":0.003,"batch_size":128}`}[name]
	})
	params := struct {
		LR        float64 `json:"lr"`
		BatchSize int     `json:"batch_size"`
		Optimizer string  `json:"optimizer"`
	}{0.001, 64, "adamw"}
	if err := trial.Decode(&params); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%+v\n", params)
	// Output: {LR:0.003 BatchSize:128 Optimizer:adamw}
}

// state is all that a training needs to go on.
type state struct {
	Epoch  int64
	Weight float64
}

// train goes on from the trial's checkpoint, if it has one, and leaves one after
// every epoch, before it reports: a pause finds it.
func train(trial *trialio.Trial, epochs int64) (s state, err error) {
	if path := trial.Resume(); path != "" {
		text, err := os.ReadFile(path)
		if err == nil {
			err = json.Unmarshal(text, &s)
		}
		if err != nil {
			return s, fmt.Errorf("read the checkpoint: %w", err)
		}
	}
	for s.Epoch < epochs {
		s.Epoch++
		s.Weight += 0.25
		_, err := trial.SaveCheckpoint(s.Epoch, func(w io.Writer) error { return json.NewEncoder(w).Encode(s) })
		if err != nil {
			return s, err
		}
		if trial.Report(s.Epoch, map[string]float64{"val_loss": 1 - s.Weight}) != trialio.Continue {
			return s, nil
		}
	}
	return s, nil
}

// The second attempt goes on where the first one was cut off.
func ExampleTrial_SaveCheckpoint() {
	dir, err := os.MkdirTemp("", "trial")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	env := map[string]string{ // as danlu would set it
		"DANLU_TRIAL": "7", "DANLU_ATTEMPT": "1", "DANLU_DIR": dir, "DANLU_SPOOL": filepath.Join(dir, "spool.jsonl"),
	}
	getenv := func(name string) string { return env[name] }
	if _, err := train(trialio.New(getenv), 2); err != nil {
		log.Fatal(err)
	}
	env["DANLU_ATTEMPT"], env["DANLU_RESUME"] = "2", filepath.Join(dir, "checkpoints", "attempt-1-step-2.ckpt")
	s, err := train(trialio.New(getenv), 4)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%+v\n", s)
	// Output: {Epoch:4 Weight:1}
}
