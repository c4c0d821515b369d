package aside

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/danlu-ml/danlu/internal/text"
)

// silence is how long a person who sees no live line is told nothing.
const silence = 10 * time.Second

// Lines tells a person of the progress: lines that stay, and in a terminal one that
// is written over. The zero value tells nobody. Its methods may be called from any
// goroutine.
type Lines struct {
	Out  io.Writer  // nil: none
	Live func() int // the terminal's width, where Out is one; nil: it is not

	mu    sync.Mutex // guards what follows
	shown bool       // the live line is on the screen
	spoke time.Time
}

// Say writes a line, wrapped.
func (l *Lines) Say(format string, args ...any) {
	if l.Out == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.say(fmt.Sprintf(format, args...))
}

func (l *Lines) say(line string) {
	l.clear()
	l.spoke = time.Now()
	width := 80
	if l.Live != nil {
		width = l.Live()
	}
	_ = text.WriteLines(l.Out, text.Wrap(text.Clean(line), max(width-1, 20)), width, false)
}

// Now says how things stand: in a terminal at once, over the last such line; else
// where nothing was said for a while.
func (l *Lines) Now(line string) {
	if l.Out == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.Live != nil:
		l.shown = true
		fmt.Fprintf(l.Out, "\r\x1b[K%s", text.Truncate(text.Clean(line), max(l.Live()-1, 20)))
	case l.spoke.IsZero():
		l.spoke = time.Now()
	case time.Since(l.spoke) >= silence:
		l.say(line)
	}
}

// End takes the live line away.
func (l *Lines) End() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.clear()
}

func (l *Lines) clear() {
	if l.shown {
		l.shown = false
		fmt.Fprint(l.Out, "\r\x1b[K")
	}
}

// Write says lines that come from elsewhere; it makes a place for logs.
func (l *Lines) Write(p []byte) (int, error) {
	for line := range strings.SplitSeq(strings.TrimRight(string(p), "\n"), "\n") {
		l.Say("%s", line)
	}
	return len(p), nil
}
