package wrapper

import (
	"bytes"
	"os"
	"time"
)

// spoolPatience is how many bytes of reports wait in memory while the spool
// can't be written.
const spoolPatience = 1 << 20

// spool appends reports to a trial's spool. The program may append to the same
// file, so each report goes there in one write.
type spool struct {
	path    string
	f       *os.File
	pending []byte // whole lines, and perhaps the rest of one, not yet written
	lost    int
}

func (s *spool) append(line []byte) {
	if len(s.pending)+len(line) > spoolPatience {
		s.lost++
		return
	}
	s.pending = append(s.pending, line...)
	s.flush()
}

// flush writes what is pending and reports whether nothing is left.
func (s *spool) flush() bool {
	if len(s.pending) == 0 {
		return true
	}
	if s.f == nil {
		f, err := os.OpenFile(s.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			return false
		}
		s.f = f
	}
	n, err := s.f.Write(s.pending)
	s.pending = append(s.pending[:0], s.pending[n:]...)
	return err == nil
}

// close makes what was written durable and returns how many reports were lost.
func (s *spool) close() int {
	for try := 0; !s.flush() && try < 5; try++ {
		time.Sleep(200 * time.Millisecond)
	}
	if s.f != nil {
		s.f.Sync()
		s.f.Close()
	}
	return s.lost + bytes.Count(s.pending, []byte("\n"))
}
