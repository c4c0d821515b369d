package sampler

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

const (
	// cellsAtMost is the largest grid.
	cellsAtMost = 1_000_000
	// pointsByDefault is the number of values of a continuous parameter.
	pointsByDefault = 5
)

// grid proposes all combinations of values, each once. Discrete parameters have
// all their values, continuous ones five, evenly over their scale with both ends;
// `{grid: {points: 7, width: 4}}` asks for seven, and for four of width.
// Parameters contribute only where they exist.
//
// The order is a shuffle by the study's seed: however far a study comes, what it
// has tried is a fair sample of the grid in every parameter, which the order of
// the file would not be. A proposal's tag is its place in the order.
type grid struct {
	cells *lattice
	order func() []int
}

func newGrid(a study.Algorithm, def *study.Definition) (Sampler, error) {
	points, err := gridPoints(a, def.Space)
	if err != nil {
		return nil, err
	}
	axes := make([]axis, def.Space.Len())
	for i := range axes {
		if points[i] == 0 && def.Space.Param(i).Domain.Count() > cellsAtMost {
			return nil, tooManyCells(float64(def.Space.Param(i).Domain.Count()), def.Space)
		}
		axes[i] = axis{param: i, at: values(def.Space, i, points[i])}
	}
	cells, count, ok := newLattice(def.Space, axes, cellsAtMost)
	if !ok {
		return nil, tooManyCells(count, def.Space)
	}
	return gridOf(cells, def.Seed), nil
}

func gridOf(cells *lattice, seed uint64) grid {
	return grid{cells: cells, order: sync.OnceValue(func() []int {
		return rand.New(rand.NewPCG(seed, 0x67726964)).Perm(cells.size) // "grid": a stream of its own
	})}
}

func tooManyCells(count float64, s *space.Space) error {
	number := fmt.Sprintf("%.0f", count)
	if math.IsInf(count, 1) {
		number = fmt.Sprintf("more than %d", cellsAtMost)
	} else if count > 1e15 {
		number = fmt.Sprintf("%.1e", count)
	}
	return fmt.Errorf("the grid has %s cells, %d is the most: give numerical parameters fewer points, as in {grid: {points: 3, %s: 2}}, or use sobol, which needs no end",
		number, cellsAtMost, s.Param(0).Name)
}

// gridPoints reads the options: how many values of each parameter, 0 for all.
// A parameter called points can't be told apart from the general number, which
// then wins.
func gridPoints(a study.Algorithm, s *space.Space) ([]int, error) {
	general := pointsByDefault
	points := make([]int, s.Len())
	for _, name := range slices.Sorted(maps.Keys(a.Options)) {
		var n int
		if err := json.Unmarshal(a.Options[name], &n); err != nil || n < 1 || n > cellsAtMost {
			return nil, fmt.Errorf("%s: %s is not a number of points: want a whole number from 1 on, as in {grid: {points: 5}}", name, a.Options[name])
		}
		i := s.Index(name)
		switch {
		case name == "points":
			general = n
			continue
		case i < 0:
			hint := ""
			if near := space.Nearest(name, append(s.Names(), "points")); near != "" {
				hint = fmt.Sprintf("; did you mean %s?", near)
			}
			return nil, fmt.Errorf("%s is neither an option nor a parameter%s", name, hint)
		}
		if _, choice := s.Param(i).Domain.(space.Choice); choice {
			return nil, fmt.Errorf("%s is %s: all of its values are tried, leave its number out", name, s.Param(i).Domain)
		}
		points[i] = n
	}
	for i := range points {
		if points[i] == 0 && s.Param(i).Domain.Count() == 0 {
			points[i] = general
		}
	}
	return points, nil
}

// Name implements [Sampler].
func (grid) Name() string { return "grid" }

// Total implements [Planner].
func (g grid) Total(*study.Definition) (int, error) { return g.cells.size, nil }

// Suggest implements [Sampler]. It draws nothing from rng.
func (g grid) Suggest(ctx context.Context, v *study.View, n int, _ *rand.Rand) ([]Proposal, error) {
	order, tried := g.order(), newTried(v)
	start := g.next(v)
	var out []Proposal
	for k := 0; k < len(order) && len(out) < n && ctx.Err() == nil; k++ {
		place := (start + k) % len(order)
		params := v.Def.Space.At(g.cells.at(order[place]))
		if !tried.add(v.Def.Space.Unit(params), params) {
			continue
		}
		out = append(out, Proposal{
			Params: params, Sampler: g.Name(), Tag: strconv.Itoa(place),
			Why: fmt.Sprintf("cell %d of %d", place+1, len(order)),
		})
	}
	return out, ctx.Err()
}

// next is the place after the last one proposed.
func (g grid) next(v *study.View) int {
	next := 0
	for _, t := range v.Trials {
		if t.Sampler != g.Name() {
			continue
		}
		if i, err := strconv.ParseUint(t.Tag, 10, 31); err == nil {
			next = max(next, int(i)+1)
		}
	}
	return next
}
