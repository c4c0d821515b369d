package sampler

import (
	"math"
	"slices"

	"github.com/danlu-ml/danlu/internal/space"
)

// walk goes through the combinations of some parameters, ancestors first.
type walk struct {
	space  *space.Space
	axes   []axis
	order  []int
	parent []bool // others depend on it
	u      []float64
	values space.Values // of the parameters decided so far that exist
}

func newWalk(s *space.Space, axes []axis, order []int) *walk {
	w := &walk{space: s, axes: axes, order: order, parent: make([]bool, s.Len()), u: make([]float64, s.Len()), values: space.Values{}}
	for i := range w.u {
		w.u[i] = 0.5
		p := s.Param(i)
		for _, c := range p.When {
			w.parent[s.Index(c.Param)] = true
		}
		if p.Scale != nil {
			w.parent[s.Index(p.Scale.To)] = true
		}
	}
	return w
}

// exists reports whether a parameter does under the values of its ancestors.
func (w *walk) exists(p *space.Param) bool {
	return !slices.ContainsFunc(p.When, func(c space.Condition) bool {
		v, ok := w.values[c.Param]
		return !ok || !c.Holds(v)
	})
}

// put decides about a parameter.
func (w *walk) put(i int, x float64) {
	p := w.space.Param(i)
	w.u[i] = x
	if p.Scale != nil {
		w.values[p.Name] = w.space.At(w.u)[p.Name]
		return
	}
	w.values[p.Name] = p.Domain.At(x)
}

func (w *walk) clear(i int) {
	w.u[i] = 0.5
	delete(w.values, w.space.Param(i).Name)
}

// count is the number of combinations, times a product, of the parameters from the
// k-th on: those on which nobody depends multiply. It is +Inf if it exceeds limit.
func (w *walk) count(k int, product, limit float64) (total float64) {
	if product > limit {
		return math.Inf(1)
	}
	if k == len(w.order) {
		return product
	}
	i := w.order[k]
	switch {
	case !w.exists(w.space.Param(i)):
		return w.count(k+1, product, limit)
	case !w.parent[i]:
		return w.count(k+1, product*float64(len(w.axes[i].at)), limit)
	}
	for _, x := range w.axes[i].at {
		w.put(i, x)
		if total += w.count(k+1, product, limit-total); total > limit {
			total = math.Inf(1)
			break
		}
	}
	w.clear(i)
	return total
}

// each shows every combination from the k-th parameter on, as a point of the cube
// that holds for the call.
func (w *walk) each(k int, show func(u []float64)) {
	if k == len(w.order) {
		show(w.u)
		return
	}
	i := w.order[k]
	if !w.exists(w.space.Param(i)) {
		w.each(k+1, show)
		return
	}
	for _, x := range w.axes[i].at {
		w.put(i, x)
		w.each(k+1, show)
	}
	w.clear(i)
}
