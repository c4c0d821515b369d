package foresight

import (
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

// columns turns configurations into rows: numbers and ordered choices by their
// coordinate, then unordered choices by their place among the values. What is not
// active lies at its own value, away from all others.
type columns struct {
	space   *space.Space
	ordered []int
	codes   []int
}

func newColumns(s *space.Space) columns {
	c := columns{space: s}
	for i := range s.Len() {
		d := s.Param(i).Domain
		if d.Count() == 1 {
			continue
		}
		if choice, ok := d.(space.Choice); ok && !choice.Ordered {
			c.codes = append(c.codes, i)
			continue
		}
		c.ordered = append(c.ordered, i)
	}
	if s.Conditional() {
		for i := range s.Len() {
			if len(s.Param(i).When) > 0 {
				c.codes = append(c.codes, ^i) // whether it is active
			}
		}
	}
	return c
}

// numbers is how many columns are coordinates; codes follow.
func (c columns) numbers() int { return len(c.ordered) }

func (c columns) of(t *study.Trial) []float64 { return c.row(t.Unit, c.space.Active(t.Params)) }

// row is the row of a place in the unit cube, of whose parameters those exist that
// active says.
func (c columns) row(u []float64, active []bool) []float64 {
	x := make([]float64, 0, len(c.ordered)+len(c.codes))
	for _, i := range c.ordered {
		if active[i] {
			x = append(x, u[i])
		} else {
			x = append(x, 0.5)
		}
	}
	for _, i := range c.codes {
		switch {
		case i < 0 && active[^i]:
			x = append(x, 1)
		case i < 0:
			x = append(x, 0)
		case active[i]:
			x = append(x, u[i])
		default:
			x = append(x, -1)
		}
	}
	return x
}
