package display

import (
	"fmt"
	"io"
	"strings"

	"github.com/danlu-ml/danlu/internal/text"
)

// screen repaints the last lines of a terminal in place. What is written above
// them scrolls away like any output and stays in the terminal's history.
//
// A picture is one write: the cursor goes up to the first line of the old
// picture, each line is overwritten and cleared to its end, and the rest cleared.
// It ends below the picture, where a shell's prompt would go on.
type screen struct {
	w      io.Writer
	colour bool
	widths []int // of the lines on the screen
	err    error
}

// Synchronized output, where a terminal has it, shows the picture at once; others
// ignore it.
const (
	beginSync = "\x1b[?2026h"
	endSync   = "\x1b[?2026l"
)

// paint writes the lines above, then the picture.
func (s *screen) paint(above, picture []text.Line, width int) {
	var b strings.Builder
	b.WriteString(beginSync)
	if up := s.rows(width); up > 0 {
		fmt.Fprintf(&b, "\x1b[%dA", up)
	}
	b.WriteByte('\r')
	s.widths = s.widths[:0]
	for i, l := range [][]text.Line{above, picture} {
		for _, line := range l {
			// One column stays free: a full line leaves the cursor in a state on
			// which terminals do not agree.
			rendered := line.Render(width-1, s.colour)
			b.WriteString(rendered + "\x1b[K\n")
			if i == 1 {
				s.widths = append(s.widths, min(line.Width(), width-1))
			}
		}
	}
	b.WriteString("\x1b[J" + endSync)
	s.write(b.String())
}

// rows is how many rows the picture takes now: where the terminal has become
// narrower since, its lines have wrapped.
func (s *screen) rows(width int) int {
	n := 0
	for _, w := range s.widths {
		n += max((w+width-1)/width, 1)
	}
	return n
}

func (s *screen) write(text string) {
	if _, err := io.WriteString(s.w, text); err != nil && s.err == nil {
		s.err = fmt.Errorf("write to the terminal: %w", err)
	}
}
