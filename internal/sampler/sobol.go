package sampler

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"

	"github.com/danlu-ml/danlu/internal/sobol"
	"github.com/danlu-ml/danlu/internal/study"
)

// qmc proposes the points of a Sobol' sequence, scrambled by the study's seed: a
// coordinate a parameter, those of parameters that don't exist being ignored. Any
// number of trials is spread evenly, more evenly than at random. A proposal's tag
// is the index of its point, so the sequence goes on where it was, whatever was
// skipped and whenever it is asked.
//
// In a finite space, points that fall on configurations already there are passed
// over; when a hundred in a row do, the rest is drawn at random.
type qmc struct {
	points *sobol.Sequence
	all    *lattice
}

func newSobol(a study.Algorithm, def *study.Definition) (Sampler, error) {
	if err := a.Decode(&struct{}{}); err != nil {
		return nil, err
	}
	if n := def.Space.Len(); n > sobol.MaxDim {
		return nil, fmt.Errorf("the sequence has %d dimensions and the study %d parameters: use random", sobol.MaxDim, n)
	}
	points, err := sobol.Scrambled(max(def.Space.Len(), 1), def.Seed)
	if err != nil {
		return nil, err
	}
	return qmc{points: points, all: enumerate(def.Space, listable)}, nil
}

// Name implements [Sampler].
func (qmc) Name() string { return "sobol" }

// Suggest implements [Sampler]. Proposals depend on rng only where a finite space
// nears its end.
func (q qmc) Suggest(ctx context.Context, v *study.View, n int, rng *rand.Rand) ([]Proposal, error) {
	f := newFresh(v, q.all, rng)
	i := q.next(v)
	point := make([]float64, q.points.Dim())
	var out []Proposal
	for len(out) < n && ctx.Err() == nil {
		params, ok := f.take(func(u []float64) {
			copy(u, q.points.At(uint32(i), point))
			i++
		})
		if !ok {
			break
		}
		at := max(i-1, 0)
		why := fmt.Sprintf("point %d of a Sobol sequence", at)
		if f.last {
			why = "one of the last configurations left"
		}
		out = append(out, Proposal{Params: params, Sampler: q.Name(), Why: why, Tag: strconv.Itoa(at)})
	}
	return out, ctx.Err()
}

// next is the index after the last point proposed.
func (q qmc) next(v *study.View) int {
	next := 0
	for _, t := range v.Trials {
		if t.Sampler != q.Name() {
			continue
		}
		if i, err := strconv.ParseUint(t.Tag, 10, 32); err == nil {
			next = max(next, int(i)+1)
		}
	}
	return next
}
