package text

import (
	"bytes"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/danlu-ml/danlu/internal/space"
)

func TestNumbersAreShort(t *testing.T) {
	for _, tc := range []struct {
		v    float64
		want string
	}{
		{0, "0"},
		{0.001, "0.001"},
		{0.00123456, "0.001235"},
		{1e-5, "1e-5"},
		{-2.5e-7, "-2.5e-7"},
		{0.5, "0.5"},
		{1, "1"},
		{128, "128"},
		{123456, "123456"},
		{99.996, "100"},
		{1.5e12, "1.5e12"},
		{math.NaN(), "nan"},
		{math.Inf(1), "inf"},
		{math.Inf(-1), "-inf"},
	} {
		if got := Number(tc.v); got != tc.want {
			t.Errorf("Number(%v) = %q, want %q", tc.v, got, tc.want)
		}
	}
}

func TestASpreadDecidesTheDecimals(t *testing.T) {
	for _, tc := range []struct {
		name      string
		low, high float64
		v         float64
		want      string
	}{
		{"accuracies", 0.78, 0.89, 0.89123, "0.8912"},
		{"close to each other", 0.89, 0.92, 0.90123, "0.9012"},
		{"very close", 0.890, 0.893, 0.891234, "0.89123"},
		{"losses", 0.3, 2.4, 0.31, "0.310"},
		{"large numbers", 100, 900, 412.345, "412.3"},
		{"one value only", 0.5, 0.5, 0.5, "0.5"},
		{"no values", math.Inf(1), math.Inf(-1), 0.25, "0.25"},
		{"beyond decimals", 0, 1e9, 12345678, "1.235e7"},
		{"hardly any spread", 1, 1 + 1e-12, 1, "1"},
		{"not finite", 0, 1, math.NaN(), "nan"},
	} {
		if got := (Spread{tc.low, tc.high}).Format(tc.v); got != tc.want {
			t.Errorf("%s: got %q, want %q", tc.name, got, tc.want)
		}
	}
}

