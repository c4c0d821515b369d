package danlu_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"math"
	"os"
	"path/filepath"

	"github.com/danlu-ml/danlu"
)

// A study of thirty trials, kept in memory. The objective stands for a training:
// it reports after every epoch, and ends early where it is told to.
func Example() {
	ctx := context.Background()
	study, err := danlu.New(ctx, danlu.Config{
		Name: "example", Objective: "val_loss min", Trials: 30, MaxStep: 9,
		Params: []danlu.Param{
			danlu.Float("lr", 1e-4, 1).Log().Default(0.5),
			danlu.Choice("optimizer", "sgd", "adamw"),
			danlu.Float("momentum", 0.5, 0.99).When("optimizer", "sgd"),
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer study.Close()
	err = study.Optimize(ctx, 2, func(ctx context.Context, t *danlu.Trial) (float64, error) {
		loss := 0.0
		for epoch := int64(1); epoch <= 9; epoch++ {
			far := t.Float("lr") - 0.03
			loss = far*far + 1/float64(epoch)
			if goOn, err := t.Report(ctx, epoch, map[string]float64{"val_loss": loss}); !goOn {
				return loss, err
			}
		}
		return loss, nil
	})
	if err != nil {
		log.Fatal(err)
	}
	best, _ := study.Best()
	fmt.Printf("better than the default's 0.332: %v\n", best.Value < 0.332)
	// Output: better than the default's 0.332: true
}

// The loop may be your own. Ask as many trials as you can run at a time.
func ExampleStudy_Ask() {
	ctx := context.Background()
	study, err := danlu.New(ctx, danlu.Config{
		Name: "asked", Objective: "loss min", Trials: 20,
		Params: []danlu.Param{danlu.Float("x", -5, 5), danlu.Float("y", -5, 5)},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer study.Close()
	for {
		trial, err := study.Ask(ctx)
		if errors.Is(err, danlu.ErrDone) {
			fmt.Println(err)
			break
		} else if err != nil {
			log.Fatal(err)
		}
		if err := trial.Complete(math.Hypot(trial.Float("x")-1, trial.Float("y"))); err != nil {
			log.Fatal(err)
		}
	}
	best, _ := study.Best()
	fmt.Printf("within 1 of the optimum: %v\n", best.Value < 1)
	// Output:
	// the study is at its end: its 20 trials are spent
	// within 1 of the optimum: true
}

// A study in a file goes on where it was, and keeps every trial.
func ExampleNew() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()
	config := danlu.Config{
		Name: "kept", Objective: "loss min", Trials: 3, Store: filepath.Join(dir, "danlu.db"),
		Params: []danlu.Param{danlu.Float("x", 0, 1).Default(0.5)},
	}
	square := func(_ context.Context, t *danlu.Trial) (float64, error) {
		return t.Float("x") * t.Float("x"), nil
	}
	for range 2 {
		study, err := danlu.New(ctx, config)
		if err != nil {
			log.Fatal(err)
		}
		if err := study.Optimize(ctx, 1, square); err != nil {
			log.Fatal(err)
		}
		fmt.Println(len(study.Trials()), study.Changes())
		if err := study.Close(); err != nil {
			log.Fatal(err)
		}
		config.Trials = 5
	}
	// Output:
	// 3 []
	// 5 [budget.trials was 3 and is now 5]
}

// A parameter may exist under another's values only, follow another one, and have a
// range, a scale, a default and a belief.
func ExampleParam() {
	study, err := danlu.New(context.Background(), danlu.Config{
		Name: "space", Objective: "val_accuracy max",
		Params: []danlu.Param{
			danlu.Float("lr", 1e-5, 1e-1).Log().Default(1e-3).Role("learning_rate"),
			danlu.Float("dropout", 0, 0.5).Step(0.1).Default(0.1).Near(0.1, 0.1),
			danlu.Choice("batch_size", 32, 64, 128).Ordered().Default(64),
			danlu.Choice("optimizer", "adamw", "sgd", "lion").Default("adamw").Weigh("adamw", 3),
			danlu.Float("momentum", 0.8, 0.99).When("optimizer", "sgd"),
			danlu.Float("warm_lr", 1e-4, 1e-2).Log().Default(1e-3).ScalesWith("batch_size", 0.5, 64),
			danlu.Bool("amp").Default(false),
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer study.Close()
	trial, err := study.Ask(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(trial.Params())
	fmt.Println(trial.Has("momentum"), trial.Float("momentum"))
	// Output:
	// map[amp:false batch_size:64 dropout:0.1 lr:0.001 optimizer:adamw warm_lr:0.001]
	// false 0
}

// Two objectives at odds: how much is gained, and how long it takes.
func ExampleStudy_OptimizeMany() {
	ctx := context.Background()
	study, err := danlu.New(ctx, danlu.Config{
		Name: "two", Objectives: []string{"accuracy max", "seconds min"}, Trials: 20,
		Sampler: "tpe", SamplerOptions: danlu.Options{"startup": 5},
		Params: []danlu.Param{danlu.Int("width", 1, 64).Log(), danlu.Bool("wasteful")},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer study.Close()
	err = study.OptimizeMany(ctx, 1, func(_ context.Context, t *danlu.Trial) ([]float64, error) {
		width := float64(t.Int("width"))
		seconds := width
		if t.Bool("wasteful") {
			seconds *= 2
		}
		return []float64{1 - 1/(1+width), seconds}, nil
	})
	if err != nil {
		log.Fatal(err)
	}
	wasteful := 0
	for _, r := range study.Front() {
		if r.Params["wasteful"] == true {
			wasteful++
		}
	}
	fmt.Printf("several trade-offs: %v\n", len(study.Front())-wasteful > 2)
	// Output: several trade-offs: true
}

// A trial that pauses keeps its state, here in a map, and goes on from it. Schedulers
// compare many trials after a little training before they train any to the end.
func ExampleTrial_Paused() {
	ctx := context.Background()
	study, err := danlu.New(ctx, danlu.Config{
		Name: "pausing", Objective: "loss min", MaxStep: 9, Trials: 9, Resume: true, Scheduler: "halving",
		Params: []danlu.Param{danlu.Float("rate", 0.1, 1)},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer study.Close()
	states := map[int]float64{} // by trial
	steps := 0
	err = study.Optimize(ctx, 1, func(ctx context.Context, t *danlu.Trial) (float64, error) {
		loss := 1.0
		if t.From > 0 {
			loss = states[t.Source]
		}
		for step := t.From + 1; step <= 9; step++ {
			loss *= 1 - t.Float("rate")/2
			steps++
			if goOn, err := t.Report(ctx, step, map[string]float64{"loss": loss}); !goOn {
				if t.Paused() {
					states[t.Number] = loss
				}
				return loss, err
			}
		}
		return loss, nil
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d trials in %d steps instead of 81\n", len(study.Trials()), steps)
	// Output: 9 trials in 21 steps instead of 81
}
