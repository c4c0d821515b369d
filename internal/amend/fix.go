package amend

import (
	"slices"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/danlu-ml/danlu/internal/draft"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/spec"
)

// Value is the one value that a parameter is to keep.
type Value struct {
	Param string
	Value space.Value
	By    string // who says so: the comment's first words, by which it is known again
	Why   string // one line
	On    time.Time
}

// Fix leaves a parameter one value in the text of a file: its definition becomes a
// choice of one, and the line above says what it was and why. A comment that an
// earlier call left there is replaced. An error is a [*spec.Error] with the file and
// the line that can't be changed.
func Fix(file string, text []byte, v Value) ([]byte, error) {
	return change{
		param: v.Param, by: v.By, why: v.Why, on: v.On,
		wish: "write choice: [" + v.Value.String() + "] yourself",
		is:   v.alone,
		write: func(e *editor, key, param *yaml.Node, p space.Param) error {
			p.Domain, p.Default, p.Prior = space.Choice{Values: []space.Value{v.Value}}, v.Value, nil
			return e.define(key, param, draft.Domain(p))
		},
	}.of(file, text)
}

// FixFile is [Fix] on a file, which is replaced as a whole or not at all. changed is
// false where the parameter has this value alone already.
func FixFile(path string, v Value) (changed bool, err error) {
	return rewrite(path, func(text []byte) ([]byte, error) {
		if def, _, err := spec.Parse(path, text, spec.Options{}); err == nil && fixed(def.Space, v) {
			return text, nil
		}
		return Fix(path, text, v)
	})
}

func fixed(sp *space.Space, v Value) bool {
	i := sp.Index(v.Param)
	return i >= 0 && v.alone(sp.Param(i).Domain)
}

// alone reports whether a domain has this value and no other.
func (v Value) alone(d space.Domain) bool {
	c, ok := d.(space.Choice)
	return ok && slices.Equal(c.Values, []space.Value{v.Value})
}

// define writes a parameter's definition anew, where it is in one line.
func (e *editor) define(key, param *yaml.Node, definition string) error {
	if param.Style&yaml.FlowStyle == 0 || param.Line != key.Line {
		return e.refuse(key.Line, "its definition is not {…} in one line")
	}
	text := []rune(e.lines[param.Line-1])
	from := param.Column - 1
	to := closing(text, from)
	if to < 0 {
		return e.refuse(param.Line, "its definition goes over several lines")
	}
	e.was = string(text[from : to+1])
	e.lines[param.Line-1] = string(text[:from]) + definition + string(text[to+1:])
	return nil
}

// closing is the place of the brace that ends what begins at from, -1 if the line
// has none.
func closing(text []rune, from int) int {
	depth, quote := 0, rune(0)
	for i := from; i >= 0 && i < len(text); i++ {
		switch c := text[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}