func TestADifferenceKeepsItsDigits(t *testing.T) {
	s := Spread{0, 10}
	for d, want := range map[float64]string{0.5: "+0.50", -0.00012: "-0.00012", 0: "±0"} {
		if got := s.Delta(d); got != want {
			t.Errorf("Delta(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestDurations(t *testing.T) {
	for _, tc := range []struct {
		d           time.Duration
		want, about string
	}{
		{0, "0s", "a few seconds"},
		{-time.Second, "0s", "a few seconds"},
		{3240 * time.Millisecond, "3.2s", "a few seconds"},
		{3 * time.Second, "3s", "a few seconds"},
		{42*time.Second + 7e8, "42s", "about 40 s"},
		{80 * time.Second, "1m20s", "about 1 min"},
		{9*time.Minute + 5*time.Second, "9m05s", "about 9 min"},
		{34 * time.Minute, "34m00s", "about 35 min"},
		{time.Hour + 5*time.Minute, "1h05m", "about 1 h"},
		{3 * time.Hour, "3h00m", "about 3 h"},
		{76 * time.Hour, "3d04h", "about 3 days"},
	} {
		if got := Duration(tc.d); got != tc.want {
			t.Errorf("Duration(%v) = %q, want %q", tc.d, got, tc.want)
		}
		if got := About(tc.d); got != tc.about {
			t.Errorf("About(%v) = %q, want %q", tc.d, got, tc.about)
		}
	}
}

func TestParametersAreShownBriefly(t *testing.T) {
	for want, v := range map[string]space.Value{
		"0.003123":  space.FloatValue(0.0031234567),
		"64":        space.IntValue(64),
		"adamw":     space.StringValue("adamw"),
		`"a b"`:     space.StringValue("a b"),
		`"a\nb"`:    space.StringValue("a\nb"),
		`""`:        space.StringValue(""),
		"true":      space.BoolValue(true),
		"12345678":  space.IntValue(12345678),
		"1.235e-10": space.FloatValue(1.23456e-10),
	} {
		if got := Param(v); got != want {
			t.Errorf("Param(%s) = %s, want %s", v, got, want)
		}
	}
}

func TestASparklineShowsProgressAndShape(t *testing.T) {
	for _, tc := range []struct {
		name    string
		steps   []int64
		values  []float64
		horizon int64
		width   int
		want    string
	}{
		{"one column a step, the rest not reached", []int64{1, 2, 3}, []float64{0, 0.5, 1}, 6, 10, "▁▅█   "},
		{"more steps than columns: the last of each", []int64{1, 2, 3, 4}, []float64{0, 1, 0, 0.5}, 4, 2, "█▅"},
		{"reports every fifth step", []int64{5, 10}, []float64{0, 1}, 20, 8, "▁▁██    "},
		{"steps from zero", []int64{0, 1, 2}, []float64{0, 0, 1}, 3, 8, "▁█ "},
		{"no known end", []int64{10, 20, 90}, []float64{0, 0.5, 1}, 0, 10, "▁▅█"},
		{"no known end, more points than columns", []int64{1, 2, 3, 4}, []float64{0, 0, 1, 1}, 0, 2, "▁█"},
		{"not finite", []int64{1, 2}, []float64{1, math.NaN()}, 2, 8, "█!"},
		{"outside the range", []int64{1, 2}, []float64{-5, 5}, 2, 8, "▁█"},
		{"beyond the horizon", []int64{1, 9}, []float64{0, 1}, 2, 8, "▁█"},
		{"nothing yet", nil, nil, 5, 8, "     "},
		{"nothing at all", nil, nil, 0, 8, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := Spark(tc.steps, tc.values, tc.horizon, tc.width, 0, 1); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestACurveWithoutRangeIsInTheMiddle(t *testing.T) {
	if got, want := Spark([]int64{1, 2}, []float64{3, 3}, 0, 8, 3, 3), "▄▄"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestWideCharactersTakeTwoColumns(t *testing.T) {
	for s, want := range map[string]int{"abc": 3, "丹炉": 4, "e\u0301": 1, "한": 2, "…": 1, "▁█": 2, "🙂": 2, "": 0} {
		if got := Width(s); got != want {
			t.Errorf("Width(%q) = %d, want %d", s, got, want)
		}
	}
	if got, want := Truncate("丹炉丹炉", 6), "丹炉…"; got != want {
		t.Errorf("Truncate = %q, want %q", got, want)
	}
}

func TestControlCharactersCannotSteerTheTerminal(t *testing.T) {
	if got, want := Clean("a\x1b[2J\nb\tc\xffd"), `a\x1b[2J\nb\tc�d`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestNoLineIsWiderThanItsWidth(t *testing.T) {
	word := rapid.StringOf(rapid.RuneFrom([]rune("ab 丹炉é…")))
	rapid.Check(t, func(t *rapid.T) {
		var l Line
		for _, s := range rapid.SliceOf(word).Draw(t, "spans") {
			l = append(l, Span{Text: s})
		}
		width := rapid.IntRange(1, 30).Draw(t, "width")
		got := l.Render(width, false)
		if Width(got) > width {
			t.Fatalf("%q takes %d columns of %d", got, Width(got), width)
		}
		if whole := strings.TrimRight(joined(l), " "); Width(whole) <= width && got != whole {
			t.Fatalf("%q fits, but is shown as %q", whole, got)
		}
		if coloured := l.Render(width, true); coloured != got {
			t.Fatalf("plain spans are coloured: %q", coloured)
		}
	})
}

func joined(l Line) string {
	var b strings.Builder
	for _, s := range l {
		b.WriteString(s.Text)
	}
	return b.String()
}

func TestATableShortensThenDropsColumns(t *testing.T) {
	table := Table{
		Columns: []Column{{Title: "trial", Right: true}, {Title: "value", Right: true, Drop: 1}, {Title: "why", Min: 6}, {Title: "time", Drop: 2}},
		Rows: [][]Span{
			{{Text: "7"}, {Text: "0.8912", Style: Good}, {Text: "worse than the others"}, {Text: "12s"}},
			{{Text: "12"}, {Text: "0.5"}, {Text: "炉 is hot"}},
		},
	}
	for _, tc := range []struct {
		width  int
		colour bool
		want   string
	}{
		{60, false, "" +
			"trial   value  why                    time\n" +
			"    7  0.8912  worse than the others  12s\n" +
			"   12     0.5  炉 is hot\n"},
		{60, true, "" +
			"\x1b[2mtrial\x1b[0m  \x1b[2m value\x1b[0m  \x1b[2mwhy                  \x1b[0m  \x1b[2mtime\x1b[0m\n" +
			"    7  \x1b[32m0.8912\x1b[0m  worse than the others  12s\n" +
			"   12     0.5  炉 is hot\n"},
		{30, false, "" +
			"trial   value  why        time\n" +
			"    7  0.8912  worse th…  12s\n" +
			"   12     0.5  炉 is hot\n"},
		{22, false, "" +
			"trial   value  why\n" +
			"    7  0.8912  worse …\n" +
			"   12     0.5  炉 is …\n"},
		{14, false, "" +
			"trial  why\n" +
			"    7  worse …\n" +
			"   12  炉 is …\n"},
		{8, false, "" +
			"trial  …\n" +
			"    7  …\n" +
			"   12  …\n"},
	} {
		var b bytes.Buffer
		if err := table.Write(&b, tc.width, tc.colour); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(tc.want, b.String()); d != "" {
			t.Errorf("in %d columns (-want +got):\n%s", tc.width, d)
		}
	}
}

func TestAColumnWithoutContentIsLeftOut(t *testing.T) {
	table := Table{Columns: []Column{{Title: "trial"}, {Title: "why"}, {Title: "time"}}, Rows: [][]Span{{{Text: "7"}, {}, {Text: "3s"}}}}
	var b bytes.Buffer
	if err := table.Write(&b, 80, false); err != nil {
		t.Fatal(err)
	}
	if got, want := b.String(), "trial  time\n7      3s\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	table.Rows = nil // an empty table shows what would be in it
	if got, want := table.Lines(80)[0].Render(80, false), "trial  why  time"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A file has no width: nothing of what is written to it is lost.
func TestWithoutAWidthNothingIsCut(t *testing.T) {
	long := strings.Repeat("x", 300)
	if got := Of(long).Render(0, false); got != long {
		t.Errorf("a line of 300 columns became %q", got)
	}
	table := Table{Columns: []Column{{Min: 3}, {Drop: 1}}, Rows: [][]Span{{{Text: long}, {Text: long}}}}
	if got := table.Lines(0)[0].Render(0, false); got != long+"  "+long {
		t.Errorf("a row became %q", got)
	}
	for _, l := range Wrap(strings.Repeat("word ", 100), 0) {
		if l.Width() > 80 {
			t.Errorf("prose of %d columns", l.Width())
		}
	}
}
