package space

import (
	"maps"
	"math"
	"slices"
)

// Set is a set of configurations, found by their place in the unit cube and
// compared exactly. The zero Set is empty.
type Set struct {
	items []configuration
	first map[uint64]int32 // by hash of the place, the latest item
}

type configuration struct {
	unit   []float64
	params Values
	next   int32 // another item with that hash, -1 if there is none
}

// Len is the number of configurations.
func (s *Set) Len() int { return len(s.items) }

// Add puts a configuration in, with its place in the unit cube ([Space.Unit]), and
// reports whether it is new. It keeps both arguments.
func (s *Set) Add(unit []float64, params Values) bool {
	if s.Has(unit, params) {
		return false
	}
	if s.first == nil {
		s.first = map[uint64]int32{}
	}
	hash := place(unit)
	next, ok := s.first[hash]
	if !ok {
		next = -1
	}
	s.first[hash] = int32(len(s.items))
	s.items = append(s.items, configuration{unit, params, next})
	return true
}

// Has reports whether the set has a configuration.
func (s *Set) Has(unit []float64, params Values) bool {
	return s.find(unit, func(c configuration) bool { return maps.Equal(c.params, params) })
}

// HasPlace reports whether the set has any configuration at this place.
func (s *Set) HasPlace(unit []float64) bool {
	return s.find(unit, func(configuration) bool { return true })
}

// Equal reports whether two sets hold the same configurations.
func (s *Set) Equal(t *Set) bool {
	return len(s.items) == len(t.items) &&
		!slices.ContainsFunc(s.items, func(c configuration) bool { return !t.Has(c.unit, c.params) })
}

func (s *Set) find(unit []float64, same func(configuration) bool) bool {
	i, ok := s.first[place(unit)]
	for ; ok && i >= 0; i = s.items[i].next {
		if c := s.items[i]; slices.Equal(c.unit, unit) && same(c) {
			return true
		}
	}
	return false
}

// place hashes a point by the steps of SplitMix64 (Steele et al. 2014).
func place(unit []float64) uint64 {
	h := uint64(len(unit))
	for _, x := range unit {
		h += math.Float64bits(x) + 0x9e3779b97f4a7c15
		h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
		h = (h ^ h>>27) * 0x94d049bb133111eb
		h ^= h >> 31
	}
	return h
}
