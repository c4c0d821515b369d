// Package space describes what may be tuned: parameters, their domains, the
// conditions under which they exist, and how they hang together.
//
// It is the only package that knows units. Everyone above it works in the unit
// cube, one coordinate a parameter in the order of the file: [Space.Unit] leads
// there and [Space.At] back. It knows nothing of trials or results.
//
// Start reading at [Space]; a domain's scale is in [Domain].
package space

import (
	"fmt"
	"math"
	"slices"
)

// Param is one thing that may be tuned.
type Param struct {
	Name   string
	Domain Domain
	// When lists the conditions under which the parameter exists; all must
	// hold. A condition on a parameter that does not exist itself fails.
	When []Condition
	// Role says what the parameter is to a training (learning_rate, dropout, …),
	// from which ranges, warnings and the playbook follow; empty if unknown.
	Role string
	// Default is the value to start from; the zero Value means none was given.
	Default Value
	// Prior is what the user believes of its best value; nil for nothing.
	Prior *Prior
	// Scale makes the parameter follow another one; nil if it stands alone.
	Scale *Scale
}

// Condition is a demand on another parameter: its value is one of In, or, where
// Op is set, stands in that relation to Bound.
type Condition struct {
	Param string  `json:"param"`
	In    []Value `json:"in,omitempty"`
	Op    string  `json:"op,omitempty"` // "<", "<=", ">", ">=", "!="
	Bound Value   `json:"bound,omitzero"`
}

// Holds reports whether v meets the condition.
func (c Condition) Holds(v Value) bool {
	if c.Op == "" {
		return Choice{Values: c.In}.index(v) >= 0
	}
	x, b := v.Float(), c.Bound.Float()
	switch c.Op {
	case "<":
		return x < b
	case "<=":
		return x <= b
	case ">":
		return x > b
	case ">=":
		return x >= b
	}
	return Choice{Values: []Value{c.Bound}}.index(v) < 0 // "!="
}

// Scale says that a parameter's domain holds at To == At, and that elsewhere its
// value is multiplied by (To/At)^Exponent: a learning rate that grows with the
// square root of the batch size has the exponent 0.5.
type Scale struct {
	To       string  `json:"to"`
	Exponent float64 `json:"exponent"`
	At       float64 `json:"at"`
}

func (s *Scale) factor(to float64) float64 { return math.Pow(to/s.At, s.Exponent) }

// Space is a list of parameters. It does not change once made.
type Space struct {
	params []Param
	index  map[string]int
	order  []int // parents before children
}

// New checks the parameters and makes a space of them. An error is a
// [*ParamError] naming the parameter.
func New(params []Param) (*Space, error) {
	s := &Space{params: slices.Clone(params), index: make(map[string]int, len(params))}
	for i := range s.params {
		p := &s.params[i]
		if _, dup := s.index[p.Name]; dup {
			return nil, paramError(p.Name, "", "is defined twice; keep one of the two")
		}
		s.index[p.Name] = i
		p.When = slices.Clone(p.When) // checking brings values into their kinds
		for j := range p.When {
			p.When[j].In = slices.Clone(p.When[j].In)
		}
	}
	for i := range s.params {
		if err := s.checkParam(&s.params[i]); err != nil {
			return nil, err
		}
	}
	if err := s.sort(); err != nil {
		return nil, err
	}
	if err := s.checkExtents(); err != nil {
		return nil, err
	}
	return s, nil
}

// Len is the number of parameters, the dimension of the unit cube.
func (s *Space) Len() int { return len(s.params) }

// Param is the i-th parameter. The caller must not change what it points to.
func (s *Space) Param(i int) *Param { return &s.params[i] }

// Index finds a parameter by name, -1 if there is none.
func (s *Space) Index(name string) int {
	if i, ok := s.index[name]; ok {
		return i
	}
	return -1
}

// Names lists the parameters in order.
func (s *Space) Names() []string {
	names := make([]string, len(s.params))
	for i, p := range s.params {
		names[i] = p.Name
	}
	return names
}

// Conditional reports whether any parameter has conditions.
func (s *Space) Conditional() bool {
	return slices.ContainsFunc(s.params, func(p Param) bool { return len(p.When) > 0 })
}

// MayBeInactive reports whether there are configurations in which a parameter
// does not exist.
func (s *Space) MayBeInactive(name string) bool {
	i := s.Index(name)
	return i >= 0 && len(s.params[i].When) > 0
}

