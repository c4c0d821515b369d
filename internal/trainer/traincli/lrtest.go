package traincli

import (
	"context"
	"math"
	"os"

	"github.com/danlu-ml/danlu/internal/trainer"
	"github.com/danlu-ml/danlu/trialio"
)

// askedForRate reports whether a trial is to find its learning rate instead of
// training.
func askedForRate(t *trialio.Trial) bool {
	return t != nil && os.Getenv("DANLU_LR_TEST") == "1"
}

// The rates of a range test, and its length: the share of a training, and the least.
const (
	lowest, highest = 1e-6, 10
	testShare       = 0.08
	fewestRates     = 40
)

// testRates reports the curve of a range test.
func testRates(ctx context.Context, o Options) error {
	t, err := trainer.NewTester(o.Config)
	if err != nil {
		return err
	}
	rates := make([]float64, max(fewestRates, int(testShare*float64(t.Steps()))))
	for i := range rates {
		rates[i] = lowest * math.Pow(highest/lowest, float64(i)/float64(len(rates)-1))
	}
	losses, err := t.Sweep(ctx, rates)
	for i, loss := range losses {
		o.Trial.Report(int64(i+1), map[string]float64{"lr_test/lr": rates[i], "lr_test/loss": loss})
	}
	return err
}
