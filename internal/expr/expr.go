// Package expr is the small language of constraints and filters: conditions over
// named values, as in `params_millions <= 20 and kernel <= width / 2`.
//
// It knows numbers, strings and booleans; it has no loops, no assignment and no
// side effects, and its input is bounded, so that anybody's text may be parsed
// and evaluated. What a name stands for is the caller's business.
//
//	3  .8  1e-4  inf  nan        numbers, all of them float64
//	"sgd"  'sgd'  true  false    strings and booleans
//	lr  optim.lr  `loss/train`   names; in backticks with any character
//	+ - * / // % **              // and % round down, as in Python
//	== != < <= > >=              chained too: 1 < a < b
//	and or not  in [1, 2]        also && || !
//	min max abs log exp sqrt ceil floor round
//
// Start reading at [Parse] and [Expr.Bool].
package expr

import (
	"fmt"
	"slices"
	"unicode/utf8"
)

// Bounds of what [Parse] accepts.
const (
	maxBytes = 4096
	maxDepth = 100 // of nested parentheses and operators
)

// Expr is a parsed condition. It does not change, and may be used from several
// goroutines.
type Expr struct {
	text  string
	root  node
	names []string
}

// Error is what is wrong with a text, and where.
type Error struct {
	Column int // in characters, from 1
	Text   string
}

func (e *Error) Error() string { return fmt.Sprintf("column %d: %s", e.Column, e.Text) }

// Parse reads a condition. An error is an [*Error].
func Parse(text string) (*Expr, error) {
	if len(text) > maxBytes {
		return nil, &Error{Column: maxBytes + 1, Text: fmt.Sprintf("the expression is longer than %d bytes; split it", maxBytes)}
	}
	p := parser{lexer: lexer{text: text}}
	root, err := p.parse()
	if err == nil {
		err = condition(root)
	}
	if err != nil {
		err.Column = utf8.RuneCountInString(text[:min(err.Column, len(text))]) + 1
		return nil, err
	}
	return &Expr{text: text, root: root, names: p.names}, nil
}

// Names lists the names in the condition, each once, in order of first use.
func (x *Expr) Names() []string { return slices.Clone(x.names) }

// String is the condition as it was written.
func (x *Expr) String() string { return x.text }

// Bool evaluates the condition. The lookup gives the value of a name: a number,
// a string or a boolean, or false if it is not known. known is false where the
// answer hangs on such a name: `a or b` is known to hold when a does. Values of
// different kinds are never equal; to compare them by size is an error, as is any
// other mixture of kinds. NaN is neither above, below nor equal to anything.
func (x *Expr) Bool(lookup func(name string) (any, bool)) (holds, known bool, err error) {
	v, err := x.root.eval(lookup)
	switch {
	case err != nil:
		return false, false, fmt.Errorf("evaluate %q: %w", x.text, err)
	case v.kind == unknown:
		return false, false, nil
	case v.kind != boolean:
		return false, false, fmt.Errorf("evaluate %q: it is %s, not a condition; compare it with something", x.text, v)
	}
	return v.truth, true, nil
}
