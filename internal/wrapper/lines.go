package wrapper

import "bytes"

// maxLine is how much of a line is matched against patterns, in bytes.
const maxLine = 64 << 10

// lines cuts a stream into lines, at "\n" and at "\r" alike, since programs
// write over a line to show progress. What exceeds maxLine is cut off.
type lines struct {
	pending []byte
	emit    func(line []byte) // line is valid until it returns
}

func (l *lines) write(p []byte) {
	for {
		i := bytes.IndexAny(p, "\r\n")
		if i < 0 {
			l.keep(p)
			return
		}
		if len(l.pending) > 0 {
			l.keep(p[:i])
			l.flush()
		} else if i > 0 {
			l.emit(p[:min(i, maxLine)])
		}
		p = p[i+1:]
	}
}

func (l *lines) keep(p []byte) {
	l.pending = append(l.pending, p[:min(len(p), maxLine-len(l.pending))]...)
}

// flush emits the line that is still open, at the end of the stream.
func (l *lines) flush() {
	if len(l.pending) > 0 {
		l.emit(l.pending)
	}
	l.pending = l.pending[:0]
}
