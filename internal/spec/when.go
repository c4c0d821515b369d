package spec

import (
	"strings"

	"github.com/danlu-ml/danlu/internal/space"
)

// readWhen reads {name: value}, {name: [values]} and {name: ">= 2"}.
func readWhen(r *reader, n *node, p *param) {
	if n.kind != mapKind || len(n.keys) == 0 {
		r.wrong(n, p.what("when"), "a mapping of other parameters to values, as in "+whenExample)
		return
	}
	for _, e := range n.keys {
		c := space.Condition{Param: e.key}
		what := p.what("when") + "." + e.key
		if op, bound, ok := relation(e.value); ok {
			v, ok := r.value(bound, what)
			if !ok {
				continue
			}
			c.Op, c.Bound = op, v
			if op == "==" {
				c = space.Condition{Param: e.key, In: []space.Value{v}}
			}
			p.When = append(p.When, c)
			continue
		}
		if n := len(listOf(e.value)); n > maxChoices/10 {
			r.failAt(e.line, "%s lists %d values; use a comparison, as in when: {%s: \">= 2\"}", what, n, e.key)
			return
		}
		for _, item := range listOf(e.value) {
			if _, _, ok := relation(item); ok {
				r.fail(item, "%s has a comparison in a list; a list names values, and a comparison stands alone, as in when: {%s: \">= 2\"}", what, e.key)
				return
			}
			v, ok := r.value(item, what)
			if !ok {
				return
			}
			c.In = append(c.In, v)
		}
		p.When = append(p.When, c)
	}
}

// relation takes `>= 2` apart.
func relation(n *node) (op string, bound *node, ok bool) {
	if n.kind != stringKind {
		return "", nil, false
	}
	for _, sign := range []string{">=", "<=", "!=", "==", ">", "<"} {
		if rest, ok := strings.CutPrefix(n.text, sign); ok {
			return sign, scalarNode(strings.TrimSpace(rest), n.line), true
		}
	}
	return "", nil, false
}

// scalarNode is the number, boolean or string that a text is to YAML.
func scalarNode(text string, line int) *node {
	n := &node{kind: numberKind, text: text, line: line}
	if _, ok := numberValue(n); ok {
		return n
	}
	n.kind = stringKind
	if text == "true" || text == "false" {
		n.kind = boolKind
	} else if len(text) >= 2 && (text[0] == '"' || text[0] == '\'') && text[len(text)-1] == text[0] {
		n.text = text[1 : len(text)-1]
	}
	return n
}

// exponents are those that have names: of learning rates with batch sizes, and of what
// keeps its product with another.
var exponents = map[string]float64{"linear": 1, "sqrt": 0.5, "inverse": -1}

// readScale reads {batch_size: 0.5, at: 128}.
func readScale(r *reader, n *node, p *param) {
	if n.kind != mapKind {
		r.wrong(n, p.what("scales_with"), "another parameter, the exponent and where it is 1, as in "+scaleExample)
		return
	}
	s := &space.Scale{}
	at := false
	for _, e := range n.keys {
		if e.key == "at" {
			s.At, at = r.number(e.value, p.what("scales_with.at"), "a number, as in at: 128")
			continue
		}
		if s.To != "" {
			r.failAt(e.line, "%s names both %s and %s; a parameter scales with one other, as in %s", p.what("scales_with"), s.To, e.key, scaleExample)
			return
		}
		s.To = e.key
		if k, ok := exponents[e.value.text]; ok && e.value.kind == stringKind {
			s.Exponent = k
			continue
		}
		s.Exponent, _ = r.number(e.value, p.what("scales_with."+e.key), "the exponent, a number or linear, sqrt or inverse, as in "+scaleExample)
	}
	switch {
	case s.To == "":
		r.fail(n, "%s names no parameter; write %s", p.what("scales_with"), scaleExample)
	case !at && n.get("at") == nil:
		r.fail(n, "%s does not say where the factor is 1; write scales_with: {%s: %v, at: 128}", p.what("scales_with"), s.To, s.Exponent)
	default:
		p.Scale = s
	}
}
