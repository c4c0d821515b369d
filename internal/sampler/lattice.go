package sampler

import (
	"slices"

	"github.com/danlu-ml/danlu/internal/space"
)

// lattice is a finite set of configurations: all combinations of some values of
// every parameter. Parameters contribute only where they exist, so no
// configuration is there twice.
//
// Parameters that neither have conditions nor decide about any are free: they
// multiply. The combinations of the others are kept as a list.
type lattice struct {
	joint [][]float64 // combinations of the others: points of the unit cube
	free  []axis
	size  int
}

// axis is a parameter's values, as coordinates that map back exactly.
type axis struct {
	param int
	at    []float64
}

// newLattice combines the axes, one a parameter in the space's order. ok is
// false if there are more than limit configurations; count is then what is known
// of their number, +Inf if that is only that there are too many.
func newLattice(s *space.Space, axes []axis, limit int) (l *lattice, count float64, ok bool) {
	order, joined := entangled(s)
	l = &lattice{}
	count = 1
	for i, a := range axes {
		if !joined[i] {
			l.free = append(l.free, a)
			count *= float64(len(a.at))
		}
	}
	w := newWalk(s, axes, order)
	joint := w.count(0, 1, float64(limit))
	if count *= joint; count > float64(limit) {
		return nil, count, false
	}
	w.each(0, func(u []float64) { l.joint = append(l.joint, slices.Clone(u)) })
	l.size = int(count)
	return l, count, true
}

// entangled finds the parameters that have conditions, with all that decide about
// them, in an order in which ancestors come first.
func entangled(s *space.Space) (order []int, joined []bool) {
	joined = make([]bool, s.Len())
	var join func(i int)
	join = func(i int) {
		if joined[i] {
			return
		}
		joined[i] = true
		p := s.Param(i)
		for _, c := range p.When {
			join(s.Index(c.Param))
		}
		if p.Scale != nil {
			join(s.Index(p.Scale.To))
		}
		order = append(order, i)
	}
	for i := range s.Len() {
		if len(s.Param(i).When) > 0 {
			join(i)
		}
	}
	return order, joined
}

// at is the i-th configuration, as a point of the unit cube: the first free
// parameter varies fastest.
func (l *lattice) at(i int) []float64 {
	u := slices.Clone(l.joint[i%len(l.joint)])
	i /= len(l.joint)
	for _, a := range l.free {
		u[a.param] = a.at[i%len(a.at)]
		i /= len(a.at)
	}
	return u
}

// values are n values of a parameter, evenly spread over its scale with both ends
// included; n = 0 means all. nil if it has no finite number of them.
func values(s *space.Space, i, n int) []float64 {
	d := s.Param(i).Domain
	count := d.Count()
	if f, ok := d.(space.Float); ok && f.Low == f.High {
		count = 1
	}
	if n == 0 && count == 0 {
		return nil
	}
	if n > 0 && (count == 0 || n < count) {
		return spread(d, n)
	}
	at := make([]float64, count)
	for k := range at {
		at[k] = d.Unit(d.At(d.Unit(value(d, k)))) // as it will read back from a trial
	}
	return at
}

// value is the k-th value of a discrete domain.
func value(d space.Domain, k int) space.Value {
	switch d := d.(type) {
	case space.Int:
		return space.IntValue(d.Low + int64(k)*max(d.Step, 1))
	case space.Float:
		return space.FloatValue(d.Low + float64(k)*d.Step)
	case space.Choice:
		return d.Values[k]
	}
	return d.Middle()
}

func spread(d space.Domain, n int) []float64 {
	var at []float64
	for k := range n {
		u := 0.5
		if n > 1 {
			u = float64(k) / float64(n-1)
		}
		at = append(at, d.Unit(d.At(u)))
	}
	return slices.Compact(at) // roundings may coincide
}

// enumerate lists all configurations of a space; nil if there are more than
// limit of them, or endlessly many.
func enumerate(s *space.Space, limit int) *lattice {
	axes := make([]axis, s.Len())
	for i := range axes {
		if d := s.Param(i).Domain; d.Count() > limit {
			return nil
		}
		axes[i] = axis{param: i, at: values(s, i, 0)}
		if axes[i].at == nil {
			return nil
		}
	}
	if l, _, ok := newLattice(s, axes, limit); ok {
		return l
	}
	return nil
}
