package wrapper

import (
	"fmt"
	"os"
	"path/filepath"
)

// defaultLogLimit is how much is kept of each stream unless a launch says
// otherwise.
const defaultLogLimit = 16 << 20

// logWriter keeps the first and the last of a stream in a few files. The first
// half of the limit is STREAM.log; after it come segments of a quarter each,
// STREAM.<offset>.log, of which the last two stay. The offset is that of the
// segment's first byte in the whole stream, so that a reader sees what is
// missing without asking anyone. Nothing is buffered.
type logWriter struct {
	dir, stream string
	limit       int64

	f        *os.File
	room     int64    // bytes that still fit into f
	empty    bool     // nothing is in f yet
	segments []string // paths of the segments that exist, oldest first
	offset   int64    // bytes of the stream so far, kept or not
	dropped  int64    // bytes lost to errors
}

// write keeps p as far as it can. A file system that refuses never stops the
// program: what was refused is counted, and the next write tries anew.
func (w *logWriter) write(p []byte) {
	for len(p) > 0 {
		if w.room == 0 && !w.next() {
			w.skip(len(p))
			return
		}
		n, err := w.f.Write(p[:min(int64(len(p)), w.room)])
		w.offset += int64(n)
		w.room -= int64(n)
		w.empty = w.empty && n == 0
		p = p[n:]
		if err != nil {
			// The next byte kept is not this file's next byte any more.
			w.room = 0
			w.skip(len(p))
			return
		}
	}
}

func (w *logWriter) skip(n int) {
	w.offset += int64(n)
	w.dropped += int64(n)
}

// next opens the file that the stream's next byte goes to, and removes the
// oldest segment when there would be three.
func (w *logWriter) next() bool {
	w.close()
	path := filepath.Join(w.dir, w.stream+".log")
	w.room = max(w.limit/2, 1)
	if w.offset > 0 {
		path = filepath.Join(w.dir, fmt.Sprintf("%s.%020d.log", w.stream, w.offset))
		w.room = max(w.limit/4, 1)
		if len(w.segments) == 2 {
			os.Remove(w.segments[0])
			w.segments = w.segments[1:]
		}
		w.segments = append(w.segments, path)
	}
	var err error
	w.f, err = os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		w.f, w.room = nil, 0
		return false
	}
	w.empty = true
	return true
}

// close ends the file being written. One that never got a byte is removed, so
// that a full disk does not fill with empty segments.
func (w *logWriter) close() {
	if w.f == nil {
		return
	}
	if w.empty {
		os.Remove(w.f.Name())
		if n := len(w.segments); n > 0 && w.segments[n-1] == w.f.Name() {
			w.segments = w.segments[:n-1]
		}
	}
	w.f.Close()
	w.f = nil
}
