package expr

import (
	"fmt"
	"math"
	"slices"
)

// parser is by recursive descent, loosest operator first: or, and, not,
// comparisons, + -, * / // %, unary -, **.
type parser struct {
	lexer
	tok   token
	depth int
	names []string
}

func (p *parser) parse() (node, *Error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.tok.kind == endToken {
		return nil, p.fail("the expression is empty; write a condition, as in width <= 512")
	}
	n, err := p.or()
	if err == nil && p.tok.kind != endToken {
		return nil, p.fail("unexpected %s; join two conditions by and or or", p.tok)
	}
	return n, err
}

func (p *parser) advance() (err *Error) {
	p.tok, err = p.next()
	return err
}

func (p *parser) fail(format string, args ...any) *Error {
	return &Error{Column: p.tok.at, Text: fmt.Sprintf(format, args...)}
}

func (p *parser) is(symbols ...string) bool {
	return p.tok.kind == symbolToken && slices.Contains(symbols, p.tok.text)
}

// take advances over a symbol, which must come next.
func (p *parser) take(symbol string) *Error {
	if !p.is(symbol) {
		return p.fail("want %s before %s", symbol, p.tok)
	}
	return p.advance()
}

// deeper guards against texts nested so deep that they would exhaust the stack.
func (p *parser) deeper(parse func() (node, *Error)) (node, *Error) {
	if p.depth++; p.depth > maxDepth {
		return nil, p.fail("nested deeper than %d levels; split the expression", maxDepth)
	}
	defer func() { p.depth-- }()
	return parse()
}

// leftward parses operators of one level that associate to the left.
func (p *parser) leftward(operand func() (node, *Error), operators ...string) (node, *Error) {
	left, err := operand()
	for err == nil && p.is(operators...) {
		op := p.tok
		if err = p.advance(); err != nil {
			break
		}
		var right node
		if right, err = operand(); err == nil {
			left = &binary{op: op.text, at: op.at, left: left, right: right}
		}
	}
	return left, err
}

func (p *parser) or() (node, *Error)  { return p.leftward(p.and, "or") }
func (p *parser) and() (node, *Error) { return p.leftward(p.not, "and") }

func (p *parser) not() (node, *Error) {
	if !p.is("not") {
		return p.comparison()
	}
	return p.unary("not", p.not)
}

func (p *parser) unary(op string, operand func() (node, *Error)) (node, *Error) {
	at := p.tok.at
	if err := p.advance(); err != nil {
		return nil, err
	}
	x, err := p.deeper(operand)
	return &unary{op: op, at: at, x: x}, err
}

// comparison is a chain: a < b < c holds when both pairs do.
func (p *parser) comparison() (node, *Error) {
	left, err := p.sum()
	var chain node
	for err == nil && (p.is("==", "!=", "<", "<=", ">", ">=", "in") || p.is("not")) {
		op, negated := p.tok, p.is("not")
		if err = p.advance(); err != nil {
			break
		}
		var pair node
		if op.text == "in" || negated {
			if negated {
				if err = p.take("in"); err != nil {
					break
				}
			}
			pair, err = p.among(left, op)
		} else {
			var right node
			if right, err = p.sum(); err == nil {
				pair = &binary{op: op.text, at: op.at, left: left, right: right}
				left = right
			}
		}
		if chain != nil {
			pair = &binary{op: "and", at: op.at, left: chain, right: pair}
		}
		chain = pair
	}
	if chain == nil {
		return left, err
	}
	return chain, err
}

// among parses the list of `x in [1, 2]`, whose symbol has been read.
func (p *parser) among(x node, op token) (node, *Error) {
	if err := p.take("["); err != nil {
		return nil, err
	}
	list, err := p.list("]")
	if err != nil {
		return nil, err
	}
	var n node = &among{at: op.at, x: x, list: list}
	if op.text == "not" {
		n = &unary{op: "not", at: op.at, x: n}
	}
	return n, nil
}

// list parses expressions separated by commas, and the bracket that closes them.
func (p *parser) list(closing string) ([]node, *Error) {
	var list []node
	for {
		n, err := p.deeper(p.or)
		if err != nil {
			return nil, err
		}
		list = append(list, n)
		if !p.is(",") {
			return list, p.take(closing)
		}
		if err := p.advance(); err != nil {
			return nil, err
		}
	}
}

func (p *parser) sum() (node, *Error)     { return p.leftward(p.product, "+", "-") }
func (p *parser) product() (node, *Error) { return p.leftward(p.signed, "*", "/", "//", "%") }

func (p *parser) signed() (node, *Error) {
	if !p.is("-", "+") {
		return p.power()
	}
	return p.unary(p.tok.text, p.signed)
}

// power associates to the right, and binds closer than a sign on its left:
// -2 ** 2 is -4, 2 ** -1 is 0.5.
func (p *parser) power() (node, *Error) {
	base, err := p.operand()
	if err != nil || !p.is("**") {
		return base, err
	}
	op := p.tok
	if err := p.advance(); err != nil {
		return nil, err
	}
	exponent, err := p.deeper(p.signed)
	return &binary{op: "**", at: op.at, left: base, right: exponent}, err
}

func (p *parser) operand() (node, *Error) {
	t := p.tok
	if p.is("(") {
		if err := p.advance(); err != nil {
			return nil, err
		}
		n, err := p.deeper(p.or)
		if err != nil {
			return nil, err
		}
		return n, p.take(")")
	}
	if t.kind == endToken || t.kind == symbolToken {
		return nil, p.fail("want a number, a name or ( before %s", t)
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	switch t.kind {
	case numberToken:
		return &literal{at: t.at, v: numberOf(t.num)}, nil
	case stringToken:
		return &literal{at: t.at, v: value{kind: text, str: t.text}}, nil
	case nameToken:
		if p.is("(") {
			return p.call(t)
		}
		switch t.text {
		case "true", "True", "false", "False":
			return &literal{at: t.at, v: truthOf(t.text[0]|0x20 == 't')}, nil
		case "inf":
			return &literal{at: t.at, v: numberOf(math.Inf(1))}, nil
		case "nan":
			return &literal{at: t.at, v: numberOf(math.NaN())}, nil
		}
	}
	if !slices.Contains(p.names, t.text) {
		p.names = append(p.names, t.text)
	}
	return &name{at: t.at, name: t.text}, nil
}

// call parses the arguments of a function, before whose bracket the parser is.
func (p *parser) call(t token) (node, *Error) {
	f, ok := functions[t.text]
	if !ok {
		return nil, &Error{Column: t.at, Text: fmt.Sprintf("%s is not a function; there are %s", t.text, functionNames())}
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	args, err := p.list(")")
	if err != nil {
		return nil, err
	}
	if f.one != nil && len(args) != 1 {
		return nil, &Error{Column: t.at, Text: fmt.Sprintf("%s takes one argument, not %d", t.text, len(args))}
	}
	return &call{at: t.at, name: t.text, f: f, args: args}, nil
}
