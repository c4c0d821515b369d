package sampler

import (
	"slices"
	"strings"

	"github.com/danlu-ml/danlu/internal/parzen"
	"github.com/danlu-ml/danlu/internal/space"
)

// groups divides the parameters of a space into those that always exist together:
// the ones with the same conditions. Parameters with a single value are in none.
func groups(s *space.Space) [][]int {
	var out [][]int
	at := map[string]int{}
	for i := range s.Len() {
		p := s.Param(i)
		if single(p.Domain) {
			continue
		}
		var conditions []string
		for _, c := range p.When {
			conditions = append(conditions, (&space.Param{When: []space.Condition{c}}).WhenText())
		}
		slices.Sort(conditions)
		key := strings.Join(conditions, "\n")
		g, ok := at[key]
		if !ok {
			g = len(out)
			at[key], out = g, append(out, nil)
		}
		out[g] = append(out[g], i)
	}
	return out
}

func single(d space.Domain) bool {
	f, ok := d.(space.Float)
	return d.Count() == 1 || ok && f.Low == f.High
}

// newAxes are the parameters as the axes of a density. The values of an ordered
// choice are numbers: their neighbours are alike.
func newAxes(s *space.Space) []parzen.Axis {
	axes := make([]parzen.Axis, s.Len())
	for i := range axes {
		d := s.Param(i).Domain
		if c, ok := d.(space.Choice); ok && !c.Ordered {
			axes[i].Categories = len(c.Values)
		} else if d.Count() > 0 {
			axes[i].Cell = func(u float64) (low, high float64) { return space.Cell(d, u) }
		}
	}
	return axes
}
