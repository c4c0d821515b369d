package spec

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Error is one thing that is wrong with a file.
type Error struct {
	File string
	Line int    // from 1; 0: not in a file
	Text string // what is wrong; what would be right
}

func (e *Error) Error() string { return place(e.File, e.Line) + ": " + e.Text }

func place(file string, line int) string {
	if line == 0 {
		return file
	}
	return fmt.Sprintf("%s:%d", file, line)
}

// Errors is all that is wrong with a file, in order of lines; never empty.
type Errors []*Error

// maxShown is how many errors are shown: those after it often follow from them.
const maxShown = 10

// Error has a line for each of the first ten.
func (es Errors) Error() string {
	var lines []string
	for _, e := range es[:min(len(es), maxShown)] {
		lines = append(lines, e.Error())
	}
	if n := len(es) - maxShown; n > 0 {
		lines = append(lines, fmt.Sprintf("%s: and %d more", es[0].File, n))
	}
	return strings.Join(lines, "\n")
}

// Unwrap lets errors.As find each [*Error].
func (es Errors) Unwrap() []error {
	out := make([]error, len(es))
	for i, e := range es {
		out[i] = e
	}
	return out
}

func (es Errors) sorted() Errors {
	slices.SortStableFunc(es, func(a, b *Error) int { return cmp.Compare(a.Line, b.Line) })
	return es
}

// Warning is something in a file that is allowed, and probably not meant.
type Warning struct {
	File string
	Line int
	Text string
}

func (w Warning) String() string { return place(w.File, w.Line) + ": warning: " + w.Text }

func (r *reader) warnings() []Warning {
	slices.SortStableFunc(r.warned, func(a, b Warning) int { return cmp.Compare(a.Line, b.Line) })
	return r.warned
}
