package inbox

import (
	"bufio"
	"bytes"
	"io"
)

// lineReader cuts a file into lines.
type lineReader struct {
	r    *bufio.Reader
	last bool // a last line without newline counts
	long []byte
}

// next returns a line without its newline and its size with it. The text is
// valid until the next call; of a line longer than maxBody it is a part. At the
// end size is 0 and err io.EOF.
func (l *lineReader) next() (text []byte, size int64, err error) {
	l.long = l.long[:0]
	for {
		part, err := l.r.ReadSlice('\n')
		size += int64(len(part))
		complete := err == nil
		switch {
		case complete && size == int64(len(part)): // the usual line: no copy
			return part[:len(part)-1], size, nil
		case err != nil && err != bufio.ErrBufferFull && err != io.EOF:
			return nil, 0, err
		}
		if size <= maxBody+1 {
			l.long = append(l.long, part...)
		}
		switch {
		case err == bufio.ErrBufferFull:
			continue
		case err == io.EOF && (!l.last || size == 0):
			return nil, 0, io.EOF
		}
		return bytes.TrimSuffix(l.long, []byte("\n")), size, nil
	}
}
