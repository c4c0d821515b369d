package lrstudy

import (
	"fmt"
	"math"

	"github.com/danlu-ml/danlu/internal/lrfind"
	"github.com/danlu-ml/danlu/internal/plot"
	"github.com/danlu-ml/danlu/internal/text"
)

// Chart draws a result: the loss over the rate, with what is suggested marked on
// it. Losses far above where the training began are drawn at the upper edge.
func Chart(out Outcome) plot.Chart {
	res := out.Result
	c := plot.Chart{Title: "loss over the learning rate", X: "learning rate", LogX: true}
	if out.Probes != nil {
		o := out.Probes.Objective
		c.Title = o.Metric + " over the learning rate"
		if o.Maximize {
			c.Title += ", the best below"
		}
		c.Y = func(loss float64) string { return text.Number(o.Value(loss)) }
	}
	line := curve(res)
	if len(line) == 0 {
		return c
	}
	mark := func(name string, rate float64) {
		c.Series = append(c.Series, plot.Series{Name: name + " " + text.Number(rate), Points: []plot.Point{{X: rate, Y: height(line, rate)}}})
	}
	if res.Suggestion > 0 {
		mark("danlu", res.Suggestion)
	}
	for _, x := range res.Candidates {
		if x.LR > 0 && !x.Aside {
			mark(x.Name, x.LR)
		}
	}
	c.Series = append(c.Series, plot.Series{Name: "loss", Points: line, Line: true})
	low, high := line[0].X, line[len(line)-1].X
	for d := math.Ceil(math.Log10(low)); d <= math.Log10(high); d++ {
		c.Ticks = append(c.Ticks, plot.Tick{X: math.Pow(10, d), Word: text.Number(math.Pow(10, d))})
	}
	if len(c.Ticks) < 2 {
		c.Ticks = nil
	}
	return c
}

// curve is the line to draw, without what is so high that the rest would be flat.
func curve(res lrfind.Result) []plot.Point {
	points := res.Smooth
	if len(points) == 0 {
		points = res.Curve
	}
	least, first := math.Inf(1), math.NaN()
	for _, p := range points {
		if math.IsNaN(p.Loss) || math.IsInf(p.Loss, 0) {
			continue
		}
		if math.IsNaN(first) {
			first = p.Loss
		}
		least = min(least, p.Loss)
	}
	top := first + max(first-least, math.Abs(first)*0.1)*0.5
	var line []plot.Point
	for _, p := range points {
		y := p.Loss
		if math.IsNaN(y) || math.IsInf(y, 0) || y > top {
			y = top
		}
		if p.LR > 0 && !math.IsNaN(y) {
			line = append(line, plot.Point{X: p.LR, Y: y})
		}
	}
	return line
}

// height is the line's height at a rate.
func height(line []plot.Point, x float64) float64 {
	if x <= line[0].X {
		return line[0].Y
	}
	for i := 1; i < len(line); i++ {
		a, b := line[i-1], line[i]
		if x <= b.X && b.X > a.X {
			share := math.Log(x/a.X) / math.Log(b.X/a.X)
			return a.Y + share*(b.Y-a.Y)
		}
	}
	return line[len(line)-1].Y
}

// Words are the result in words, for a terminal of so many columns.
func Words(out Outcome, width int) []text.Line {
	var lines []text.Line
	say := func(format string, args ...any) {
		lines = append(lines, text.Wrap(fmt.Sprintf(format, args...), width)...)
	}
	if out.Verdict != lrfind.Ok {
		say("can't say, because %s.", out.Reason)
		return lines
	}
	table := text.Table{Indent: 2, Columns: []text.Column{{}, {Right: true}, {Min: 20}}}
	row := func(style text.Style, name string, rate float64, help string) {
		table.Rows = append(table.Rows, []text.Span{{Text: name, Style: style}, {Text: text.Number(rate), Style: style}, {Text: help, Style: style}})
	}
	row(text.Bold, out.Param, out.Suggestion, "what danlu suggests")
	for _, c := range out.Candidates {
		if c.Aside {
			continue
		}
		row(text.Plain, c.Name, c.LR, c.Help)
	}
	lines = append(lines, table.Lines(width)...)
	lines = append(lines, nil)
	say("%s.", out.Reason)
	if p := out.Probes; p != nil {
		share := ""
		if p.Full > 0 {
			share = fmt.Sprintf(", %.1f%% of one training", 100*float64(p.Steps)/float64(p.Full))
		}
		room := " Short runs are not whole ones: the range below has room for that."
		if p.Full > 0 && p.Horizon >= p.Full {
			room = ""
		}
		say("They took %d %ss in all%s.%s", p.Steps, p.Step, share, room)
	}
	say("A search should look between %s and %s.", text.Number(out.Range.Low), text.Number(out.Range.High))
	switch out.Schedule {
	case "", "plateau":
		say("Which schedule follows matters: the best peak of One Cycle, cosine or steps was about 2.2 times the best constant rate. Say which with --schedule.")
	case "constant":
		say("That is for a rate that stays constant; the peak of One Cycle, cosine or steps does best at about 2.2 times that.")
	default:
		say("That is the peak of the schedule, %s; a rate that stays constant does best at less than half of it.", out.Schedule)
	}
	return lines
}
