package display

import (
	"time"

	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/text"
)

// live is the picture in a terminal: lines about what has ended, which stay, and
// below them what is going on, repainted.
type live struct {
	screen
	size    func() (width, height int)
	pending []text.Line // not yet on the screen
	picture []text.Line // the last one
	painted time.Time
}

// between is the least time between two pictures.
const between = 100 * time.Millisecond

func (l *live) observe(s *story, v *study.View, events []study.Event) {
	l.pending = append(l.pending, s.tell(v, events, false)...)
	now := s.now()
	if now.Sub(l.painted) < between {
		return // the next call will
	}
	l.painted = now
	width, height := l.dimensions()
	l.picture = s.block(v, width-1, height)
	l.flush(width)
}

// dimensions are the terminal's; one that knows nothing of its size has 80 × 24.
func (l *live) dimensions() (width, height int) {
	width, height = l.size()
	if width < 1 || height < 1 {
		return 80, 24
	}
	return width, height
}

func (l *live) flush(width int) {
	l.paint(l.pending, l.picture, width)
	l.pending = l.pending[:0]
}

func (l *live) say(line string) {
	width, _ := l.dimensions()
	l.pending = append(l.pending, text.Wrap(text.Clean(line), width-1)...)
	l.flush(width)
}

func (l *live) close(s *story, v *study.View, end End) {
	width, _ := l.dimensions()
	if v != nil {
		l.pending = append(l.pending, s.summary(v, end, width-1)...)
	}
	l.picture = nil
	l.flush(width)
}

func (l *live) failed() error { return l.err }
