// Command ansisvg draws what a terminal shows as a picture: it reads text with
// colours, as `tmux capture-pane -e -p` writes it, and writes SVG of plain
// monospaced text.
//
//	tmux capture-pane -e -p | go run ./scripts/ansisvg > picture.svg
package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/danlu-ml/danlu/internal/text"
)

func main() {
	in, err := io.ReadAll(os.Stdin)
	if err == nil {
		_, err = os.Stdout.WriteString(draw(parse(string(in))))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "ansisvg:", err)
		os.Exit(1)
	}
}

// The measures of a character and of the frame, in pixels.
const (
	cellWidth  = 8.4
	cellHeight = 18.0
	margin     = 16.0
)

const (
	paper = "#0d1117"
	ink   = "#d1d7e0"
)

const header = `<svg xmlns="http://www.w3.org/2000/svg" width="%[1]g" height="%[2]g" viewBox="0 0 %[1]g %[2]g">
<style>text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;white-space:pre}</style>
<rect width="%[1]g" height="%[2]g" rx="8" fill="%[3]s"/>
`

// draw is the picture. Each run of characters of one look stands at the place of
// its first column, and is as wide as its columns, whatever font is there.
func draw(lines [][]run) string {
	columns := 0
	for _, line := range lines {
		if n := len(line); n > 0 {
			columns = max(columns, line[n-1].column+line[n-1].width)
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, header, 2*margin+float64(columns)*cellWidth, 2*margin+float64(len(lines))*cellHeight, paper)
	for i, line := range lines {
		top := margin + float64(i)*cellHeight
		for _, r := range line {
			r.draw(&b, top)
		}
	}
	b.WriteString("</svg>\n")
	return b.String()
}

var escape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

func (r run) draw(b *strings.Builder, top float64) {
	fore, back := r.look.fore, r.look.back
	if r.look.reverse {
		fore, back = back, fore
		if fore == "" {
			fore = paper
		}
		if back == "" {
			back = ink
		}
	}
	if fore == "" {
		fore = ink
	}
	x, width := margin+float64(r.column)*cellWidth, float64(r.width)*cellWidth
	if back != "" {
		fmt.Fprintf(b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"/>`+"\n", x, top, width, cellHeight, back)
	}
	words := strings.Trim(r.text, " ") // some drop spaces at the ends, and then stretch the rest
	if words == "" {
		return
	}
	x += cellWidth * float64(len(r.text)-len(strings.TrimLeft(r.text, " ")))
	fmt.Fprintf(b, `<text x="%.1f" y="%.1f" textLength="%.1f" fill="%s"`, x, top+13.5, cellWidth*float64(text.Width(words)), fore)
	if r.look.bold {
		b.WriteString(` font-weight="bold"`)
	}
	if r.look.dim {
		b.WriteString(` opacity="0.6"`)
	}
	if r.look.italic {
		b.WriteString(` font-style="italic"`)
	}
	if r.look.underline {
		b.WriteString(` text-decoration="underline"`)
	}
	fmt.Fprintf(b, ">%s</text>\n", escape.Replace(words))
}
