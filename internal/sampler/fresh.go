package sampler

import (
	"math/rand/v2"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

const (
	// listable is the number of configurations up to which a space is listed to
	// find those that are left; drawing must do for larger ones.
	listable = 100_000
	// redraws is how often a configuration is drawn anew because it was there
	// already, before those left are listed, and redrawsAtMost where they can't.
	redraws, redrawsAtMost = 100, 10_000
)

// fresh turns draws into configurations that no trial has and that are allowed.
type fresh struct {
	space *space.Space
	ok    func(space.Values) bool // nil: all are allowed
	all   *lattice                // nil if the space can't be listed
	tried *tried
	rng   *rand.Rand
	u     []float64
	left  []int // of all, to be handed out from the end
	last  bool  // draws find nothing any more: what is left counts
}

func newFresh(v *study.View, all *lattice, rng *rand.Rand) *fresh {
	s := v.Def.Space
	return &fresh{space: s, all: all, tried: newTried(v), rng: rng, u: make([]float64, s.Len())}
}

// take is a configuration that is new, from draw if that comes upon one; ok is
// false if there is none left. draw fills in a point of the unit cube.
func (f *fresh) take(draw func(u []float64)) (params space.Values, ok bool) {
	tries := redraws
	if f.all == nil {
		tries = redrawsAtMost
	}
	for i := 0; i < tries && !f.last; i++ {
		draw(f.u)
		if params = f.space.At(f.u); f.accept(params) {
			return params, true
		}
	}
	if !f.last {
		f.last = true
		f.left = f.tried.missing(f.all, f.space)
		f.rng.Shuffle(len(f.left), func(i, j int) { f.left[i], f.left[j] = f.left[j], f.left[i] })
	}
	for len(f.left) > 0 {
		i := f.left[len(f.left)-1]
		f.left = f.left[:len(f.left)-1]
		if params = f.space.At(f.all.at(i)); f.accept(params) {
			return params, true
		}
	}
	return nil, false
}

// uniform fills a point of the unit cube with even draws.
func uniform(rng *rand.Rand, u []float64) {
	for i := range u {
		u[i] = rng.Float64()
	}
}

// allows reports whether a configuration may be proposed: it is new, and it meets
// the constraints.
func (f *fresh) allows(params space.Values) bool {
	return !f.tried.has(f.space.Unit(params), params) && (f.ok == nil || f.ok(params))
}

// accept takes a configuration if it may be proposed; from then on it is not new
// any more.
func (f *fresh) accept(params space.Values) bool {
	return (f.ok == nil || f.ok(params)) && f.tried.add(f.space.Unit(params), params)
}

// tried is a set of configurations: those of a study's trials, and more that are
// added.
type tried struct {
	trials *space.Set // the view's: not to be changed
	more   space.Set
}

func newTried(v *study.View) *tried { return &tried{trials: v.Tried} }

// add puts a configuration in and reports whether it is new.
func (t *tried) add(unit []float64, params space.Values) bool {
	return !t.trials.Has(unit, params) && t.more.Add(unit, params)
}

// has reports whether a configuration is in the set.
func (t *tried) has(unit []float64, params space.Values) bool {
	return t.trials.Has(unit, params) || t.more.Has(unit, params)
}

// missing lists the configurations of a lattice that are not in the set.
func (t *tried) missing(all *lattice, s *space.Space) []int {
	if all == nil {
		return nil
	}
	var left []int
	for i := range all.size {
		u := all.at(i)
		if !t.trials.HasPlace(u) && !t.more.HasPlace(u) {
			left = append(left, i)
			continue
		}
		if params := s.At(u); !t.trials.Has(u, params) && !t.more.Has(u, params) {
			left = append(left, i)
		}
	}
	return left
}
