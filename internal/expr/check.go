package expr

import "fmt"

func (n *literal) static() kind { return n.v.kind }
func (n *name) static() kind    { return unknown }
func (n *among) static() kind   { return boolean }
func (n *call) static() kind    { return number }

func (n *unary) static() kind {
	if n.op == "not" {
		return boolean
	}
	return number
}

func (n *binary) static() kind {
	switch n.op {
	case "+", "-", "*", "/", "//", "%", "**":
		return number
	}
	return boolean
}

func (n *literal) pos() int { return n.at }
func (n *name) pos() int    { return n.at }
func (n *unary) pos() int   { return n.at }
func (n *binary) pos() int  { return n.left.pos() }
func (n *among) pos() int   { return n.x.pos() }
func (n *call) pos() int    { return n.at }

// condition refuses an expression that can't be true or false, and mixtures of
// kinds that are plain without any lookup.
func condition(n node) *Error {
	if k := n.static(); k != boolean && k != unknown {
		return &Error{Column: n.pos(), Text: fmt.Sprintf("this is %s, not a condition; compare it with something, as in … <= 20", k)}
	}
	return check(n)
}

func check(n node) *Error {
	switch n := n.(type) {
	case *unary:
		want := number
		if n.op == "not" {
			want = boolean
		}
		return expect(n.op, want, n.x)
	case *among:
		return checkAll(append([]node{n.x}, n.list...))
	case *call:
		return expect(n.name, number, n.args...)
	case *binary:
		switch n.op {
		case "and", "or":
			return expect(n.op, boolean, n.left, n.right)
		case "==", "!=":
			return checkAll([]node{n.left, n.right})
		case "<", "<=", ">", ">=":
			if n.left.static() == text || n.right.static() == text {
				return expect(n.op+" beside a string", text, n.left, n.right)
			}
		}
		return expect(n.op, number, n.left, n.right)
	}
	return nil
}

func expect(op string, want kind, operands ...node) *Error {
	for _, x := range operands {
		if k := x.static(); k != want && k != unknown {
			return &Error{Column: x.pos(), Text: fmt.Sprintf("%s wants %s, and this is %s", op, want, k)}
		}
	}
	return checkAll(operands)
}

func checkAll(nodes []node) *Error {
	for _, n := range nodes {
		if err := check(n); err != nil {
			return err
		}
	}
	return nil
}
