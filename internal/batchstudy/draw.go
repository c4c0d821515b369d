package batchstudy

import (
	"fmt"

	"github.com/danlu-ml/danlu/internal/batchsize"
	"github.com/danlu-ml/danlu/internal/plot"
	"github.com/danlu-ml/danlu/internal/text"
)

// Chart draws the throughput over the size, with what is suggested marked on it.
func Chart(out Outcome) plot.Chart {
	c := plot.Chart{Title: "throughput over the batch size", X: out.Param, LogX: true}
	c.Y = func(y float64) string { return speed(batchsize.Point{Throughput: max(y, 1e-9)}, out.Unit) }
	var line []plot.Point
	for _, p := range out.Points {
		if p.Throughput == 0 {
			continue
		}
		at := plot.Point{X: float64(p.Size), Y: p.Throughput}
		line = append(line, at)
		c.Ticks = append(c.Ticks, plot.Tick{X: at.X, Word: fmt.Sprint(p.Size)})
		if p.Size == out.Suggestion {
			c.Series = append(c.Series, plot.Series{Name: fmt.Sprintf("danlu %d", p.Size), Points: []plot.Point{at}})
		}
	}
	if len(line) > 1 {
		c.Series = append(c.Series, plot.Series{Name: "throughput", Points: line, Line: true})
	}
	return c
}

// Words are the result in words, for a terminal of so many columns.
func Words(out Outcome, width int) []text.Line {
	var lines []text.Line
	say := func(format string, args ...any) {
		lines = append(lines, text.Wrap(fmt.Sprintf(format, args...), width)...)
	}
	table := text.Table{Indent: 2, Columns: []text.Column{{Right: true}, {Right: true}, {Right: true}, {Min: 20}}}
	for _, p := range out.Points {
		mb := ""
		if p.PeakMB > 0 {
			mb = text.Number(p.PeakMB) + " MB"
		}
		style, note := text.Plain, ""
		switch {
		case p.State != batchsize.Fits:
			style, note = text.Dim, p.Why
		case p.Size == out.Suggestion:
			style, note = text.Bold, "what danlu suggests"
		case p.Throughput == 0:
			note = "reports too seldom to say how fast it is"
		}
		table.Rows = append(table.Rows, []text.Span{{Text: fmt.Sprint(p.Size), Style: style}, {Text: speed(p, out.Unit), Style: style}, {Text: mb, Style: style}, {Text: note, Style: style}})
	}
	if len(table.Rows) > 0 {
		lines = append(append(lines, table.Lines(width)...), nil)
	}
	if !out.Ok {
		say("can't say, because %s.", out.Reason)
	} else {
		say("%s %d: %s.", out.Param, out.Suggestion, out.Reason)
	}
	for _, d := range out.Doubts {
		say("Note: %s.", d)
	}
	if out.Ok && out.Current > 0 && out.Current != out.Suggestion {
		say("From %d to %d, look again at:", out.Current, out.Suggestion)
		say("- the learning rate: danlu lr finds it for the new size; --lr fits how it follows the size")
		for _, a := range batchsize.Advice(out.Current, out.Suggestion, out.Optimizer) {
			say("- %s", a)
		}
	}
	return lines
}
