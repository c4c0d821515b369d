package traincli

import (
	"context"
	"fmt"
	"os"
	"strconv"

	"github.com/danlu-ml/danlu/internal/lrfind"
	"github.com/danlu-ml/danlu/internal/trainer"
	"github.com/danlu-ml/danlu/trialio"
)

// askedForRate reports whether a trial is to find its learning rate instead of
// training.
func askedForRate(t *trialio.Trial) bool {
	return t != nil && os.Getenv("DANLU_LR_TEST") == "1"
}

// The rates of a range test of a training that is too short for more.
const (
	lowest, highest = 1e-6, 10
	fewestRates     = 40
)

// testRates reports the curve of a range test, and what a few short trainings make
// of it where the training is long enough for them.
func testRates(ctx context.Context, o Options) error {
	t, err := trainer.NewTester(o.Config)
	if err != nil {
		return err
	}
	loop := &reporting{Tester: t, trial: o.Trial}
	momentum, _ := strconv.ParseFloat(t.Setting("momentum"), 64)
	known := lrfind.Options{
		Schedule: t.Setting("schedule"), Optimizer: t.Setting("optimizer"), Momentum: momentum,
		Linear: os.Getenv("DANLU_LR_SWEEP") == "linear",
	}
	res, err := lrfind.Find(ctx, loop, t.Steps(), known, nil)
	if err == nil && loop.points == 0 {
		res, err = curveAlone(ctx, loop, known, res.Reason)
	}
	if err != nil {
		return err
	}
	o.Trial.Report(loop.points, map[string]float64{
		"lr_test/suggestion": res.Suggestion, "lr_test/low": res.Range.Low, "lr_test/high": res.Range.High,
	})
	fmt.Fprintln(os.Stderr, "danlu train: "+res.Reason)
	return nil
}

// curveAlone is what a range test says where there is a reason for no more.
func curveAlone(ctx context.Context, loop lrfind.Loop, known lrfind.Options, why string) (lrfind.Result, error) {
	curve, err := lrfind.Sweep(ctx, loop, lrfind.Rates(lowest, highest, fewestRates))
	if err != nil {
		return lrfind.Result{}, err
	}
	res := lrfind.Suggest(curve, known)
	res.Reason += "; by the curve alone, since " + why
	return res, nil
}

// reporting reports the points of sweeps to the trial.
type reporting struct {
	*trainer.Tester
	trial  *trialio.Trial
	points int64
}

func (r *reporting) Sweep(ctx context.Context, rates []float64) ([]float64, error) {
	losses, err := r.Tester.Sweep(ctx, rates)
	for i, loss := range losses {
		r.points++
		r.trial.Report(r.points, map[string]float64{"lr_test/lr": rates[i], "lr_test/loss": loss})
	}
	return losses, err
}
