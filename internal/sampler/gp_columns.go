package sampler

import (
	"fmt"

	"github.com/danlu-ml/danlu/internal/gp"
	"github.com/danlu-ml/danlu/internal/space"
)

// columns turns configurations into the rows that a process compares: ordered
// parameters by their coordinate, then unordered choices by their number and, for
// every distinct condition, whether it holds. Parameters with a single value have
// no column.
type columns struct {
	space   *space.Space
	shape   gp.Shape
	numbers []int     // the parameter of each number
	plain   []int     // those of them of which users believe nothing
	customs []float64 // where each parameter is likely to be good before anything is known
	codes   []int     // the parameter of each unordered choice
	gates   []int     // a parameter of each distinct condition
	order   []int     // conditional parameters, ancestors first
	few     []axis    // parameters with so few values that a search tries all
}

// few is the number of values up to which a search tries all.
const few = 12

func newColumns(s *space.Space) *columns {
	c := &columns{space: s, customs: make([]float64, s.Len())}
	seen := map[string]bool{}
	for i := range s.Len() {
		p := s.Param(i)
		c.customs[i] = .5
		if when := fmt.Sprint(p.When); len(p.When) > 0 && !seen[when] {
			seen[when] = true
			c.gates = append(c.gates, i)
		}
		if single(p.Domain) {
			continue
		}
		if n := p.Domain.Count(); n > 0 && n <= few {
			c.few = append(c.few, axis{param: i, at: values(s, i, 0)})
		}
		if d, choice := p.Domain.(space.Choice); choice && !d.Ordered {
			c.codes = append(c.codes, i)
			if p.Prior == nil {
				c.customs[i] = p.Domain.Unit(d.Values[0]) // people list what they use first
			}
		} else {
			c.numbers = append(c.numbers, i)
			if p.Prior == nil {
				c.plain = append(c.plain, i)
				c.customs[i] = custom(p)
			}
		}
	}
	order, _ := entangled(s)
	for _, i := range order {
		if len(s.Param(i).When) > 0 {
			c.order = append(c.order, i)
		}
	}
	c.shape = gp.Shape{Columns: len(c.numbers) + len(c.codes) + len(c.gates), Numbers: len(c.numbers)}
	return c
}

// of is the row of a configuration, of which unit is the place.
func (c *columns) of(params space.Values, unit []float64) []float64 {
	on := c.space.Active(params)
	x := make([]float64, c.shape.Columns)
	c.row(unit, on, x)
	return x
}

// row writes the row of a point whose parameters exist where on says so; those
// that don't are at 0.5.
func (c *columns) row(u []float64, on []bool, x []float64) {
	k := 0
	for _, i := range c.numbers {
		x[k] = u[i]
		k++
	}
	for _, i := range c.codes {
		n := float64(c.space.Param(i).Domain.Count())
		x[k] = min(float64(int(u[i]*n)), n-1)
		if !on[i] {
			x[k] = -1
		}
		k++
	}
	for _, i := range c.gates {
		x[k] = 0
		if on[i] {
			x[k] = 1
		}
		k++
	}
}

// settle brings a point onto values there are: discrete coordinates to their
// value's, those of parameters that don't exist to 0.5. on receives which exist.
// Where a scaled parameter decides about another, what exists may be judged by
// its value before scaling; proposals come from the space itself.
func (c *columns) settle(u []float64, on []bool) {
	for i := range u {
		on[i] = true
		if d := c.space.Param(i).Domain; d.Count() > 0 {
			u[i] = d.Unit(d.At(u[i]))
		}
	}
	for _, i := range c.order {
		for _, when := range c.space.Param(i).When {
			parent := c.space.Index(when.Param)
			if !on[parent] || !when.Holds(c.space.Param(parent).Domain.At(u[parent])) {
				on[i], u[i] = false, .5
				break
			}
		}
	}
}
