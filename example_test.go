package danlu_test

import (
	"context"
	"fmt"

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
		fmt.Println(err)
		return
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
		fmt.Println(err)
		return
	}
	best, _ := study.Best()
	fmt.Printf("better than the default's 0.332: %v\n", best.Value < 0.332)
	// Output: better than the default's 0.332: true
}
