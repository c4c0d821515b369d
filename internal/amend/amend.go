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
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/danlu-ml/danlu/internal/space"
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
	return change{
		param: r.Param, by: r.By, why: r.Why, on: r.On,
		wish: fmt.Sprintf("write float: [%s, %s] yourself", number(r.Low), number(r.High)),
		is: func(d space.Domain) bool {
			f, ok := d.(space.Float)
			return ok && f.Low == rounded(r.Low) && f.High == rounded(r.High)
		},
		write: func(e *editor, key, param *yaml.Node, _ space.Param) error { return e.narrow(key, param, r) },
	}.of(file, text)
}

// File is [Narrow] on a file, which is replaced as a whole or not at all. changed
// is false where it says so already.
func File(path string, r Range) (changed bool, err error) {
	return rewrite(path, func(text []byte) ([]byte, error) { return Narrow(path, text, r) })
}

// narrow changes the numbers.
func (e *editor) narrow(key, param *yaml.Node, r Range) error {
	_, bounds := child(param, "float")
	if bounds == nil || bounds.Kind != yaml.SequenceNode || len(bounds.Content) != 2 {
		return e.refuse(key.Line, "it is not float: [low, high]")
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
		if err := e.replace(x); err != nil {
			return err
		}
	}
	return nil
}

// edit is a number to be written over a scalar.
type edit struct {
	node  *yaml.Node
	value float64
}

func (e *editor) replace(x edit) error {
	n := x.node
	if n.Kind != yaml.ScalarNode || n.Line < 1 || n.Line > len(e.lines) {
		return e.refuse(max(n.Line, 1), "a number of it is written elsewhere (*%s)", n.Value)
	}
	line := []rune(e.lines[n.Line-1])
	from := n.Column - 1
	to := from + len([]rune(n.Value))
	if from < 0 || to > len(line) || string(line[from:to]) != n.Value {
		return e.refuse(n.Line, "the number %s is written in a way that can't be changed in place", n.Value)
	}
	e.lines[n.Line-1] = string(line[:from]) + number(x.value) + string(line[to:])
	return nil
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
