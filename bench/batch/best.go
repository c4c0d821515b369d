package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/danlu-ml/danlu/internal/jsonl"
	"github.com/danlu-ml/danlu/internal/trainer"
)

// seeds is how often each training around the best is made.
const seeds = 3

// line is one training: a line of the file. Loss is the final loss on the
// validation set, null where it diverged.
type line struct {
	Cell string   `json:"cell"`
	At   int      `json:"at"` // quarter decades: 10^(at/4)
	Seed uint64   `json:"seed"`
	Loss *float64 `json:"val_loss"`
}

// known is the losses by cell, place and seed; +Inf diverged.
type known map[string]map[int]map[uint64]float64

func (k known) add(l line) {
	if k[l.Cell] == nil {
		k[l.Cell] = map[int]map[uint64]float64{}
	}
	if k[l.Cell][l.At] == nil {
		k[l.Cell][l.At] = map[uint64]float64{}
	}
	k[l.Cell][l.At][l.Seed] = math.Inf(1)
	if l.Loss != nil {
		k[l.Cell][l.At][l.Seed] = *l.Loss
	}
}

func read(path string) (known, error) {
	k := known{}
	return k, jsonl.Each(path, k.add)
}

func value(at int) float64 { return math.Pow(10, float64(at)/4) }

// measure climbs from the start by half decades until both sides are worse, then
// trains the quarter decades around the best with every seed, until the best is not
// at their edge.
func (c cell) measure(ctx context.Context, k known, path string) error {
	at := int(math.Round(4 * math.Log10(c.start)))
	for _, direction := range []int{2, -2} {
		for best := at; ; best += direction {
			here, err := c.train(ctx, k, path, best, 1)
			if err != nil {
				return err
			}
			next, err := c.train(ctx, k, path, best+direction, 1)
			if err != nil {
				return err
			}
			if !(next < here) && !math.IsInf(here, 1) || math.Abs(float64(best-at)) > 24 {
				break
			}
		}
	}
	for {
		best := k.place(c.Name)
		for place := best - 2; place <= best+2; place++ {
			for seed := range uint64(seeds) {
				if _, err := c.train(ctx, k, path, place, seed+1); err != nil {
					return err
				}
			}
		}
		if k.place(c.Name) == best {
			return nil
		}
	}
}

func (c cell) train(ctx context.Context, k known, path string, at int, seed uint64) (float64, error) {
	if loss, ok := k[c.Name][at][seed]; ok {
		return loss, nil
	}
	config := c.config
	config.Set, config.Seed = maps.Clone(config.Set), seed
	config.Set[c.key] = strconv.FormatFloat(value(at), 'g', 6, 64)
	loss := math.Inf(1)
	_, err := trainer.Run(ctx, config, func(e trainer.Epoch) bool { loss = e.ValLoss; return true })
	switch {
	case errors.Is(err, trainer.ErrDiverged):
		loss = math.Inf(1)
	case err != nil:
		return 0, fmt.Errorf("train %s with %s=%g: %w", c.Name, c.key, value(at), err)
	}
	l := line{Cell: c.Name, At: at, Seed: seed}
	if !math.IsInf(loss, 0) && !math.IsNaN(loss) {
		l.Loss = &loss
	}
	k.add(l)
	return loss, jsonl.Append(path, l)
}

// mean is the mean loss at a place over its seeds.
func (k known) mean(cell string, at int) float64 {
	var sum float64
	for _, loss := range k[cell][at] {
		sum += loss
	}
	return sum / float64(len(k[cell][at]))
}

// place is where the mean loss is lowest.
func (k known) place(cell string) int {
	best, least := 0, math.Inf(1)
	for _, at := range slices.Sorted(maps.Keys(k[cell])) {
		if m := k.mean(cell, at); m < least {
			best, least = at, m
		}
	}
	return best
}

// best is the value with the lowest loss, by a parabola through three places, and
// the standard error of its natural logarithm over the seeds.
func (k known) best(cell string) (x, spread float64, ok bool) {
	at := k.place(cell)
	var xs []float64
	for seed := range uint64(seeds) {
		// Of each seed the lowest within the places that all have.
		best, least := at, math.Inf(1)
		for p := at - 2; p <= at+2; p++ {
			loss, there := k[cell][p][seed+1]
			if !there {
				return 0, 0, false
			}
			if loss < least {
				best, least = p, loss
			}
		}
		best = min(max(best, at-1), at+1)
		xs = append(xs, vertex(best, func(p int) float64 { return k[cell][p][seed+1] }))
	}
	var sum, squares float64
	for _, x := range xs {
		sum += x
	}
	center := vertex(at, func(p int) float64 { return k.mean(cell, p) })
	for _, x := range xs {
		squares += (x - sum/seeds) * (x - sum/seeds)
	}
	return math.Pow(10, center/4), math.Sqrt(squares/(seeds-1)/seeds) * math.Ln10 / 4, true
}

// vertex is the lowest place of the parabola through three.
func vertex(at int, loss func(int) float64) float64 {
	a, b, c := loss(at-1), loss(at), loss(at+1)
	bend := a - 2*b + c
	if !(bend > 0) || math.IsInf(bend, 0) {
		return float64(at)
	}
	return float64(at) + min(max((a-c)/(2*bend), -0.5), 0.5)
}
