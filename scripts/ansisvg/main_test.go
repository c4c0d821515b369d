package main

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	tests := []struct {
		name, in string
		want     [][]run
	}{
		{"plain", "trial 1\n", [][]run{{{0, 7, "trial 1", look{}}}}},
		{"colour and back", "\x1b[32mgood\x1b[39m bad", [][]run{{{0, 4, "good", look{fore: palette[2]}}, {4, 4, " bad", look{}}}}},
		{"bold and dim end together", "\x1b[1;2ma\x1b[22mb", [][]run{{{0, 1, "a", look{bold: true, dim: true}}, {1, 1, "b", look{}}}}},
		{"a style lasts over lines", "\x1b[1ma\nb\x1b[0m", [][]run{{{0, 1, "a", look{bold: true}}}, {{0, 1, "b", look{bold: true}}}}},
		{"256 colours", "\x1b[38;5;196;4mx", [][]run{{{0, 1, "x", look{fore: "#ff0000", underline: true}}}}},
		{"true colour behind", "\x1b[48;2;1;2;3mx\x1b[m", [][]run{{{0, 1, "x", look{back: "#010203"}}}}},
		{"columns keep their places", "a   b", [][]run{{{0, 1, "a", look{}}, {1, 3, "   ", look{}}, {4, 1, "b", look{}}}}},
		{"wide characters", "丹炉 x", [][]run{{{0, 6, "丹炉 x", look{}}}}},
		{"empty lines at the end go", "a\n\n  \n", [][]run{{{0, 1, "a", look{}}}}},
		{"other sequences are passed over", "\x1b[2K\x1b[?25la\x1b(B", [][]run{{{0, 1, "a", look{}}}}},
		{"cut off", "a\x1b[3", [][]run{{{0, 1, "a", look{}}}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if d := cmp.Diff(tt.want, parse(tt.in), cmp.AllowUnexported(run{}, look{})); d != "" {
				t.Errorf("runs (-want +got):\n%s", d)
			}
		})
	}
}

func TestPictureHasTheText(t *testing.T) {
	svg := draw(parse("best \x1b[7m0.91\x1b[0m  a<b & c>d\n"))
	d := xml.NewDecoder(strings.NewReader(svg))
	var got strings.Builder
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, svg)
		}
		if chars, ok := token.(xml.CharData); ok && strings.TrimSpace(string(chars)) != "" && !strings.HasPrefix(string(chars), "text{") {
			got.Write(chars)
		}
	}
	if want := "best0.91a<b & c>d"; got.String() != want {
		t.Errorf("the picture says %q, want %q", got.String(), want)
	}
	if !strings.Contains(svg, `fill="`+ink+`"/>`) {
		t.Error("reversed text has no background")
	}
}
