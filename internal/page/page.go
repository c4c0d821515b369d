// Package page shows studies at rest: the list of them, one of them, its trials,
// one trial. It reads a view and makes lines; where they go is its caller's
// business.
//
// Start reading at [Trials] and [Trial].
package page

import (
	"time"

	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/text"
)

// facts are lines of a name and what it is.
type facts struct {
	lines []text.Line
	width int // of the page
}

const nameWidth = 11

// add says what is, over as many lines as it takes; nothing where it is empty.
func (f *facts) add(name, what string, style text.Style) {
	if what = text.Clean(what); what == "" {
		return
	}
	for i, l := range text.Wrap(what, max(text.Columns(f.width)-nameWidth, 20)) {
		head := text.Pad("", nameWidth)
		if i == 0 {
			head = text.Pad(name, nameWidth)
		}
		f.lines = append(f.lines, text.Line{{Text: head, Style: text.Dim}, {Text: l[0].Text, Style: style}})
	}
}

// whole is add for what must not be broken: a path, a command.
func (f *facts) whole(name, what string) {
	if what != "" {
		f.lines = append(f.lines, text.Line{{Text: text.Pad(name, nameWidth), Style: text.Dim}, {Text: text.Clean(what), Style: text.Whole}})
	}
}

// item adds a sentence after a head, over as many lines as it takes.
func (f *facts) item(head, what string) {
	for i, l := range text.Wrap(text.Clean(what), max(f.width-text.Width(head), 20)) {
		if i > 0 {
			head = text.Pad("", text.Width(head))
		}
		f.lines = append(f.lines, text.Line{{Text: head}, {Text: l[0].Text, Style: text.Dim}})
	}
}

// table adds a table under a heading, with an empty line before it.
func (f *facts) table(title string, t text.Table) {
	if len(t.Rows) == 0 {
		return
	}
	t.Indent = 2
	f.lines = append(f.lines, nil, text.Line{{Text: title, Style: text.Dim}})
	f.lines = append(f.lines, t.Lines(f.width)...)
}

// plain is a cell.
func plain(s string) text.Span { return text.Span{Text: text.Clean(s)} }

// ago is a time in the past, as people say it.
func ago(at, now time.Time) string {
	switch d := now.Sub(at); {
	case d < 2*time.Second:
		return "now"
	case d < 7*24*time.Hour:
		return text.Duration(d) + " ago"
	}
	return at.Local().Format("2006-01-02")
}

func stamp(t time.Time) string { return t.Local().Format("2006-01-02 15:04:05") }

// spread is the range of the trials' values of an objective.
func spread(v *study.View, metric string) text.Spread {
	var s text.Spread
	first := true
	for _, t := range v.Trials {
		x, ok := t.Values[metric]
		if m := t.Metrics[metric]; !ok && m != nil {
			x, ok = m.Last, true
		}
		if !ok || x-x != 0 { // absent, or not finite
			continue
		}
		if first {
			s.Low, s.High, first = x, x, false
		}
		s.Low, s.High = min(s.Low, x), max(s.High, x)
	}
	return s
}
