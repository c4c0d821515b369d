package text

import (
	"slices"
	"strings"
)

// Style is how a piece of text stands out.
type Style uint8

// The styles. All of them are chosen so that nothing is lost without colour.
const (
	Plain Style = iota
	Bold
	Dim
	Good
	Bad
	Warn
	Whole // bold, and never cut: a command to be copied, or a path
)

var escapes = [...]string{Plain: "", Bold: "\x1b[1m", Dim: "\x1b[2m", Good: "\x1b[32m", Bad: "\x1b[31m", Warn: "\x1b[33m", Whole: "\x1b[1m"}

// Span is a piece of text in one style.
type Span struct {
	Text  string
	Style Style
}

// Line is what stands on one line.
type Line []Span

// Of is a line of one piece of text in the plain style.
func Of(s string) Line { return Line{{Text: s}} }

// Width is how many columns the line takes.
func (l Line) Width() int {
	n := 0
	for _, s := range l {
		n += Width(s.Text)
	}
	return n
}

// Render is the line in at most width columns, of any length where width is 0,
// without trailing spaces; with
// escape sequences where colour is set. What is lost shows as `…`.
func (l Line) Render(width int, colour bool) string {
	var b strings.Builder
	for _, s := range l.trim().cut(width) {
		if colour && s.Style != Plain && s.Text != "" {
			b.WriteString(escapes[s.Style] + s.Text + "\x1b[0m")
		} else {
			b.WriteString(s.Text)
		}
	}
	return b.String()
}

// trim drops trailing spaces.
func (l Line) trim() Line {
	for i := len(l) - 1; i >= 0; i-- {
		if s := strings.TrimRight(l[i].Text, " "); s != "" {
			return append(l[:i:i], Span{s, l[i].Style})
		}
	}
	return nil
}

func (l Line) cut(width int) Line {
	whole := slices.ContainsFunc(l, func(s Span) bool { return s.Style == Whole })
	if whole || width <= 0 || l.Width() <= width {
		return l
	}
	left := width - 1 // for the ellipsis
	for i, s := range l {
		w := Width(s.Text)
		if w > left {
			return append(l[:i:i], Span{Truncate(s.Text, left+1), s.Style})
		}
		left -= w
		if left == 0 && i+1 < len(l) {
			return append(l[:i+1:i+1], Span{"…", s.Style})
		}
	}
	return l
}
