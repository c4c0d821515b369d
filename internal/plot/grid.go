package plot

import "github.com/danlu-ml/danlu/internal/text"

// grid is characters, each of 2 × 4 dots, or a mark.
type grid struct {
	columns, rows int
	dots          bool
	cells         []cell
}

type cell struct {
	pattern rune // of Braille, without its base
	series  int
	set     bool
}

func newGrid(columns, rows int, dots bool) *grid {
	return &grid{columns: columns, rows: rows, dots: dots, cells: make([]cell, columns*rows)}
}

// size is the number of places a point can be at.
func (g *grid) size() (w, h int) {
	if g.dots {
		return g.columns * 2, g.rows * 4
	}
	return g.columns, g.rows
}

// braille has the bit of each dot, by row and column.
var braille = [4][2]rune{{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}}

// set draws one point. Of two series in one character the first stays on top.
func (g *grid) set(x, y, series int) {
	column, row := x, y
	if g.dots {
		column, row = x/2, y/4
	}
	c := &g.cells[row*g.columns+column]
	if g.dots {
		c.pattern |= braille[y%4][x%2]
	}
	if !c.set {
		c.series, c.set = series, true
	}
}

// join draws a straight line (Bresenham).
func (g *grid) join(x0, y0, x1, y1, series int) {
	dx, dy := abs(x1-x0), -abs(y1-y0)
	sx, sy := sign(x1-x0), sign(y1-y0)
	for e := dx + dy; ; {
		g.set(x0, y0, series)
		if x0 == x1 && y0 == y1 {
			return
		}
		twice := 2 * e
		if twice >= dy {
			e += dy
			x0 += sx
		}
		if twice <= dx {
			e += dx
			y0 += sy
		}
	}
}

func abs(x int) int { return max(x, -x) }

func sign(x int) int {
	if x < 0 {
		return -1
	}
	return 1
}

// line is a row of the grid.
func (g *grid) line(row int) text.Line {
	var l text.Line
	for _, c := range g.cells[row*g.columns : (row+1)*g.columns] {
		span := text.Span{Text: " "}
		switch {
		case c.set && g.dots:
			span = text.Span{Text: string(0x2800 + c.pattern), Style: style(c.series)}
		case c.set:
			span = text.Span{Text: string(mark(c.series))}
		}
		if n := len(l); n > 0 && l[n-1].Style == span.Style {
			l[n-1].Text += span.Text
			continue
		}
		l = append(l, span)
	}
	return l
}
