package space

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// sort orders the parameters so that parents come first, and refuses cycles of
// conditions and scales.
func (s *Space) sort() error {
	const visiting, done = 1, 2
	mark := make([]int, len(s.params))
	var path []string
	var visit func(i int) error
	visit = func(i int) error {
		p := &s.params[i]
		switch mark[i] {
		case done:
			return nil
		case visiting:
			loop := append(path[slices.Index(path, p.Name):], p.Name)
			return paramError(p.Name, dependKey(p), "depends on itself: "+strings.Join(loop, " → ")+"; break the circle")
		}
		mark[i] = visiting
		path = append(path, p.Name)
		for _, name := range p.parents() {
			if err := visit(s.index[name]); err != nil {
				return err
			}
		}
		path = path[:len(path)-1]
		mark[i] = done
		s.order = append(s.order, i)
		return nil
	}
	for i := range s.params {
		if err := visit(i); err != nil {
			return err
		}
	}
	return nil
}

func (p *Param) parents() []string {
	var names []string
	for _, c := range p.When {
		names = append(names, c.Param)
	}
	if p.Scale != nil {
		names = append(names, p.Scale.To)
	}
	return names
}

// checkExtents refuses scales that lead beyond what numbers can hold.
func (s *Space) checkExtents() error {
	type extent struct{ low, high float64 }
	extents := make([]extent, len(s.params))
	for _, i := range s.order {
		p := &s.params[i]
		e := &extents[i]
		e.low, e.high = ends(p.Domain)
		if p.Scale == nil {
			continue
		}
		to := extents[s.index[p.Scale.To]]
		f, g := p.Scale.factor(to.low), p.Scale.factor(to.high)
		f, g = min(f, g), max(f, g)
		if size := max(math.Abs(e.low), math.Abs(e.high)); !(f > 1e-250) || !(g < 1e250) || g*size > 1e300 {
			return paramError(p.Name, "scales_with", fmt.Sprintf("would be multiplied by %v to %v as %s varies; choose an exponent nearer to 0", f, g, p.Scale.To))
		}
		e.low, e.high = min(e.low*f, e.low*g), max(e.high*f, e.high*g)
	}
	return nil
}

// ends is the smallest and the largest number in a domain, NaN where it has
// other things.
func ends(d Domain) (low, high float64) {
	if c, ok := d.(Choice); ok {
		low, high = math.Inf(1), math.Inf(-1)
		for _, v := range c.Values {
			low, high = min(low, v.Float()), max(high, v.Float())
		}
		return low, high
	}
	low, high, _, _ = bounds(d)
	return low, high
}
