package sampler

import (
	"hash/maphash"
	"maps"
	"math"
	"math/rand/v2"
	"slices"

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

// fresh turns draws into configurations that no trial has.
type fresh struct {
	space *space.Space
	all   *lattice // nil if the space can't be listed
	tried *tried
	rng   *rand.Rand
	u     []float64
	left  []int // of all, to be handed out from the end
	last  bool  // draws find nothing any more: what is left counts
}

func newFresh(v *study.View, all *lattice, n int, rng *rand.Rand) *fresh {
	s := v.Def.Space
	return &fresh{space: s, all: all, tried: newTried(v, n), rng: rng, u: make([]float64, s.Len())}
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
		params = f.space.At(f.u)
		if f.tried.add(f.space.Unit(params), params) {
			return params, true
		}
	}
	if !f.last {
		f.last = true
		f.left = f.tried.missing(f.all, f.space)
		f.rng.Shuffle(len(f.left), func(i, j int) { f.left[i], f.left[j] = f.left[j], f.left[i] })
	}
	if len(f.left) == 0 {
		return nil, false
	}
	i := f.left[len(f.left)-1]
	f.left = f.left[:len(f.left)-1]
	return f.space.At(f.all.at(i)), true
}

// tried is a set of configurations: those of a study's trials, and more that are
// added. They are found by their place in the unit cube and compared exactly.
type tried struct {
	trials []*study.Trial
	first  map[uint64]int32 // by hash of the place
	next   []int32          // another one with that hash, -1 if there is none
	seed   maphash.Seed
	bytes  []byte
}

func newTried(v *study.View, more int) *tried {
	n := len(v.Trials) + more
	t := &tried{
		trials: make([]*study.Trial, 0, n),
		first:  make(map[uint64]int32, n),
		next:   make([]int32, 0, n),
		seed:   maphash.MakeSeed(),
	}
	for _, x := range v.Trials {
		t.insert(t.hash(x.Unit), x)
	}
	return t
}

// add puts a configuration in and reports whether it is new.
func (t *tried) add(unit []float64, params space.Values) bool {
	if t.has(unit, params) {
		return false
	}
	t.insert(t.hash(unit), &study.Trial{Unit: unit, Params: params})
	return true
}

func (t *tried) has(unit []float64, params space.Values) bool {
	i, ok := t.first[t.hash(unit)]
	for ; ok && i >= 0; i = t.next[i] {
		if slices.Equal(t.trials[i].Unit, unit) && maps.Equal(t.trials[i].Params, params) {
			return true
		}
	}
	return false
}

func (t *tried) insert(hash uint64, x *study.Trial) {
	before, ok := t.first[hash]
	if !ok {
		before = -1
	}
	t.first[hash] = int32(len(t.trials))
	t.next = append(t.next, before)
	t.trials = append(t.trials, x)
}

func (t *tried) hash(unit []float64) uint64 {
	t.bytes = t.bytes[:0]
	for _, x := range unit {
		b := math.Float64bits(x)
		t.bytes = append(t.bytes, byte(b), byte(b>>8), byte(b>>16), byte(b>>24), byte(b>>32), byte(b>>40), byte(b>>48), byte(b>>56))
	}
	return maphash.Bytes(t.seed, t.bytes)
}

// missing lists the configurations of a lattice that are not in the set.
func (t *tried) missing(all *lattice, s *space.Space) []int {
	if all == nil {
		return nil
	}
	var left []int
	for i := range all.size {
		u := all.at(i)
		if _, maybe := t.first[t.hash(u)]; !maybe || !t.has(u, s.At(u)) {
			left = append(left, i)
		}
	}
	return left
}
