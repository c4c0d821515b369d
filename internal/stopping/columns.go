package stopping

import (
	"github.com/danlu-ml/danlu/internal/gp"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

// columns turns configurations into rows of a process: numbers and ordered choices
// as their place on the scale, unordered choices as codes, and a code that says
// whether a conditional parameter exists. Those that don't are in the middle.
type columns struct {
	space   *space.Space
	numbers []int
	codes   []int
	gates   []int
	shape   gp.Shape
}

func newColumns(s *space.Space) *columns {
	c := &columns{space: s}
	for i := range s.Len() {
		p := s.Param(i)
		f, isFloat := p.Domain.(space.Float)
		d, isChoice := p.Domain.(space.Choice)
		switch {
		case p.Domain.Count() == 1 || isFloat && f.Low == f.High:
		case isChoice && !d.Ordered:
			c.codes = append(c.codes, i)
		default:
			c.numbers = append(c.numbers, i)
		}
		if len(p.When) > 0 {
			c.gates = append(c.gates, i)
		}
	}
	c.shape = gp.Shape{Columns: len(c.numbers) + len(c.codes) + len(c.gates), Numbers: len(c.numbers)}
	return c
}

// row is the row of a point of the unit cube whose parameters exist where on says.
func (c *columns) row(u []float64, on []bool) []float64 {
	x := make([]float64, 0, c.shape.Columns)
	for _, i := range c.numbers {
		if at := u[i]; on[i] {
			x = append(x, at)
		} else {
			x = append(x, 0.5)
		}
	}
	for _, i := range c.codes {
		n := float64(c.space.Param(i).Domain.Count())
		if on[i] {
			x = append(x, min(float64(int(u[i]*n)), n-1))
		} else {
			x = append(x, -1)
		}
	}
	for _, i := range c.gates {
		if on[i] {
			x = append(x, 1)
		} else {
			x = append(x, 0)
		}
	}
	return x
}

// candidates are rows all over the space, and near the best five trials, which
// come first.
func (c *columns) candidates(seed uint64, best []*study.Trial) []float64 {
	rng := source(seed)
	var x []float64
	u := make([]float64, c.space.Len())
	add := func() {
		params := c.space.At(u)
		x = append(x, c.row(c.space.Unit(params), c.space.Active(params))...)
	}
	for range places {
		for i := range u {
			u[i] = rng.Float64()
		}
		add()
	}
	for _, t := range best[:min(len(best), 5)] {
		for k := range around {
			reach := []float64{0.2, 0.05, 0.01}[k%3]
			for i := range u {
				u[i] = min(max(t.Unit[i]+reach*rng.NormFloat64(), 0), 1)
			}
			add()
		}
	}
	return x
}
