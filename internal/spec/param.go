package spec

import (
	"slices"
	"strings"

	"github.com/danlu-ml/danlu/internal/command"
	"github.com/danlu-ml/danlu/internal/space"
)

// param is a parameter under construction.
type param struct {
	space.Param
	node    *node
	line    int
	domain  string // the key that gave it
	log     bool
	ordered bool
	step    *node
	prior   *node
	broken  bool // something about it has been told already
}

// Bounds of what is checked; no study comes near them.
const (
	maxParams      = 1000
	maxChoices     = 10_000
	maxConstraints = 100
)

const (
	paramExample = "lr: {float: [1e-5, 1e-1], log: true}"
	whenExample  = "when: {optimizer: sgd}"
	scaleExample = "scales_with: {batch_size: 0.5, at: 128}"
)

var paramObject = &object[param]{
	example: "{float: [1e-5, 1e-1], log: true}",
	fields: []field[param]{
		{key: "float", read: readFloat},
		{key: "int", read: readInt},
		{key: "choice", read: readChoice},
		{key: "bool", read: readBool, empty: true},
		{key: "log", read: func(r *reader, n *node, p *param) { p.log = r.bool(n, p.what("log")) }},
		{key: "step", read: func(_ *reader, n *node, p *param) { p.step = n }},
		{key: "ordered", read: func(r *reader, n *node, p *param) { p.ordered = r.bool(n, p.what("ordered")) }},
		{key: "role", read: readRole},
		{key: "default", read: func(r *reader, n *node, p *param) { p.Default, _ = r.value(n, p.what("default")) }},
		{key: "prior", read: func(_ *reader, n *node, p *param) { p.prior = n }},
		{key: "when", read: readWhen},
		{key: "scales_with", read: readScale},
	},
}

func (p *param) what(key string) string { return "params." + p.Name + "." + key }

func readParams(r *reader, n *node, d *draft) {
	if n.kind != mapKind || len(n.keys) == 0 {
		r.wrong(n, "params", "a mapping of names, as in params: {"+paramExample+"}")
		return
	}
	if len(n.keys) > maxParams {
		r.fail(n, "params has %d parameters, and no search can cover more than %d; fix most of them in command", len(n.keys), maxParams)
		return
	}
	variables := map[string]string{}
	for _, e := range n.keys {
		p := &param{Param: space.Param{Name: e.key}, node: e.value, line: e.line}
		before := len(r.errs)
		r.paramName(e, variables)
		if e.value.kind == stringKind && e.value.text == "bool" {
			p.setDomain(r, e.value, "bool", space.Bool())
		} else if r.paramShape(e) && readNamed(r, e.value, paramObject, "params."+e.key, p) {
			p.finish(r)
		}
		p.broken = len(r.errs) > before
		d.params = append(d.params, p)
	}
}

// paramName refuses names that would collide outside of danlu.
func (r *reader) paramName(e entry, variables map[string]string) {
	if slices.Contains(command.Reserved(), e.key) {
		r.failAt(e.line, "a parameter can't be called %s, since {%[1]s} in a command means something else; choose another name", e.key)
	}
	if len(e.key) > 100 || slices.Contains(strings.Split(e.key, "/"), "") || strings.Contains(e.key, "..") {
		r.failAt(e.line, "the parameter's name %q could lead astray as a path; use letters, digits and _", clip(e.key))
	}
	v := command.Variable(e.key)
	if other, dup := variables[v]; dup {
		r.failAt(e.line, "parameters %s and %s would share the environment variable %s; rename one", other, e.key, v)
	}
	variables[v] = e.key
}

// paramShape helps with the shapes other tools have.
func (r *reader) paramShape(e entry) bool {
	n := e.value
	switch {
	case n.kind == listKind:
		r.fail(n, "params.%s is a bare list; say what it is: {float: [low, high]}, {int: [low, high]} or {choice: [a, b, c]}", e.key)
	case n.kind == nullKind:
		r.failAt(e.line, "params.%s has no domain; write %[1]s: %s", e.key, paramObject.example)
	case n.scalar():
		r.fail(n, "params.%s is a single value, which is nothing to tune; put it into command, or write {choice: [%s]}", e.key, clip(n.text))
	default:
		return true
	}
	return false
}

func (p *param) setDomain(r *reader, n *node, key string, d space.Domain) {
	if p.domain != "" {
		r.fail(n, "params.%s has both %s and %s; keep one of them", p.Name, p.domain, key)
		return
	}
	p.domain, p.Domain = key, d
}

