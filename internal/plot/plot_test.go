package plot

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/danlu-ml/danlu/internal/text"
)

func drawn(c Chart, width, height int, dots bool) string {
	var b strings.Builder
	for _, l := range c.Lines(width, height, dots) {
		b.WriteString(l.Render(width, false) + "\n")
	}
	return b.String()
}

func TestChartsInCharacters(t *testing.T) {
	slope := Series{Name: "up", Line: true, Points: []Point{{1, 0}, {10, 1}}}
	nan := Series{Points: []Point{{5, math.NaN()}, {math.Inf(1), 1}}}
	for _, c := range []struct {
		name  string
		chart Chart
		dots  bool
		want  string
	}{
		{"a line of letters", Chart{Title: "t", Series: []Series{slope, nan}}, false, "t\n1|        aa\n |     aaa\n |  aaa\n0|aa\n  1       10\na up\n"},
		{"a line of dots", Chart{Title: "t", Series: []Series{slope}}, true, "t\n1│       ⢀⠤⠊\n │     ⡠⠔⠁\n │  ⢀⠔⠊\n0│⡠⠒⠁\n  1       10\n● up\n"},
		{"nothing", Chart{Title: "t", Series: []Series{nan}}, false, "t\nnothing to d…\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if d := cmp.Diff(c.want, drawn(c.chart, 13, 8, c.dots)); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

func TestNoChartIsWiderThanItsRoom(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.OneOf(rapid.Float64(), rapid.Just(math.NaN()), rapid.Just(math.Inf(-1)), rapid.Just(0.0))
		c := Chart{Title: "chart", X: rapid.StringN(0, 8, -1).Draw(t, "x"), LogX: rapid.Bool().Draw(t, "log")}
		for range rapid.IntRange(0, 30).Draw(t, "series") {
			s := Series{Name: "学习率", Line: rapid.Bool().Draw(t, "line")}
			for range rapid.IntRange(0, 5).Draw(t, "points") {
				s.Points = append(s.Points, Point{number.Draw(t, "x"), number.Draw(t, "y")})
			}
			c.Series = append(c.Series, s)
		}
		width := rapid.IntRange(40, 120).Draw(t, "width")
		for _, l := range c.Lines(width, 12, rapid.Bool().Draw(t, "dots")) {
			if n := l.Width(); n > width {
				t.Fatalf("%d columns of %d: %s", n, width, l.Render(999, false))
			}
		}
	})
}

func TestSVGIsWellFormed(t *testing.T) {
	var b strings.Builder
	c := Chart{Title: "<a & b>", X: "step", Series: []Series{{Name: "x\x1b", Line: true, Points: []Point{{1, 2}, {2, math.NaN()}, {3, 4}}}, {Points: []Point{{1, 1}}}}}
	if err := SVG(&b, []Chart{c, {}}); err != nil {
		t.Fatal(err)
	}
	d := xml.NewDecoder(strings.NewReader(b.String()))
	paths := 0
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, b.String())
		}
		if e, ok := tok.(xml.StartElement); ok && e.Name.Local == "path" {
			paths++
		}
	}
	if paths != 1 || text.Clean(strings.ReplaceAll(b.String(), "\n", "")) != strings.ReplaceAll(b.String(), "\n", "") {
		t.Errorf("%d paths, want 1, and no control characters:\n%s", paths, b.String())
	}
}
