package plot

import (
	"fmt"
	"html"
	"io"
	"math"
	"strings"

	"github.com/danlu-ml/danlu/internal/text"
)

// The size of a chart as SVG, and the room around its plot, in pixels.
const (
	svgWidth, svgHeight       = 800, 420
	svgLeft, svgTop           = 80, 40
	svgPlotWidth, svgPlotHigh = svgWidth - svgLeft - 180, svgHeight - svgTop - 60
)

// colours are those of Okabe and Ito, which people who confuse red and green tell
// apart.
var colours = []string{"#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#000000"}

// SVG writes charts below each other as one picture.
func SVG(w io.Writer, charts []Chart) error {
	var b strings.Builder
	high := svgHeight * max(len(charts), 1)
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %[1]d %[2]d" font-family="sans-serif" font-size="12">`+"\n", svgWidth, high)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="white"/>`+"\n", svgWidth, high)
	for i := range charts {
		fmt.Fprintf(&b, `<g transform="translate(0 %d)">`+"\n", i*svgHeight)
		charts[i].svg(&b)
		b.WriteString("</g>\n")
	}
	b.WriteString("</svg>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func (c *Chart) svg(b *strings.Builder) {
	say := func(x, y float64, anchor, words string) {
		fmt.Fprintf(b, `<text x="%.1f" y="%.1f" text-anchor="%s">%s</text>`+"\n", x, y, anchor, html.EscapeString(text.Clean(words)))
	}
	say(svgLeft, svgTop-16, "start", c.Title)
	fmt.Fprintf(b, `<rect x="%d" y="%d" width="%d" height="%d" fill="none" stroke="#999"/>`+"\n", svgLeft, svgTop, svgPlotWidth, svgPlotHigh)
	r, ok := c.box()
	if !ok {
		say(svgLeft+10, svgTop+20, "start", "nothing to draw yet")
		return
	}
	at := func(x, y float64) (float64, float64) {
		return svgLeft + (x-r.x0)/(r.x1-r.x0)*svgPlotWidth, svgTop + (r.y1-y)/(r.y1-r.y0)*svgPlotHigh
	}
	if !c.Level {
		say(svgLeft-6, svgTop+10, "end", c.number(r.y1))
		say(svgLeft-6, svgTop+svgPlotHigh, "end", c.number(r.y0))
	}
	ticks := c.Ticks
	if ticks == nil {
		lo, hi := r.x0, r.x1
		if c.LogX {
			lo, hi = math.Exp(lo), math.Exp(hi)
		}
		ticks = []Tick{{lo, text.Number(lo)}, {hi, text.Number(hi)}}
	}
	for _, t := range ticks {
		x, _ := at(c.x(t.X), r.y0)
		say(x, svgTop+svgPlotHigh+16, "middle", t.Word)
	}
	say(svgLeft+svgPlotWidth/2, svgTop+svgPlotHigh+36, "middle", c.X)
	named := 0
	for i, s := range c.Series {
		colour := colours[i%len(colours)]
		c.svgSeries(b, s, colour, at)
		if s.Name != "" && named < 18 {
			y := float64(svgTop + 12 + 18*named)
			fmt.Fprintf(b, `<circle cx="%d" cy="%.1f" r="4" fill="%s"/>`+"\n", svgLeft+svgPlotWidth+16, y-4, colour)
			say(svgLeft+svgPlotWidth+26, y, "start", text.Truncate(s.Name, 24))
			named++
		}
	}
}

func (c *Chart) svgSeries(b *strings.Builder, s Series, colour string, at func(x, y float64) (float64, float64)) {
	var path strings.Builder
	pen := "M"
	for _, p := range s.Points {
		if x := c.x(p.X); !finite(x) || !finite(p.Y) {
			pen = "M"
			continue
		}
		x, y := at(c.x(p.X), p.Y)
		if s.Line {
			fmt.Fprintf(&path, "%s%.1f %.1f", pen, x, y)
			pen = "L"
			continue
		}
		fmt.Fprintf(b, `<circle cx="%.1f" cy="%.1f" r="3" fill="%s" fill-opacity="0.7"/>`+"\n", x, y, colour)
	}
	if path.Len() > 0 {
		fmt.Fprintf(b, `<path d="%s" fill="none" stroke="%s" stroke-width="1.5"/>`+"\n", path.String(), colour)
	}
}
