package main

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/danlu-ml/danlu/internal/jsonl"
)

// The grid is of eighths of a decade: rate(i) = 10^(i/8).
const (
	lowest, highest = -5 * 8, 1 * 8
	coarse          = 4 // every half decade, one seed: where to look
	around          = 5 // so far each way of the best of those, the first seed
	near            = 4 // the other seeds
)

func rate(i int) float64 { return math.Pow(10, float64(i)/8) }

// record is a line of the file of truths: full trainings of a task with one seed.
type record struct {
	Task string    `json:"task"`
	Seed uint64    `json:"seed"`
	At   []int     `json:"at"` // on the grid
	Loss []measure `json:"val_loss"`
	Acc  []measure `json:"val_accuracy"`
}

// measure is written with five digits; a training that diverged has null, which
// is read as +Inf.
type measure float64

func (m measure) MarshalJSON() ([]byte, error) {
	if v := float64(m); v-v != 0 {
		return []byte("null"), nil
	}
	return strconv.AppendFloat(nil, float64(m), 'g', 5, 64), nil
}

func (m *measure) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*m = measure(math.Inf(1))
		return nil
	}
	v, err := strconv.ParseFloat(string(b), 64)
	*m = measure(v)
	return err
}

// score is what a full training came to.
type score struct{ loss, accuracy float64 }

// truth is what full trainings of a task came to: by place on the grid, by seed.
type truth map[int]scores

// scores are what a place came to, by seed.
type scores map[uint64]score

// each is one measure of them, in the order of the seeds.
func (s scores) each(of func(score) float64) []float64 {
	var all []float64
	for _, seed := range slices.Sorted(maps.Keys(s)) {
		all = append(all, of(s[seed]))
	}
	return all
}

func (t truth) add(r record) {
	for k, i := range r.At {
		if t[i] == nil {
			t[i] = scores{}
		}
		t[i][r.Seed] = score{float64(r.Loss[k]), float64(r.Acc[k])}
	}
}

// readTruths reads what is there already; no file is no truth.
func readTruths(path string) (map[string]truth, error) {
	all := map[string]truth{}
	err := jsonl.Each(path, func(r record) {
		if all[r.Task] == nil {
			all[r.Task] = truth{}
		}
		all[r.Task].add(r)
	})
	return all, err
}

// measureTruth trains a task fully wherever the grid still lacks it.
func measureTruth(ctx context.Context, t task, known truth, seeds int, path string) error {
	var wide []int
	from, to := lowest, highest-8 // adaptive optimisers want lower rates
	if t.optimizer == "sgd" {
		from, to = lowest+12, highest
	}
	for i := from; i <= to; i += coarse {
		wide = append(wide, i)
	}
	if err := t.trainAt(ctx, wide, 1, known, path); err != nil {
		return err
	}
	for seed := range seeds {
		// A best at the edge of what has been looked at moves the window.
		for {
			var dense []int
			best, width := known.best(1), around
			if seed > 0 {
				width = near
			}
			for i := max(lowest, best-width); i <= min(highest, best+width); i++ {
				dense = append(dense, i)
			}
			if err := t.trainAt(ctx, dense, uint64(seed+1), known, path); err != nil {
				return err
			}
			if known.best(1) == best {
				break
			}
		}
	}
	return nil
}

// best is the place with the lowest loss of one seed.
func (t truth) best(seed uint64) int {
	at, least := 0, math.Inf(1)
	for i := lowest; i <= highest; i++ {
		if s, ok := t[i][seed]; ok && s.loss < least {
			at, least = i, s.loss
		}
	}
	return at
}

func (t task) trainAt(ctx context.Context, places []int, seed uint64, known truth, path string) error {
	r := record{Task: t.name, Seed: seed}
	for _, i := range places {
		if _, ok := known[i][seed]; ok {
			continue
		}
		s, err := t.program.train(ctx, rate(i), seed)
		if err != nil {
			return fmt.Errorf("%s at %g: %w", t.name, rate(i), err)
		}
		r.At = append(r.At, i)
		r.Loss, r.Acc = append(r.Loss, measure(s.loss)), append(r.Acc, measure(s.accuracy))
	}
	if r.At == nil {
		return nil
	}
	known.add(r)
	return jsonl.Append(path, r)
}
