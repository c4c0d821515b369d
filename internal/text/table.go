package text

import (
	"io"
	"strings"
)

// Column is a column of a [Table].
type Column struct {
	Title string
	Right bool // aligned to the right, as numbers are
	Min   int  // it may be shortened to this width; 0: never
	Drop  int  // left out where space is short, the highest first; 0: never
}

// Table is rows of cells that line up.
type Table struct {
	Columns []Column // titles all empty: no head
	Rows    [][]Span // a cell a column; missing ones are empty
	Indent  int
}

const gap = 2

// Lines lays the table out in width columns; where that is 0 it shows everything,
// as for a file or another program, which have no width. Else it leaves out columns without
// content, shortens what may be shortened, then leaves out what may be left out.
func (t *Table) Lines(width int) []Line {
	var keep []int
	for c := range t.Columns {
		if !t.empty(c) {
			keep = append(keep, c)
		}
	}
	for {
		widths, fits := t.fit(keep, width)
		if fits {
			return t.lay(keep, widths)
		}
		victim := -1
		for i, c := range keep {
			if d := t.Columns[c].Drop; d > 0 && (victim < 0 || d > t.Columns[keep[victim]].Drop) {
				victim = i
			}
		}
		if victim < 0 {
			return t.lay(keep, widths)
		}
		keep = append(keep[:victim:victim], keep[victim+1:]...)
	}
}

// empty reports whether no row has anything in the column.
func (t *Table) empty(column int) bool {
	for _, r := range t.Rows {
		if column < len(r) && r[column].Text != "" {
			return false
		}
	}
	return len(t.Rows) > 0
}

// fit gives the columns their widths.
func (t *Table) fit(keep []int, width int) (widths []int, fits bool) {
	widths = make([]int, len(keep))
	total := t.Indent - gap
	for i, c := range keep {
		widths[i] = Width(t.Columns[c].Title)
		for _, r := range t.Rows {
			if c < len(r) {
				widths[i] = max(widths[i], Width(r[c].Text))
			}
		}
		total += widths[i] + gap
	}
	for width > 0 && total > width {
		widest := -1
		for i, c := range keep {
			if m := t.Columns[c].Min; m > 0 && widths[i] > m && (widest < 0 || widths[i] > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			return widths, false
		}
		widths[widest]--
		total--
	}
	return widths, true
}

func (t *Table) lay(keep, widths []int) []Line {
	var lines []Line
	headed := false
	head := make([]Span, len(t.Columns))
	for i, c := range t.Columns {
		head[i] = Span{c.Title, Dim}
		headed = headed || c.Title != ""
	}
	if headed {
		lines = append(lines, t.row(head, keep, widths))
	}
	for _, r := range t.Rows {
		lines = append(lines, t.row(r, keep, widths))
	}
	return lines
}

func (t *Table) row(cells []Span, keep, widths []int) Line {
	l := Line{{Text: spaces(t.Indent)}}
	for i, c := range keep {
		var s Span
		if c < len(cells) {
			s = cells[c]
		}
		s.Text = Truncate(s.Text, widths[i])
		if t.Columns[c].Right {
			s.Text = PadLeft(s.Text, widths[i])
		} else {
			s.Text = Pad(s.Text, widths[i])
		}
		if i > 0 {
			l = append(l, Span{Text: spaces(gap)})
		}
		l = append(l, s)
	}
	return l
}

// Write writes the table's lines.
func (t *Table) Write(w io.Writer, width int, colour bool) error {
	return WriteLines(w, t.Lines(width), width, colour)
}

// WriteLines writes lines, each in at most width columns.
func WriteLines(w io.Writer, lines []Line, width int, colour bool) error {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(l.Render(width, colour))
		b.WriteByte('\n')
	}
	_, err := io.WriteString(w, b.String())
	return err
}
