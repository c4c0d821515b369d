package display

import (
	"fmt"
	"strconv"
	"time"

	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/text"
)

// sparkWidth is the most columns a curve takes.
const sparkWidth = 16

// block is the picture of what is going on, at most height-1 lines: the running
// trials, the best so far, how far the study is.
func (s *story) block(v *study.View, width, height int) []text.Line {
	below := []text.Line{s.bestLine(v)}
	below = append(below, s.statusLines(v, width)...)
	running := s.runningLines(v, width, max(height-3-len(below), 1))
	picture := append([]text.Line{nil}, running...)
	picture = append(picture, below...)
	return picture[max(len(picture)-max(height-1, 1), 0):]
}

// label begins a line of the block.
func label(s string) text.Span { return text.Span{Text: text.Pad(s, 9), Style: text.Dim} }

func (s *story) runningLines(v *study.View, width, room int) []text.Line {
	now := s.now()
	table := text.Table{Columns: []text.Column{
		{}, {Right: true}, {}, {Right: true, Drop: 1}, {Right: true}, {Right: true, Drop: 2}, {Min: 8, Drop: 3},
	}}
	more := v.Count[study.Running] - room
	if more > 0 {
		room-- // for the line that says so
		more++
	}
	for _, t := range v.Trials {
		if t.State != study.Running || len(table.Rows) == room {
			continue
		}
		value := "–"
		if c := t.Curve(); len(c) > 0 {
			value = s.scale.format(v.Def.Objectives[0].Value(c[len(c)-1].Loss))
		}
		head := label("")
		if len(table.Rows) == 0 {
			head = label("running")
		}
		params := Differences(v.Def, t.Params)
		if t.Default {
			params = "the default configuration"
		}
		if told, ok := t.Told(); ok {
			params = "ending: " + text.Clean(told.Why)
		}
		table.Rows = append(table.Rows, []text.Span{
			head,
			{Text: strconv.Itoa(int(t.ID))},
			{Text: s.spark(v, t)},
			{Text: Progress(v, t.Step())},
			{Text: value},
			{Text: text.Duration(t.Duration(now).Truncate(time.Second))},
			{Text: params, Style: text.Dim},
		})
	}
	lines := table.Lines(width)
	if len(table.Rows) == 0 {
		lines = []text.Line{{label("running"), {Text: "nothing yet", Style: text.Dim}}}
		if v.Count[study.Running] == 0 && len(v.Trials) > 0 {
			lines[0][1].Text = "nothing at the moment"
		}
	}
	if more > 0 && room > 0 {
		lines = append(lines, text.Line{label(""), {Text: fmt.Sprintf("  and %d more", more), Style: text.Dim}})
	}
	return lines
}

// spark is a trial's curve of the first objective, in the user's own numbers.
func (s *story) spark(v *study.View, t *study.Trial) string {
	c := t.Curve()
	steps, values := make([]int64, len(c)), make([]float64, len(c))
	for i, p := range c {
		steps[i], values[i] = p.Step, v.Def.Objectives[0].Value(p.Loss)
	}
	r := s.scale.spread()
	return text.Spark(steps, values, v.Horizon(t), sparkWidth, r.Low, r.High)
}

func (s *story) bestLine(v *study.View) text.Line {
	b := v.Best()
	if b == nil {
		return text.Line{label("best"), {Text: "no trial has run to its end yet", Style: text.Dim}}
	}
	l := text.Line{
		label("best"),
		{Text: fmt.Sprintf("  %s", s.value(v, b)), Style: text.Good},
		{Text: fmt.Sprintf("  trial %d  ", b.ID)},
	}
	def := v.DefaultTrial()
	switch {
	case b.Default:
		l = append(l, text.Span{Text: "the default configuration"})
	case def != nil && def.State == study.Completed:
		l = append(l, text.Span{Text: fmt.Sprintf("%s on the default's %s", s.delta(v, b, def), s.value(v, def))},
			text.Span{Text: "  " + Differences(v.Def, b.Params), Style: text.Dim})
	default:
		l = append(l, text.Span{Text: Differences(v.Def, b.Params), Style: text.Dim})
	}
	return l
}

// delta is the difference of two trials' values of the first objective.
func (s *story) delta(v *study.View, a, b *study.Trial) string {
	m := v.Def.Objectives[0].Metric
	return s.scale.spread().Delta(a.Values[m] - b.Values[m])
}

func (s *story) statusLines(v *study.View, width int) []text.Line {
	fraction, spent := s.spent(v)
	bar := text.Line{label("done")}
	if fraction >= 0 {
		bar = append(bar, text.Span{Text: "  " + text.Bar(fraction, min(24, max(width-60, 8)))})
	}
	rest := "  " + spent
	if v.Def.Budget.Time == 0 {
		rest += " · " + text.Duration(v.Elapsed(s.now()).Truncate(time.Second))
	}
	switch left, ok := s.remaining(v); {
	case ok:
		rest += " · " + text.About(left) + " left"
	case fraction >= 0:
		rest += " · time left not known yet"
	}
	bar = append(bar, text.Span{Text: rest})
	return []text.Line{{label("trials"), {Text: "  " + Counts(v)}}, bar}
}
