// Package amend changes one thing in a danlu.yaml and leaves the rest of the text
// as its author wrote it: comments, order, quotes, alignment.
//
// It knows where in the text a parameter's range is written. What the file means
// is said by package spec, which also has the last word here: a change that makes
// of the file anything but what was asked for is not made.
//
// Start reading at [Narrow]; [Fix] leaves one value.
package amend

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/spec"
)

// Range is what a parameter's range is to become.
type Range struct {
	Param     string
	Low, High float64
	// Default takes the place of a default that the new range does not have.
	Default float64
	By      string // who says so: the comment's first words, by which it is known again
	Why     string // one line
	On      time.Time
}

// Narrow writes a range into the text of a file: the numbers change in place, and
// the line above says why. A comment that an earlier call left there is replaced.
// An error is a [*spec.Error] with the file and the line that can't be changed.
func Narrow(file string, text []byte, r Range) ([]byte, error) {
	before, _, err := spec.Parse(file, text, spec.Options{})
	if err != nil {
		return nil, err
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	e := &editor{file: file, lines: strings.SplitAfter(string(text), "\n")}
	line, err := e.narrow(&doc, r)
	if err != nil {
		return nil, err
	}
	e.explain(line, r)
	after := []byte(strings.Join(e.lines, ""))
	return after, e.verify(before.Space, after, r, line)
}

// editor has the lines of a file, with their ends.
type editor struct {
	file  string
	lines []string
	was   string
}

func (e *editor) refuse(line int, format string, args ...any) error {
	return &spec.Error{File: e.file, Line: line, Text: fmt.Sprintf(format, args...)}
}

// narrow changes the numbers, and returns the line of the parameter.
func (e *editor) narrow(doc *yaml.Node, r Range) (line int, err error) {
	wish := fmt.Sprintf("write float: [%s, %s] yourself", number(r.Low), number(r.High))
	if len(doc.Content) == 0 || doc.Content[0].Kind != yaml.MappingNode {
		return 0, e.refuse(1, "the range of %s can't be changed here; %s", r.Param, wish)
	}
	_, params := child(doc.Content[0], "params")
	if params == nil || params.Kind != yaml.MappingNode {
		return 0, e.refuse(1, "the range of %s can't be changed: params is not written out here; %s", r.Param, wish)
	}
	key, param := child(params, r.Param)
	switch {
	case key == nil:
		return 0, e.refuse(params.Line, "the range of %s can't be changed: it is not written in params itself; %s", r.Param, wish)
	case param.Kind != yaml.MappingNode:
		return 0, e.refuse(key.Line, "the range of %s can't be changed: it is not written out here; %s", r.Param, wish)
	}
	_, bounds := child(param, "float")
	if bounds == nil || bounds.Kind != yaml.SequenceNode || len(bounds.Content) != 2 {
		return 0, e.refuse(key.Line, "the range of %s can't be changed: it is not float: [low, high]; %s", r.Param, wish)
	}
	edits := []edit{{bounds.Content[0], r.Low}, {bounds.Content[1], r.High}}
	e.was = fmt.Sprintf("[%s, %s]", bounds.Content[0].Value, bounds.Content[1].Value)
	if _, d := child(param, "default"); d != nil {
		if x, err := strconv.ParseFloat(d.Value, 64); err == nil && (x < r.Low || x > r.High) {
			edits = append(edits, edit{d, r.Default})
			e.was += ", default " + d.Value
		}
	}
	// The last ones first: what is written before them keeps its place.
	slices.SortFunc(edits, func(a, b edit) int {
		return cmp.Or(cmp.Compare(b.node.Line, a.node.Line), cmp.Compare(b.node.Column, a.node.Column))
	})
	for _, x := range edits {
		if err := e.replace(x, wish); err != nil {
			return 0, err
		}
	}
	return key.Line, nil
}

// edit is a number to be written over a scalar.
type edit struct {
	node  *yaml.Node
	value float64
}

func (e *editor) replace(x edit, wish string) error {
	n := x.node
	if n.Kind != yaml.ScalarNode || n.Line < 1 || n.Line > len(e.lines) {
		return e.refuse(max(n.Line, 1), "this number is written elsewhere (*%s), and can't be changed here; %s", n.Value, wish)
	}
	line := []rune(e.lines[n.Line-1])
	from := n.Column - 1
	to := from + len([]rune(n.Value))
	if from < 0 || to > len(line) || string(line[from:to]) != n.Value {
		return e.refuse(n.Line, "the number %s is written in a way that can't be changed in place; %s", n.Value, wish)
	}
	e.lines[n.Line-1] = string(line[:from]) + number(x.value) + string(line[to:])
	return nil
}

// explain puts the comment above a line, in the place of its own earlier one,
// which knows what the author wrote.
func (e *editor) explain(line int, r Range) {
	at := line - 1
	indent := e.lines[at][:len(e.lines[at])-len(strings.TrimLeft(e.lines[at], " "))]
	mark := fmt.Sprintf("# %s: %s ", r.By, r.Param)
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
	why := strings.Join(strings.Fields(r.Why), " ")
	comment := fmt.Sprintf("%s%swas %s, on %s; %s%s", indent, mark, e.was, r.On.Format(time.DateOnly), why, end)
	e.lines[at] = comment + e.lines[at]
}

// verify refuses a text that does not mean what was asked for.
func (e *editor) verify(before *space.Space, text []byte, r Range, line int) error {
	def, _, err := spec.Parse(e.file, text, spec.Options{})
	if err != nil {
		return fmt.Errorf("with the new range of %s the file is no longer right, and stays as it was: %w", r.Param, err)
	}
	for i := range def.Space.Len() {
		p, was := def.Space.Param(i), before.Param(i)
		d, ok := p.Domain.(space.Float)
		if p.Name == r.Param && (!ok || d.Low != rounded(r.Low) || d.High != rounded(r.High)) ||
			p.Name != r.Param && p.Domain.String() != was.Domain.String() {
			return e.refuse(line, "changing the range of %s here would make %s %s; write float: [%s, %s] yourself", r.Param, p.Name, p.Domain, number(r.Low), number(r.High))
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

// number writes three digits as people do: 0.003, 3e-5.
func number(x float64) string {
	text := strconv.FormatFloat(rounded(x), 'g', -1, 64)
	return strings.Replace(strings.Replace(text, "e-0", "e-", 1), "e+0", "e+", 1)
}

func rounded(x float64) float64 {
	y, err := strconv.ParseFloat(strconv.FormatFloat(x, 'e', 2, 64), 64)
	if err != nil {
		return x
	}
	return y
}

// File is [Narrow] on a file, which is replaced as a whole or not at all. changed
// is false where it says so already.
func File(path string, r Range) (changed bool, err error) {
	return rewrite(path, func(text []byte) ([]byte, error) { return Narrow(path, text, r) })
}

func rewrite(path string, change func(text []byte) ([]byte, error)) (changed bool, err error) {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return false, fmt.Errorf("change %s: %w", path, err)
	}
	text, err := os.ReadFile(real)
	if err != nil {
		return false, fmt.Errorf("change %s: %w", path, err)
	}
	after, err := change(text)
	if err != nil || bytes.Equal(text, after) {
		return false, err
	}
	mode := fs.FileMode(0o644)
	if info, err := os.Stat(real); err == nil {
		mode = info.Mode().Perm()
	}
	return true, replaceFile(real, after, mode)
}

func replaceFile(path string, text []byte, mode fs.FileMode) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".danlu-*.yaml")
	if err != nil {
		return fmt.Errorf("change %s: %w", path, err)
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("change %s: %w", path, errors.Join(err, os.Remove(f.Name())))
		}
	}()
	_, err = f.Write(text)
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
