package display

import (
	"fmt"
	"io"
	"time"

	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/text"
)

// plain is one line for each thing a person wants to know, and a sign of life
// when there was nothing for a while.
type plain struct {
	w, err io.Writer
	colour bool
	size   func() (width, height int)
	spoke  time.Time
	broken error
}

// silence is how long nothing may be said.
const silence = 10 * time.Second

func (p *plain) observe(s *story, v *study.View, events []study.Event) {
	lines := s.tell(v, events, true)
	now := s.now()
	if len(lines) == 0 && now.Sub(p.spoke) >= silence {
		lines = []text.Line{s.progressLine(v)}
	}
	if len(lines) > 0 {
		p.spoke = now
		p.write(lines)
	}
}

// progressLine is the study in one line.
func (s *story) progressLine(v *study.View) text.Line {
	_, spent := s.spent(v)
	l := fmt.Sprintf("    …  %s ended, %d running", spent, v.Count[study.Running])
	if b := v.Best(); b != nil {
		l += fmt.Sprintf(", best %s (trial %d)", s.value(v, b), b.ID)
	}
	if left, ok := s.remaining(v); ok {
		l += ", " + text.About(left) + " left"
	}
	return text.Of(l)
}

func (p *plain) write(lines []text.Line) {
	width, _ := p.size()
	if err := text.WriteLines(p.w, lines, width, p.colour); err != nil && p.broken == nil {
		p.broken = fmt.Errorf("write the story: %w", err)
	}
}

func (p *plain) say(line string) { fmt.Fprintln(p.err, text.Clean(line)) }

func (p *plain) close(s *story, v *study.View, end End) {
	if v != nil {
		width, _ := p.size()
		p.write(s.summary(v, end, width))
	}
}

func (p *plain) failed() error { return p.broken }
