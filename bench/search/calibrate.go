package main

import (
	"context"
	"fmt"

	"github.com/danlu-ml/danlu/internal/benchmark/calibrate"
	"github.com/danlu-ml/danlu/internal/benchmark/suite"
)

// calibration prints how forecasts of learning curves come true on tasks with steps.
func calibration(ctx context.Context, args []string) error {
	var c choice
	fs := c.flags("calibrate")
	if err := fs.Parse(args); err != nil {
		return err
	}
	seeds, err := seedList(c.seeds)
	if err != nil {
		return err
	}
	problems, err := suite.Load("fidelity", suite.Options{Tables: c.tables, Tasks: c.tasks})
	if err != nil {
		return err
	}
	if c.trials == 0 {
		c.trials = 25
	}
	var families []string
	trials := map[string][]calibrate.Trial{}
	for _, p := range problems {
		if trials[p.Family] == nil {
			families = append(families, p.Family)
		}
		for _, seed := range seeds {
			some, err := calibrate.Play(ctx, p, seed, c.trials)
			if err != nil {
				return err
			}
			trials[p.Family] = append(trials[p.Family], some...)
		}
	}
	for _, f := range families {
		fmt.Printf("%s\n\n%s\n", f, reliability(calibrate.Sum(trials[f])))
	}
	return nil
}

func reliability(s calibrate.Summary) string {
	text := "| chance given | forecasts | mean chance | came true |\n|---|---|---|---|\n"
	for _, b := range s.Bins {
		if b.Forecasts > 0 {
			text += fmt.Sprintf("| %.0f–%.0f %% | %d | %.1f %% | %.1f %% |\n", 100*b.Low, 100*min(b.High, 1), b.Forecasts, 100*b.Mean, 100*b.Came)
		}
	}
	return text + fmt.Sprintf("\n%d trials judged, %d stopped, %d of which would have ended as the best; %d ended so. Stopping saves %.0f %% of their steps.\n",
		s.Judged, s.Stopped, s.Lost, s.Better, 100*s.Saved)
}
