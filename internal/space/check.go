package space

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// ParamError is what is wrong with a parameter.
type ParamError struct {
	Param string // its name
	Key   string // the key of its definition at fault, if one is: "when", "default", …
	Text  string // what is wrong and what would be right
}

func (e *ParamError) Error() string { return fmt.Sprintf("parameter %s %s", e.Param, e.Text) }

func paramError(name, key, text string) error { return &ParamError{Param: name, Key: key, Text: text} }

// nameOK: a name becomes --name=value and DANLU_PARAM_NAME.
var nameOK = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.\-/]*$`)

func (s *Space) checkParam(p *Param) error {
	if !nameOK.MatchString(p.Name) {
		return paramError(p.Name, "", "has a name that can't be an option: use letters, digits, _ - . and /, starting with a letter")
	}
	if p.Domain == nil {
		return paramError(p.Name, "", "has no domain; give it one, as in {float: [1e-5, 1e-1], log: true}")
	}
	if err := p.Domain.check(); err != nil {
		return paramError(p.Name, domainKey(p.Domain), "has a wrong domain: "+err.Error())
	}
	if !p.Default.IsZero() {
		v, ok := p.Domain.Cast(p.Default)
		if !ok || !p.Domain.Contains(v) {
			return paramError(p.Name, "default", fmt.Sprintf("has the default %s outside its domain: want %s", p.Default, p.Domain))
		}
		p.Default = v
	}
	if err := checkPrior(p); err != nil {
		return err
	}
	for i := range p.When {
		if err := s.checkCondition(p, &p.When[i]); err != nil {
			return err
		}
	}
	return s.checkScale(p)
}

func (s *Space) checkCondition(p *Param, c *Condition) error {
	i, ok := s.index[c.Param]
	if !ok {
		return paramError(p.Name, "when", fmt.Sprintf("depends on %s, which is not a parameter%s", c.Param, suggest(c.Param, s.Names())))
	}
	parent := s.params[i].Domain
	if c.Op != "" {
		return checkRelation(p, c, parent)
	}
	if len(c.In) == 0 {
		return paramError(p.Name, "when", fmt.Sprintf("lists no value of %s", c.Param))
	}
	for j, v := range c.In {
		w, ok := parent.Cast(v)
		if !ok || !parent.Contains(w) {
			return paramError(p.Name, "when", fmt.Sprintf("exists when %s is %s, which it never is: want %s", c.Param, v, parent))
		}
		c.In[j] = w
	}
	return nil
}

// checkRelation refuses comparisons that mean nothing, or never hold.
func checkRelation(p *Param, c *Condition, parent Domain) error {
	bound := c.Bound.Float()
	switch c.Op {
	case "!=":
		v, ok := parent.Cast(c.Bound)
		if !ok || !parent.Contains(v) {
			return paramError(p.Name, "when", fmt.Sprintf("exists when %s is not %s, which it never is anyway: want %s", c.Param, c.Bound, parent))
		}
		c.Bound = v
		return nil
	case "<", "<=", ">", ">=":
	default:
		return paramError(p.Name, "when", fmt.Sprintf("compares %s by %s; use <, <=, >, >= or !=", c.Param, c.Op))
	}
	switch {
	case !numeric(parent):
		return paramError(p.Name, "when", fmt.Sprintf("compares %s, which is %s: name its values instead, as in when: {%s: %s}", c.Param, parent, c.Param, parent.Middle()))
	case !finite(bound) || c.Bound.kind == BoolKind:
		return paramError(p.Name, "when", fmt.Sprintf("compares %s with %s, which is not a number: want %s", c.Param, c.Bound, parent))
	case !sometimes(c, parent):
		return paramError(p.Name, "when", fmt.Sprintf("exists when %s %s %s, which it never is: want %s", c.Param, c.Op, c.Bound, parent))
	}
	return nil
}

// sometimes reports whether a comparison holds for any value of a domain of
// numbers.
func sometimes(c *Condition, d Domain) bool {
	if choice, ok := d.(Choice); ok {
		return slices.ContainsFunc(choice.Values, c.Holds)
	}
	low, high, _, _ := bounds(d)
	return c.Holds(FloatValue(low)) || c.Holds(FloatValue(high))
}

func (s *Space) checkScale(p *Param) error {
	if p.Scale == nil {
		return nil
	}
	i, ok := s.index[p.Scale.To]
	switch {
	case !ok:
		return paramError(p.Name, "scales_with", fmt.Sprintf("scales with %s, which is not a parameter%s", p.Scale.To, suggest(p.Scale.To, s.Names())))
	case !positive(s.params[i].Domain):
		return paramError(p.Name, "scales_with", fmt.Sprintf("scales with %s, which is not always a positive number; start its range above 0", p.Scale.To))
	case !finite(p.Scale.Exponent) || !finite(p.Scale.At) || p.Scale.At <= 0:
		return paramError(p.Name, "scales_with", "needs an exponent and a positive reference, as in scales_with: {batch_size: 0.5, at: 128}")
	}
	if f, ok := p.Domain.(Float); !ok || f.Step != 0 {
		return paramError(p.Name, "scales_with", fmt.Sprintf("scales with %s, and only a float without step can; leave one of the two out", p.Scale.To))
	}
	return nil
}

func positive(d Domain) bool {
	switch d := d.(type) {
	case Float:
		return d.Low > 0
	case Int:
		return d.Low > 0
	case Choice:
		return !slices.ContainsFunc(d.Values, func(v Value) bool {
			return (v.kind != FloatKind && v.kind != IntKind) || v.Float() <= 0
		})
	}
	return false
}

func numeric(d Domain) bool {
	c, ok := d.(Choice)
	return !ok || !slices.ContainsFunc(c.Values, func(v Value) bool { return v.kind != FloatKind && v.kind != IntKind })
}

func dependKey(p *Param) string {
	if len(p.When) > 0 {
		return "when"
	}
	return "scales_with"
}

func domainKey(d Domain) string {
	switch d := d.(type) {
	case Float:
		return "float"
	case Int:
		return "int"
	case Choice:
		if d.IsBool() {
			return "bool"
		}
	}
	return "choice"
}

// WhenText is what p needs to exist, for people: `optimizer = sgd`. It is empty
// for a parameter without conditions.
func (p *Param) WhenText() string {
	var parts []string
	for _, c := range p.When {
		if c.Op != "" {
			parts = append(parts, fmt.Sprintf("%s %s %s", c.Param, c.Op, c.Bound))
			continue
		}
		var words []string
		for _, v := range c.In {
			words = append(words, v.String())
		}
		parts = append(parts, c.Param+" = "+strings.Join(words, " or "))
	}
	return strings.Join(parts, " and ")
}

func sortedNames(vs Values) []string { return slices.Sorted(maps.Keys(vs)) }
