package report

import (
	"fmt"
	"math"
	"strings"

	"github.com/danlu-ml/danlu/internal/benchmark/stats"
)

// ChartName is the file of a family's graph.
func ChartName(suite, family string) string { return suite + "-" + family + ".svg" }

var chartMarks = []int{10, 25, 50, 100}

// colours are told apart by those who see few colours too (Okabe and Ito); ours is
// black.
var colours = []string{"#000000", "#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8c6d31", "#999999", "#5e3c99", "#b2182b"}

// Chart is a family's graph as SVG: mean log10 regret against the share of the budget, a
// line a searcher; ours are broad.
func (r *Results) Chart(suite, family string) string {
	const width, height, left, top, plot = 760, 400, 56, 24, 440
	low, high := 0.0, math.Inf(-1)
	lines := map[string][]float64{}
	var names []string
	for _, s := range r.Searchers(suite) {
		var ys []float64
		for _, mark := range chartMarks {
			if ms := r.of(s, suite, family, logRegret(mark)); len(ms) > 0 {
				ys = append(ys, stats.Mean(ms))
				low, high = min(low, ys[len(ys)-1]), max(high, ys[len(ys)-1])
			}
		}
		if len(ys) == len(chartMarks) {
			lines[s] = ys
			names = append(names, s)
		}
	}
	if len(names) == 0 {
		return ""
	}
	low, high = math.Floor(low*5)/5, math.Ceil(high*5)/5
	if high == low {
		high = low + .2
	}
	bottom := height - 40
	x := func(mark int) float64 {
		return left + plot*math.Log(float64(mark)/10)/math.Log(10)
	}
	y := func(v float64) float64 { return float64(top) + (high-v)/(high-low)*float64(bottom-top) }
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">`+"\n", width, height)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#fff"/>`+"\n", width, height)
	for i := 0; i <= int(math.Round((high-low)*5)); i++ {
		v := low + float64(i)/5
		fmt.Fprintf(&b, `<path d="M%d %.1fH%d" stroke="#ddd"/><text x="%d" y="%.1f" text-anchor="end">%s</text>`+"\n", left, y(v), left+plot, left-6, y(v)+4, number(v, 1))
	}
	for _, mark := range chartMarks {
		fmt.Fprintf(&b, `<text x="%.1f" y="%d" text-anchor="middle">%d %%</text>`+"\n", x(mark), bottom+18, mark)
	}
	fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="middle">share of the budget</text><text x="14" y="16">log10 normalised regret: %s, %s</text>`+"\n", left+plot/2, height-6, suite, family)
	for i, s := range names {
		colour, broad := colours[i%len(colours)], 1.5
		if isOurs(s) {
			broad = 3
		}
		var points []string
		for k, mark := range chartMarks {
			points = append(points, fmt.Sprintf("%.1f,%.1f", x(mark), y(lines[s][k])))
		}
		dash := ""
		if i >= len(colours) {
			dash = ` stroke-dasharray="6 3"`
		}
		fmt.Fprintf(&b, `<polyline points="%s" fill="none" stroke="%s" stroke-width="%g"%s/>`+"\n", strings.Join(points, " "), colour, broad, dash)
		row := float64(top) + 18*float64(i)
		fmt.Fprintf(&b, `<path d="M%d %.1fh22" stroke="%s" stroke-width="%g"%s/><text x="%d" y="%.1f">%s</text>`+"\n", left+plot+18, row, colour, broad, dash, left+plot+46, row+4, escape(s))
	}
	b.WriteString("</svg>\n")
	return b.String()
}

func escape(s string) string { return strings.NewReplacer("&", "&amp;", "<", "&lt;").Replace(s) }
