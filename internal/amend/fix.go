package amend

import (
	"fmt"
	"slices"
	"strings"
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
	before, _, err := spec.Parse(file, text, spec.Options{})
	if err != nil {
		return nil, err
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	e := &editor{file: file, lines: strings.SplitAfter(string(text), "\n")}
	line, err := e.fix(&doc, before.Space, v)
	if err != nil {
		return nil, err
	}
	e.explain(line, Range{Param: v.Param, By: v.By, Why: v.Why, On: v.On})
	after := []byte(strings.Join(e.lines, ""))
	return after, e.verifyFixed(before.Space, after, v, line)
}

// FixFile is [Fix] on a file, which is replaced as a whole or not at all. changed is
// false where the parameter has this value alone already.
func FixFile(path string, v Value) (changed bool, err error) {
	return rewrite(path, func(text []byte) ([]byte, error) {
		if def, _, err := spec.Parse(path, text, spec.Options{}); err == nil && isFixed(def.Space, v) {
			return text, nil
		}
		return Fix(path, text, v)
	})
}

// fix writes the definition anew, and returns the line of the parameter.
func (e *editor) fix(doc *yaml.Node, sp *space.Space, v Value) (line int, err error) {
	i := sp.Index(v.Param)
	if i < 0 {
		return 0, e.refuse(1, "the study has no parameter %s to fix", v.Param)
	}
	p := *sp.Param(i)
	p.Domain, p.Default, p.Prior = space.Choice{Values: []space.Value{v.Value}}, v.Value, nil
	wish := fmt.Sprintf("write %s: %s yourself", v.Param, draft.Domain(p))
	var key, param *yaml.Node
	if len(doc.Content) > 0 && doc.Content[0].Kind == yaml.MappingNode {
		if _, params := child(doc.Content[0], "params"); params != nil && params.Kind == yaml.MappingNode {
			key, param = child(params, v.Param)
		}
	}
	if key == nil || param.Kind != yaml.MappingNode || param.Style&yaml.FlowStyle == 0 || param.Line != key.Line {
		return 0, e.refuse(max(lineOf(key), 1), "%s can't be fixed here: its definition is not {…} in one line; %s", v.Param, wish)
	}
	text := []rune(e.lines[param.Line-1])
	from := param.Column - 1
	to := closing(text, from)
	if to < 0 {
		return 0, e.refuse(param.Line, "%s can't be fixed here: its definition goes over several lines; %s", v.Param, wish)
	}
	e.was = string(text[from : to+1])
	e.lines[param.Line-1] = string(text[:from]) + draft.Domain(p) + string(text[to+1:])
	return param.Line, nil
}

func lineOf(n *yaml.Node) int {
	if n == nil {
		return 0
	}
	return n.Line
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

func isFixed(sp *space.Space, v Value) bool {
	i := sp.Index(v.Param)
	if i < 0 {
		return false
	}
	c, ok := sp.Param(i).Domain.(space.Choice)
	return ok && slices.Equal(c.Values, []space.Value{v.Value})
}

// verifyFixed refuses a text that does not mean what was asked for.
func (e *editor) verifyFixed(before *space.Space, text []byte, v Value, line int) error {
	def, _, err := spec.Parse(e.file, text, spec.Options{})
	if err != nil {
		return fmt.Errorf("with %s fixed the file is no longer right, and stays as it was: %w", v.Param, err)
	}
	same := def.Space.Len() == before.Len()
	for i := 0; same && i < def.Space.Len(); i++ {
		p, was := def.Space.Param(i), before.Param(i)
		same = p.Name == was.Name && (p.Name == v.Param || p.Domain.String() == was.Domain.String())
	}
	if !same || !isFixed(def.Space, v) {
		return e.refuse(line, "fixing %s here would change more than that; write choice: [%s] yourself", v.Param, v.Value)
	}
	return nil
}
