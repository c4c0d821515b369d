package inbox

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// Tail reads one attempt's spool: the file to which a trial appends its
// reports, one JSON object a line, while no driver answers. Lines carry no
// attempt, so each attempt has a file of its own.
//
// A Tail remembers where it was; a new one starts again at the beginning, which
// is harmless, since reports have an identity. A line that makes no sense is
// counted and passed over: it is never a reason to lose its neighbours. The zero
// value is of no use; call [NewTail]. It is not for concurrent use.
type Tail struct {
	path           string
	trial, attempt int

	offset  int64 // everything before it was handed over or is garbage
	line    int   // lines before offset
	garbage int
	first   error // why the first garbage line is garbage
}

// NewTail reads the spool at path, which need not exist yet.
func NewTail(path string, trial, attempt int) *Tail {
	return &Tail{path: path, trial: trial, attempt: attempt}
}

// Garbage returns how many lines made no sense, and of the first one where it is
// and why: "spool.jsonl:3: …".
func (t *Tail) Garbage() (lines int, first error) { return t.garbage, t.first }

// Poll hands the complete lines written since the last call to sink, and
// returns how many reports and checkpoints those were. A last line without its
// newline waits. When sink fails with anything but [ErrRefused], Poll returns
// its error and the next call begins with the same lines. With nothing new it
// costs one look at the file's size.
func (t *Tail) Poll(ctx context.Context, sink Sink) (int, error) {
	return t.read(ctx, sink, false)
}

// Drain is Poll for an attempt that has ended: nobody will finish the last line,
// so it counts if it makes sense.
func (t *Tail) Drain(ctx context.Context, sink Sink) (int, error) {
	return t.read(ctx, sink, true)
}

func (t *Tail) read(ctx context.Context, sink Sink, last bool) (n int, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("read spool of trial %d, attempt %d: %w", t.trial, t.attempt, err)
		}
	}()
	switch info, err := os.Stat(t.path); {
	case errors.Is(err, fs.ErrNotExist):
		return 0, nil
	case err != nil:
		return 0, err
	case info.Size() < t.offset: // somebody cut it: what is there now is new
		t.offset, t.line = 0, 0
	case info.Size() == t.offset:
		return 0, nil
	}
	file, err := os.Open(t.path)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	if _, err := file.Seek(t.offset, io.SeekStart); err != nil {
		return 0, err
	}
	b := batch{tail: t, sink: sink}
	lines := lineReader{r: bufio.NewReaderSize(file, 64<<10), last: last}
	for {
		text, size, err := lines.next()
		if err == io.EOF {
			err = b.flush(ctx)
			return b.handed, err
		}
		if err == nil {
			err = b.add(ctx, text, size)
		}
		if err != nil {
			return b.handed, err
		}
	}
}
