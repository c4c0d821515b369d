package pareto

import (
	"slices"
	"sort"
)

// staircase is the edge of what a set of points in the plane covers: its corners,
// a rising and b falling strictly. The zero staircase covers nothing.
type staircase struct{ corners []corner }

type corner struct{ a, b float64 }

// covers reports whether a corner is at least as good as (a, b) in both.
func (s *staircase) covers(a, b float64) bool {
	i := s.beyond(a)
	return i > 0 && s.corners[i-1].b <= b
}

// beyond is the first corner whose a is above the given one.
func (s *staircase) beyond(a float64) int {
	return sort.Search(len(s.corners), func(i int) bool { return s.corners[i].a > a })
}

// span is the range of corners that (a, b) covers.
func (s *staircase) span(a, b float64) (from, to int) {
	from = sort.Search(len(s.corners), func(i int) bool { return s.corners[i].a >= a })
	to = from
	for to < len(s.corners) && s.corners[to].b >= b {
		to++
	}
	return from, to
}

// add puts in a point that is not covered, in the place of those it covers.
func (s *staircase) add(a, b float64) {
	from, to := s.span(a, b)
	s.corners = slices.Replace(s.corners, from, to, corner{a, b})
}

// gain is the area that (a, b), not covered, would add within the reference.
func (s *staircase) gain(a, b, refA, refB float64) float64 {
	from, to := s.span(a, b)
	top := refB // of the strip that begins at left
	if from > 0 {
		top = s.corners[from-1].b
	}
	left, area := a, 0.0
	for _, c := range s.corners[from:to] {
		area += (c.a - left) * (top - b)
		left, top = c.a, c.b
	}
	right := refA
	if to < len(s.corners) {
		right = s.corners[to].a
	}
	return area + (right-left)*(top-b)
}
