// Package sampler proposes parameters: mathematics applied to trials, one file an
// algorithm.
//
// A sampler is a pure function of the view and a source of randomness. It starts
// nothing and remembers nothing that the log does not hold; a cache may make it
// faster, never different. samplertest asks every one of them the same questions.
//
// [New] makes a sampler by its name; [Feasible] keeps one within constraints.
//
// Start reading at [Sampler], then at any algorithm's file.
package sampler

import (
	"context"
	"math/rand/v2"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

// Proposal is a configuration to try.
type Proposal struct {
	Params  space.Values
	Sampler string // who proposed it
	Why     string // for people, one short clause; may be empty
	Tag     string // for the sampler itself, kept with the trial: a generation, a cell
}

// Sampler proposes configurations.
type Sampler interface {
	// Name is the sampler's name, as in `sampler: sobol`.
	Name() string

	// Suggest proposes up to n configurations to try next, given everything
	// known, in the order they should run. The first will be trial
	// len(v.Trials), and so on. Fewer than n, even none, means that there are no
	// more to propose: the space is exhausted.
	//
	// It draws from rng alone, which the caller makes anew for the trial number
	// of the first proposal: the same log gives the same proposals, bit for bit.
	// What has to hold over the whole study (a scramble, an order) comes from the
	// definition's seed. No configuration is proposed that a trial, in whatever
	// state, already has. It does not change v. Trials without a loss (waiting, running, stopped),
	// failed ones and non-finite losses are ordinary input. An error means that
	// the study can't be sampled at all, and why.
	Suggest(ctx context.Context, v *study.View, n int, rng *rand.Rand) ([]Proposal, error)
}

// Planner is a sampler that knows how many trials it will propose in all.
type Planner interface {
	// Total is the number of configurations, 0 if there is no end. It is an
	// error to have none because the space has no grid.
	Total(def *study.Definition) (int, error)
}