func readFloat(r *reader, n *node, p *param) {
	if n.kind != listKind || len(n.list) != 2 {
		r.wrong(n, p.what("float"), "two numbers, low and high, as in float: [1e-5, 1e-1]")
		return
	}
	low, ok := r.number(n.list[0], p.what("float"), "two numbers, as in float: [1e-5, 1e-1]")
	high, ok2 := r.number(n.list[1], p.what("float"), "two numbers, as in float: [1e-5, 1e-1]")
	if ok && ok2 {
		p.setDomain(r, n, "float", space.Float{Low: low, High: high})
	}
}

func readInt(r *reader, n *node, p *param) {
	if n.kind != listKind || len(n.list) != 2 {
		r.wrong(n, p.what("int"), "two whole numbers, low and high, as in int: [32, 1024]")
		return
	}
	low, ok := r.whole(n.list[0], p.what("int"), "two whole numbers, as in int: [32, 1024]", -1<<53)
	high, ok2 := r.whole(n.list[1], p.what("int"), "two whole numbers, as in int: [32, 1024]", -1<<53)
	if ok && ok2 {
		p.setDomain(r, n, "int", space.Int{Low: low, High: high})
	}
}

func readChoice(r *reader, n *node, p *param) {
	if n.kind != listKind || len(n.list) == 0 {
		r.wrong(n, p.what("choice"), "a list of values, as in choice: [32, 64, 128]")
		return
	}
	if len(n.list) > maxChoices {
		r.fail(n, "%s has %d values, and more than %d can't be told apart by trying; use int or float", p.what("choice"), len(n.list), maxChoices)
		return
	}
	c := space.Choice{}
	for _, item := range n.list {
		v, ok := r.value(item, "a value of "+p.what("choice"))
		if !ok {
			return
		}
		c.Values = append(c.Values, v)
	}
	p.setDomain(r, n, "choice", c)
}

func readBool(r *reader, n *node, p *param) {
	if n.kind == listKind && len(n.list) == 2 && n.list[0].kind == boolKind && n.list[1].kind == boolKind && n.list[0].text != n.list[1].text {
		n = &node{kind: boolKind, text: "true"}
	}
	if n.kind != nullKind && (n.kind != boolKind || !strings.EqualFold(n.text, "true")) {
		r.wrong(n, p.what("bool"), "true (the parameter's values are false and true), as in {bool: true, default: false}")
		return
	}
	p.setDomain(r, n, "bool", space.Bool())
}

func readRole(r *reader, n *node, p *param) {
	role, ok := r.text(n, p.what("role"), "a word, as in role: learning_rate")
	if ok {
		r.oneOf(n, p.what("role"), role, space.Roles())
		p.Role = role
	}
}

// finish puts the domain together, once all keys are read.
func (p *param) finish(r *reader) {
	if p.prior != nil && p.Domain != nil {
		p.readPrior(r)
	}
	switch d := p.Domain.(type) {
	case space.Float:
		d.Log = p.log
		if p.step != nil {
			d.Step, _ = r.number(p.step, p.what("step"), "a number, as in step: 0.1")
		}
		p.Domain = d
		p.misplaced(r, "ordered")
	case space.Int:
		d.Log = p.log
		if p.step != nil {
			d.Step, _ = r.whole(p.step, p.what("step"), "a whole number, as in step: 16", 1)
		}
		p.Domain = d
		p.misplaced(r, "ordered")
	case space.Choice:
		d.Ordered = p.ordered
		p.Domain = d
		p.misplaced(r, "log", "step")
	case nil:
		if !slices.ContainsFunc(p.node.keys, func(e entry) bool { return slices.Contains(domainKeys, e.key) }) {
			r.failAt(p.line, "params.%s has no domain; give it one of %s, as in %s", p.Name, strings.Join(domainKeys, ", "), paramObject.example)
		}
	}
}

var domainKeys = []string{"float", "int", "choice", "bool"}

// misplaced refuses keys that mean nothing for this domain.
func (p *param) misplaced(r *reader, keys ...string) {
	for _, key := range keys {
		if n := p.node.get(key); n != nil {
			belongs := "float and int"
			if key == "ordered" {
				belongs = "choice"
			}
			r.fail(n, "%s does not go with %s: it belongs to %s; take it out", p.what(key), p.domain, belongs)
		}
	}
}
