package pareto

import (
	"math"
	"slices"
)

// Box is the set of points above Low, exclusively, and up to High in every
// objective. Low may be −Inf.
type Box struct{ Low, High []float64 }

// MostBoxed is the largest number of objectives that [Boxes] and [NewEHVI] take.
const MostBoxed = 3

// Boxes cuts what lies below the reference point and what no point dominates into
// boxes that don't overlap, for one to three objectives: at most n+1 boxes with two
// objectives and 2n+1 with three (as many as Lacour et al. 2017 have, by a sweep of
// the third objective in which every strip of the first two lasts until a point
// cuts it). It panics with more objectives.
func Boxes(points [][]float64, ref []float64) []Box {
	inside := within(points, ref)
	switch len(ref) {
	case 1:
		high := ref[0]
		if len(inside) > 0 {
			high = inside[0][0]
		}
		return []Box{{[]float64{math.Inf(-1)}, []float64{high}}}
	case 2:
		w := newSweep(ref[0], ref[1])
		for _, p := range inside {
			w.cut(p[0], p[1], math.Inf(-1))
		}
		w.closeAll(math.Inf(1))
		for i := range w.boxes {
			w.boxes[i].Low, w.boxes[i].High = w.boxes[i].Low[:2], w.boxes[i].High[:2]
		}
		return w.boxes
	case 3:
		sortBy(inside, 2)
		w := newSweep(ref[0], ref[1])
		for _, p := range inside {
			w.cut(p[0], p[1], p[2])
		}
		w.closeAll(ref[2])
		return w.boxes
	}
	panic("pareto: boxes for more than three objectives")
}

// strip is what no point dominates with left < a ≤ right, b ≤ top, and c above
// since.
type strip struct{ left, right, top, since float64 }

// sweep moves along the third objective, c. Its strips lie side by side from −Inf
// to the reference, each lower than the one before.
type sweep struct {
	strips []strip
	boxes  []Box
}

func newSweep(refA, refB float64) *sweep {
	return &sweep{strips: []strip{{math.Inf(-1), refA, refB, math.Inf(-1)}}}
}

// cut takes away what (a, b) dominates from c on. It is dominated by no point
// that has been there.
func (w *sweep) cut(a, b, c float64) {
	from := slices.IndexFunc(w.strips, func(s strip) bool { return s.right > a })
	to := from
	for to < len(w.strips) && w.strips[to].top > b {
		to++
	}
	first, last := w.strips[from], w.strips[to-1]
	for _, s := range w.strips[from:to] {
		w.close(s, c)
	}
	fresh := []strip{{first.left, a, first.top, c}, {a, last.right, b, c}}
	if first.left >= a {
		fresh = fresh[1:]
	}
	w.strips = slices.Replace(w.strips, from, to, fresh...)
}

// close makes a box of a strip that ends at c.
func (w *sweep) close(s strip, c float64) {
	if c > s.since {
		w.boxes = append(w.boxes, Box{
			Low:  []float64{s.left, math.Inf(-1), s.since},
			High: []float64{s.right, s.top, c},
		})
	}
}

func (w *sweep) closeAll(c float64) {
	for _, s := range w.strips {
		w.close(s, c)
	}
}
