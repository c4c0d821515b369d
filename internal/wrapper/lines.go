package wrapper

import "bytes"

// maxLine is how much of a line is looked at, in bytes.
const maxLine = 64 << 10

// lines cuts a stream into lines, at "\n", "\r\n" and "\r", since programs write
// over a line to show progress. What exceeds maxLine is cut off.
type lines struct {
	pending []byte
	back    bool // a "\r" has come, and perhaps a "\n" will
	// emit takes in a line, valid until it returns; over says that what follows is
	// written over it.
	emit func(line []byte, over bool)
}

func (l *lines) write(p []byte) {
	for len(p) > 0 {
		if l.back {
			over := p[0] != '\n'
			if !over {
				p = p[1:]
			}
			l.end(over)
			continue
		}
		i := bytes.IndexAny(p, "\r\n")
		if i < 0 {
			l.keep(p)
			return
		}
		l.keep(p[:i])
		if p[i] == '\r' {
			l.back = true
		} else {
			l.end(false)
		}
		p = p[i+1:]
	}
}

func (l *lines) keep(p []byte) {
	l.pending = append(l.pending, p[:min(len(p), maxLine-len(l.pending))]...)
}

func (l *lines) end(over bool) {
	l.back = false
	if len(l.pending) > 0 {
		l.emit(l.pending, over)
	}
	l.pending = l.pending[:0]
}

// flush emits the line that is still open, at the end of the stream.
func (l *lines) flush() { l.end(false) }
