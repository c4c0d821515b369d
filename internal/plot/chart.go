// Package plot draws charts with characters, and as SVG: curves, points, axes. It
// knows nothing of studies.
//
// Start reading at [Chart].
package plot

import (
	"math"
	"slices"
	"strings"

	"github.com/danlu-ml/danlu/internal/text"
)

// Point is a place on a chart. Points that are not finite are left out.
type Point struct{ X, Y float64 }

// Series is a set of points that belong together.
type Series struct {
	Name   string
	Points []Point
	Line   bool // joined, in the order given
}

// Tick is a word at a place of the horizontal axis.
type Tick struct {
	X    float64
	Word string
}

// Chart is what is drawn. The zero value is an empty chart.
type Chart struct {
	Title  string
	X      string // what the horizontal axis is
	Series []Series
	Ticks  []Tick // nil: the ends of the axis
	LogX   bool   // where all X are above 0
	// Y writes a value of the vertical axis; nil means text.Number.
	Y func(float64) string
	// Level draws no numbers at the vertical axis: its values have no unit.
	Level bool
}

// marks tell series apart where colours can't.
const marks = "abcdefghijklmnopqrstuvwxyz"

// styles tell series apart where there are colours.
var styles = []text.Style{text.Good, text.Warn, text.Bad, text.Bold, text.Plain, text.Dim}

// box is the range of what is drawn.
type box struct{ x0, x1, y0, y1 float64 }

func (c *Chart) x(x float64) float64 {
	if c.LogX {
		return math.Log(x)
	}
	return x
}

// box is the range of all finite points; ok is false where there are none.
func (c *Chart) box() (b box, ok bool) {
	for _, s := range c.Series {
		for _, p := range s.Points {
			x, y := c.x(p.X), p.Y
			if !finite(x) || !finite(y) {
				continue
			}
			if !ok {
				b, ok = box{x, x, y, y}, true
			}
			b = box{min(b.x0, x), max(b.x1, x), min(b.y0, y), max(b.y1, y)}
		}
	}
	if b.x0 == b.x1 {
		pad := max(math.Abs(b.x0)*.1, .5)
		b.x0, b.x1 = b.x0-pad, b.x1+pad
	}
	if b.y0 == b.y1 {
		pad := max(math.Abs(b.y0)*.1, 1e-9)
		b.y0, b.y1 = b.y0-pad, b.y1+pad
	}
	return b, ok
}

// finite is false also for what is so large that differences overflow.
func finite(x float64) bool { return math.Abs(x) < 1e300 }

func (c *Chart) number(y float64) string {
	if c.Y != nil {
		return c.Y(y)
	}
	return text.Number(y)
}

// Lines draws the chart in at most width × height characters, of which the plot
// itself takes what title, axes and names leave. With dots it uses the patterns of
// Braille and colours tell series apart; else letters do.
func (c *Chart) Lines(width, height int, dots bool) []text.Line {
	lines := []text.Line{{{Text: text.Clean(c.Title), Style: text.Bold}}}
	b, ok := c.box()
	if !ok {
		return append(lines, text.Of("nothing to draw yet"))
	}
	low, high := c.number(b.y0), c.number(b.y1)
	margin := max(text.Width(low), text.Width(high))
	if c.Level {
		low, high, margin = "", "", 0
	}
	bar := "│"
	if !dots {
		bar = "|"
	}
	g := newGrid(max(width-margin-2, 8), max(height-4, 4), dots)
	for i, s := range c.Series {
		c.draw(g, b, s, i)
	}
	for row := range g.rows {
		label := ""
		switch row {
		case 0:
			label = high
		case g.rows - 1:
			label = low
		}
		line := text.Line{{Text: text.PadLeft(label, margin), Style: text.Dim}, {Text: bar, Style: text.Dim}}
		lines = append(lines, append(line, g.line(row)...))
	}
	lines = append(lines, c.axis(b, margin+1, g.columns))
	return append(lines, c.names(width, dots)...)
}

// draw puts a series on the grid.
func (c *Chart) draw(g *grid, b box, s Series, which int) {
	w, h := g.size()
	was := -1
	var wasX, wasY int
	for i, p := range s.Points {
		x := c.x(p.X)
		if !finite(x) || !finite(p.Y) {
			was = -1
			continue
		}
		px := int(math.Round((x - b.x0) / (b.x1 - b.x0) * float64(w-1)))
		py := int(math.Round((b.y1 - p.Y) / (b.y1 - b.y0) * float64(h-1)))
		if s.Line && was >= 0 {
			g.join(wasX, wasY, px, py, which)
		} else {
			g.set(px, py, which)
		}
		was, wasX, wasY = i, px, py
	}
}

// axis is the line below the plot.
func (c *Chart) axis(b box, margin, columns int) text.Line {
	ticks := c.Ticks
	if ticks == nil {
		lo, hi := b.x0, b.x1
		if c.LogX {
			lo, hi = math.Exp(lo), math.Exp(hi)
		}
		ticks = []Tick{{lo, text.Number(lo)}, {hi, text.Number(hi)}}
	}
	row := []rune(strings.Repeat(" ", columns))
	put := func(at int, word []rune) {
		at = min(max(at, 0), columns-len(word))
		if at < 0 || slices.ContainsFunc(row[max(at-1, 0):min(at+len(word)+1, columns)], func(r rune) bool { return r != ' ' }) {
			return
		}
		copy(row[at:], word)
	}
	for _, t := range ticks {
		word := cells(t.Word)
		at := (c.x(t.X) - b.x0) / (b.x1 - b.x0) * float64(columns-1)
		put(int(math.Round(at))-len(word)/2, word)
	}
	name := cells(c.X)
	put((columns-len(name))/2, name)
	return text.Line{{Text: strings.Repeat(" ", margin) + strings.ReplaceAll(string(row), "\x00", ""), Style: text.Dim}}
}

// cells is a word, a rune a column: a wide one has an empty one behind it.
func cells(word string) (row []rune) {
	for _, r := range text.Clean(word) {
		switch text.RuneWidth(r) {
		case 0:
		case 2:
			row = append(row, r, 0)
		default:
			row = append(row, r)
		}
	}
	return row
}

// names says which series is which, over as many lines as that takes.
func (c *Chart) names(width int, dots bool) []text.Line {
	var lines []text.Line
	var line text.Line
	for i, s := range c.Series {
		if s.Name == "" {
			continue
		}
		mark := string(mark(i))
		if dots {
			mark = "●"
		}
		span := text.Span{Text: mark + " " + text.Truncate(text.Clean(s.Name), max(width-4, 1)) + "  ", Style: style(i)}
		if line != nil && line.Width()+text.Width(span.Text) > width {
			lines, line = append(lines, line), nil
		}
		line = append(line, span)
	}
	if line != nil {
		lines = append(lines, line)
	}
	return lines
}

func mark(i int) byte        { return marks[i%len(marks)] }
func style(i int) text.Style { return styles[i%len(styles)] }
