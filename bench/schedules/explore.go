package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/danlu-ml/danlu/internal/trainer"
)

// Seeds of the coarse grid of peaks, and of the peaks about its best.
const (
	coarseSeeds = 3
	fineSeeds   = 5
)

// cell is a schedule of a length on a task: what has one best peak.
type cell struct {
	task     task
	schedule string
	epochs   int
	kept     *results
	trainers *trainers
}

// explore trains at every half decade of the task's grid, goes on beyond an end that
// is best, and then looks a quarter of a decade to both sides of the best. The last
// three have as many seeds as are reported.
func (c cell) explore(ctx context.Context) error {
	low, high := c.task.low, c.task.high
	seeds := c.task.coarseSeeds()
	for q := low; q <= high; q += 2 {
		if err := c.train(ctx, q, seeds); err != nil {
			return err
		}
	}
	for {
		best := c.kept.choose(c.task.name, c.schedule, c.epochs, seeds).quarter
		next := 0
		switch best {
		case low:
			low -= 2
			next = low
		case high:
			high += 2
			next = high
		default:
			for _, q := range []int{best - 1, best, best + 1} {
				if err := c.train(ctx, q, fineSeeds); err != nil {
					return err
				}
			}
			return nil
		}
		if err := c.train(ctx, next, seeds); err != nil {
			return err
		}
	}
}

// train makes sure of the results of seeds 1 to n at a peak.
func (c cell) train(ctx context.Context, quarter, n int) error {
	for seed := 1; seed <= n; seed++ {
		t := training{c.task.name, c.schedule, c.epochs, quarter, seed}
		if _, ok := c.kept.all[t]; ok {
			continue
		}
		var o outcome
		var err error
		if c.task.torch {
			o, err = c.trainers.torch(ctx, t)
		} else {
			o, err = builtIn(ctx, c.task.at(t))
		}
		if err != nil {
			return fmt.Errorf("train %+v: %w", t, err)
		}
		if err := c.kept.keep(t, o); err != nil {
			return err
		}
	}
	return nil
}

// builtIn trains with the built-in trainer. A training that diverges has no accuracy.
func builtIn(ctx context.Context, config trainer.Config) (outcome, error) {
	var o outcome
	began := time.Now()
	result, err := trainer.Run(ctx, config, func(e trainer.Epoch) bool {
		o.val = e.ValAccuracy
		return true
	})
	o.seconds = time.Since(began).Seconds()
	if errors.Is(err, trainer.ErrDiverged) {
		return outcome{seconds: o.seconds}, nil
	}
	o.test = result.TestAccuracy
	return o, err
}
