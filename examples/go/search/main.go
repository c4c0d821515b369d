// Command search tunes a training inside one program, with the library: no file, no
// processes. The study is kept, so that a second run goes on with the first.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"

	"github.com/danlu-ml/danlu"
	"github.com/danlu-ml/danlu/examples/go/moons"
)

func main() {
	trials := flag.Int("trials", 30, "how many configurations to try, in all")
	store := flag.String("store", "danlu.db", "the file to keep the study in")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *trials, *store); err != nil {
		fmt.Fprintln(os.Stderr, "search:", err)
		os.Exit(1)
	}
}

const epochs = 30

func run(ctx context.Context, trials int, store string) error {
	study, err := danlu.New(ctx, danlu.Config{
		Name: "moons-inside", Objective: "val_loss min", MaxStep: epochs, Trials: trials, Store: store,
		Params: []danlu.Param{
			danlu.Float("lr", 1e-3, 3).Log().Role("learning_rate").Default(moons.Defaults.LR),
			danlu.Float("momentum", 0, 0.95).Role("momentum").Default(moons.Defaults.Momentum),
			danlu.Int("width", 2, 32).Log().Role("width").Default(moons.Defaults.Width),
			danlu.Choice("batch_size", 8, 16, 32, 64).Ordered().Role("batch_size").Default(moons.Defaults.BatchSize),
		},
	})
	if err != nil {
		return err
	}
	defer study.Close()
	if err := study.Optimize(ctx, 2, train); err != nil {
		return err
	}
	for _, r := range study.Trials() {
		if r.Default {
			fmt.Printf("default  %.4f  %v\n", r.Value, r.Params)
		}
	}
	if best, ok := study.Best(); ok {
		fmt.Printf("best     %.4f  %v\n", best.Value, best.Params)
	}
	return nil
}

// train is a trial: its value is the validation loss of the last epoch.
func train(ctx context.Context, t *danlu.Trial) (loss float64, err error) {
	network := moons.New(moons.Params{
		LR: t.Float("lr"), Momentum: t.Float("momentum"), Width: t.Int("width"), BatchSize: t.Int("batch_size"),
	}, t.Seed)
	for goOn := true; goOn && err == nil && network.Epoch < epochs; {
		var accuracy float64
		loss, accuracy = network.Train()
		goOn, err = t.Report(ctx, network.Epoch, map[string]float64{"val_loss": loss, "val_accuracy": accuracy})
	}
	return loss, err
}