// At is the point u of the unit cube (length Len) as values: active parameters
// only, in the units the training program sees.
func (s *Space) At(u []float64) Values {
	base := make([]Value, len(s.params))
	for i := range s.params {
		base[i] = s.params[i].Domain.At(u[i])
	}
	return s.assemble(base, nil)
}

// assemble keeps the active ones of base values (one a parameter, at their
// reference scale) and applies scales, but to given values.
func (s *Space) assemble(base []Value, given Values) Values {
	vs := make(Values, len(s.params))
	for _, i := range s.order {
		p := &s.params[i]
		if !active(p, vs) {
			continue
		}
		v := base[i]
		if fixed, ok := given[p.Name]; ok {
			v = fixed
		} else if p.Scale != nil {
			if to, ok := vs[p.Scale.To]; ok {
				v = FloatValue(significant(v.num*p.Scale.factor(to.Float()), 14))
			}
		}
		vs[p.Name] = v
	}
	return vs
}

// Unit is the place of vs in the unit cube, length Len. Inactive parameters have
// the coordinate 0.5; one that vs lacks though it should be there, having been
// added to the space later, has its default's. For whatever [Space.At] made,
// At(Unit(vs)) equals vs.
func (s *Space) Unit(vs Values) []float64 {
	u := make([]float64, len(s.params))
	for i := range s.params {
		p := &s.params[i]
		v, ok := vs[p.Name]
		switch {
		case !ok && (p.Default.IsZero() || !active(p, vs)):
			u[i] = 0.5
			continue
		case !ok:
			v = p.Default
		case p.Scale != nil:
			if to, ok := vs[p.Scale.To]; ok {
				v = FloatValue(v.Float() / p.Scale.factor(to.Float()))
			}
		}
		u[i] = p.Domain.Unit(v)
	}
	return u
}

// Active says for every parameter whether it exists at vs.
func (s *Space) Active(vs Values) []bool {
	on := make([]bool, len(s.params))
	for i, p := range s.params {
		_, on[i] = vs[p.Name]
	}
	return on
}

func active(p *Param, vs Values) bool {
	for _, c := range p.When {
		if v, ok := vs[c.Param]; !ok || !c.Holds(v) {
			return false
		}
	}
	return true
}

// Default is the configuration of the defaults: parameters without one take the
// middle of their scale or their first choice. ok is false where no parameter
// has a default: then there is no default configuration.
func (s *Space) Default() (vs Values, ok bool) {
	base := make([]Value, len(s.params))
	for i := range s.params {
		p := &s.params[i]
		base[i] = p.Default
		if p.Default.IsZero() {
			base[i] = p.Domain.Middle()
		} else {
			ok = true
		}
	}
	return s.assemble(base, nil), ok
}

// Complete makes a whole configuration of the values somebody gave: the rest is
// filled in from the defaults. Values that are given stand as given, scales
// notwithstanding. Unknown names, values outside their domains and values of
// parameters that do not exist here are refused with a [*ParamError].
func (s *Space) Complete(given Values) (Values, error) {
	given, err := s.cast(given)
	if err != nil {
		return nil, err
	}
	base := make([]Value, len(s.params))
	for i := range s.params {
		p := &s.params[i]
		base[i] = p.Default
		if base[i].IsZero() {
			base[i] = p.Domain.Middle()
		}
	}
	vs := s.assemble(base, given)
	for _, name := range sortedNames(given) {
		if _, ok := vs[name]; !ok {
			return nil, paramError(name, "", fmt.Sprintf("does not exist under the other values given: it needs %s", s.params[s.index[name]].WhenText()))
		}
	}
	return vs, nil
}

// cast checks names and domains, and brings each value into its domain's kind.
func (s *Space) cast(given Values) (Values, error) {
	out := make(Values, len(given))
	for _, name := range sortedNames(given) {
		i, ok := s.index[name]
		if !ok {
			return nil, paramError(name, "", "is not a parameter of this study"+suggest(name, s.Names()))
		}
		p := &s.params[i]
		v, ok := p.Domain.Cast(given[name])
		if !ok || (p.Scale == nil && !p.Domain.Contains(v)) {
			return nil, paramError(name, "", fmt.Sprintf("can't be %s: want %s", given[name], p.Domain))
		}
		out[name] = v
	}
	return out, nil
}

// Cast brings values that came from outside into the space's kinds, and leaves
// as they are those it does not know: the values a program says it really used.
func (s *Space) Cast(vs Values) Values {
	out := make(Values, len(vs))
	for name, v := range vs {
		out[name] = v
		if i, ok := s.index[name]; ok {
			if w, ok := s.params[i].Domain.Cast(v); ok {
				out[name] = w
			}
		}
	}
	return out
}
