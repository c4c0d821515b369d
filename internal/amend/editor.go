package amend

import (
	"fmt"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/spec"
)

// change is what is to become of one parameter.
type change struct {
	param   string
	by, why string // for the comment
	on      time.Time
	wish    string // what a person can do who is refused
	is      func(space.Domain) bool
	// write changes the definition that key names, a mapping written out in the file.
	write func(e *editor, key, param *yaml.Node, p space.Param) error
}

// of makes the change in a text.
func (c change) of(file string, text []byte) ([]byte, error) {
	before, _, err := spec.Parse(file, text, spec.Options{})
	if err != nil {
		return nil, err
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	e := &editor{change: c, file: file, lines: strings.SplitAfter(string(text), "\n")}
	key, param, err := e.find(&doc)
	if err != nil {
		return nil, err
	}
	if err := c.write(e, key, param, *before.Space.Param(before.Space.Index(c.param))); err != nil {
		return nil, err
	}
	e.explain(key.Line)
	after := []byte(strings.Join(e.lines, ""))
	return after, e.verify(before.Space, after, key.Line)
}

// editor has the lines of a file, with their ends.
type editor struct {
	change
	file  string
	lines []string
	was   string
}

func (e *editor) refuse(line int, format string, args ...any) error {
	return &spec.Error{File: e.file, Line: line, Text: fmt.Sprintf("%s can't be changed here: %s; %s", e.param, fmt.Sprintf(format, args...), e.wish)}
}

// find is where the parameter is defined.
func (e *editor) find(doc *yaml.Node) (key, param *yaml.Node, err error) {
	if len(doc.Content) == 0 || doc.Content[0].Kind != yaml.MappingNode {
		return nil, nil, e.refuse(1, "the file is not a mapping")
	}
	_, params := child(doc.Content[0], "params")
	if params == nil || params.Kind != yaml.MappingNode {
		return nil, nil, e.refuse(1, "params is not written out here")
	}
	key, param = child(params, e.param)
	switch {
	case key == nil:
		return nil, nil, e.refuse(params.Line, "it is not written in params itself")
	case param.Kind != yaml.MappingNode:
		return nil, nil, e.refuse(key.Line, "it is not written out")
	}
	return key, param, nil
}

// explain puts the comment above a line, in the place of its own earlier one,
// which knows what the author wrote.
func (e *editor) explain(line int) {
	at := line - 1
	indent := e.lines[at][:len(e.lines[at])-len(strings.TrimLeft(e.lines[at], " "))]
	mark := fmt.Sprintf("# %s: %s ", e.by, e.param)
	end := "\n"
	if strings.HasSuffix(e.lines[at], "\r\n") {
		end = "\r\n"
	}
	if at > 0 {
		if old, mine := strings.CutPrefix(strings.TrimSpace(e.lines[at-1]), mark+"was "); mine {
			e.lines[at-1] = ""
			if was, _, ok := strings.Cut(old, ", on "); ok {
				e.was = was
			}
		}
	}
	why := strings.Join(strings.Fields(e.why), " ")
	comment := fmt.Sprintf("%s%swas %s, on %s; %s%s", indent, mark, e.was, e.on.Format(time.DateOnly), why, end)
	e.lines[at] = comment + e.lines[at]
}

// verify refuses a text that does not mean what was asked for.
func (e *editor) verify(before *space.Space, text []byte, line int) error {
	def, _, err := spec.Parse(e.file, text, spec.Options{})
	if err != nil {
		return fmt.Errorf("with %s changed the file is no longer right, and stays as it was: %w", e.param, err)
	}
	if def.Space.Len() != before.Len() {
		return e.refuse(line, "there would be %d parameters", def.Space.Len())
	}
	for i := range before.Len() {
		p, was := def.Space.Param(i), before.Param(i)
		if p.Name != was.Name || p.Name == e.param && !e.is(p.Domain) || p.Name != e.param && p.Domain.String() != was.Domain.String() {
			return e.refuse(line, "it would make %s %s", p.Name, p.Domain)
		}
	}
	return nil
}

// child finds a key of a mapping and its value, nil if it is not there.
func child(n *yaml.Node, name string) (key, value *yaml.Node) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return n.Content[i], n.Content[i+1]
		}
	}
	return nil, nil
}
