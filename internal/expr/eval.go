package expr

import (
	"fmt"
	"math"
)

type lookup = func(string) (any, bool)

// node is a part of an expression.
type node interface {
	eval(lookup) (value, error)
	// static is the kind of its value where that is plain without any lookup,
	// else unknown; pos the byte at which it stands.
	static() kind
	pos() int
}

type (
	literal struct {
		at int
		v  value
	}
	name struct {
		at   int
		name string
	}
	unary struct {
		op string
		at int
		x  node
	}
	binary struct {
		op          string
		at          int
		left, right node
	}
	among struct {
		at   int
		x    node
		list []node
	}
	call struct {
		at   int
		name string
		f    function
		args []node
	}
)

func (n *literal) eval(lookup) (value, error) { return n.v, nil }

func (n *name) eval(look lookup) (value, error) {
	x, ok := look(n.name)
	if !ok {
		return value{}, nil
	}
	v, err := valueOf(x)
	if err != nil {
		return value{}, fmt.Errorf("%s: %w", n.name, err)
	}
	return v, nil
}

func (n *unary) eval(look lookup) (value, error) {
	want := number
	if n.op == "not" {
		want = boolean
	}
	v, err := operand(n.x, look, n.op, want)
	if err != nil || v.kind == unknown {
		return v, err
	}
	switch n.op {
	case "not":
		return truthOf(!v.truth), nil
	case "-":
		return numberOf(-v.num), nil
	}
	return v, nil
}

// operand evaluates n, whose value must be of a kind, if it is known.
func operand(n node, look lookup, op string, want kind) (value, error) {
	v, err := n.eval(look)
	if err == nil && v.kind != unknown && v.kind != want {
		return v, fmt.Errorf("%s wants %s, not %s", op, want, v)
	}
	return v, err
}

func (n *binary) eval(look lookup) (value, error) {
	switch n.op {
	case "and", "or":
		return n.logic(look)
	case "==", "!=":
		return n.equality(look)
	}
	a, err := n.left.eval(look)
	if err != nil {
		return a, err
	}
	b, err := n.right.eval(look)
	if err != nil || a.kind == unknown || b.kind == unknown {
		return value{}, err
	}
	if a.kind == text && b.kind == text {
		if v, ok := ordered(n.op, a.str, b.str); ok {
			return v, nil
		}
	}
	if a.kind != number || b.kind != number {
		return value{}, fmt.Errorf("%s wants two numbers, not %s and %s", n.op, a, b)
	}
	if v, ok := ordered(n.op, a.num, b.num); ok {
		return v, nil
	}
	return numberOf(arithmetic(n.op, a.num, b.num)), nil
}

func ordered[T float64 | string](op string, a, b T) (value, bool) {
	switch op {
	case "<":
		return truthOf(a < b), true
	case "<=":
		return truthOf(a <= b), true
	case ">":
		return truthOf(a > b), true
	case ">=":
		return truthOf(a >= b), true
	}
	return value{}, false
}

func arithmetic(op string, a, b float64) float64 {
	switch op {
	case "+":
		return a + b
	case "-":
		return a - b
	case "*":
		return a * b
	case "/":
		return a / b
	case "//":
		return math.Floor(a / b)
	case "%":
		r := math.Mod(a, b)
		if r != 0 && (r < 0) != (b < 0) {
			r += b // of b's sign, as in Python
		}
		return r
	}
	return math.Pow(a, b)
}

// logic is Kleene's: false and unknown is false, true or unknown is true.
func (n *binary) logic(look lookup) (value, error) {
	decides := n.op == "or"
	a, err := operand(n.left, look, n.op, boolean)
	if err != nil || (a.kind == boolean && a.truth == decides) {
		return a, err
	}
	b, err := operand(n.right, look, n.op, boolean)
	if err != nil || (b.kind == boolean && b.truth == decides) {
		return b, err
	}
	if a.kind == unknown {
		return a, nil
	}
	return b, nil
}

func (n *binary) equality(look lookup) (value, error) {
	a, err := n.left.eval(look)
	if err != nil {
		return a, err
	}
	b, err := n.right.eval(look)
	if err != nil || a.kind == unknown || b.kind == unknown {
		return value{}, err
	}
	return truthOf(a.equal(b) == (n.op == "==")), nil
}

func (n *among) eval(look lookup) (value, error) {
	v, err := n.x.eval(look)
	if err != nil || v.kind == unknown {
		return v, err
	}
	found := truthOf(false)
	for _, x := range n.list {
		w, err := x.eval(look)
		switch {
		case err != nil:
			return w, err
		case w.kind == unknown:
			found = w
		case v.equal(w):
			return truthOf(true), nil
		}
	}
	return found, nil
}

func (n *call) eval(look lookup) (value, error) {
	args := make([]float64, len(n.args))
	known := true
	for i, x := range n.args {
		v, err := operand(x, look, n.name, number)
		if err != nil {
			return v, err
		}
		known = known && v.kind != unknown
		args[i] = v.num
	}
	if !known {
		return value{}, nil
	}
	return numberOf(n.f.apply(args)), nil
}
