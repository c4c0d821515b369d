package wrapper

import "strings"

// tailSize bounds the last output that goes into an exit record, in bytes.
const tailSize = 4 << 10

// tail keeps the last tailSize bytes of a stream, or somewhat more.
type tail struct {
	buf []byte
	cut bool // something before buf was dropped
}

func (t *tail) write(p []byte) {
	if len(p) >= tailSize {
		t.cut = t.cut || len(t.buf) > 0 || len(p) > tailSize
		t.buf = append(t.buf[:0], p[len(p)-tailSize:]...)
		return
	}
	if len(t.buf)+len(p) > 2*tailSize {
		t.buf = append(t.buf[:0], t.buf[len(t.buf)-tailSize:]...)
		t.cut = true
	}
	t.buf = append(t.buf, p...)
}

// lastLines is up to limit bytes of whole last lines. Of a line that was written
// over with carriage returns, as progress bars do, only the last state stays.
func (t *tail) lastLines(limit int) string {
	text := strings.TrimRight(strings.ToValidUTF8(string(t.buf), "\uFFFD"), "\r\n")
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		line = strings.TrimRight(line, "\r")
		lines[i] = line[strings.LastIndexByte(line, '\r')+1:]
	}
	text = strings.Join(lines, "\n")
	if len(text) <= limit && !t.cut {
		return text
	}
	text = text[max(0, len(text)-limit):]
	if _, whole, ok := strings.Cut(text, "\n"); ok {
		return whole
	}
	return strings.ToValidUTF8(text, "") // one long line, cut perhaps within a character
}

// joinTails puts standard error after standard output within tailSize. Standard
// error, where the reason of a failure stands, gets at least three quarters if
// it needs them.
func joinTails(stdout, stderr *tail) string {
	e := stderr.lastLines(tailSize - min(len(stdout.buf)+1, tailSize/4))
	if e == "" {
		return stdout.lastLines(tailSize)
	}
	o := stdout.lastLines(tailSize - len(e) - 1)
	if o == "" {
		return e
	}
	return o + "\n" + e
}
