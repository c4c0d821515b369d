// Package follow copies what an attempt's program wrote, and goes on as it writes
// more.
//
// Start reading at [Copy].
package follow

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/danlu-ml/danlu/internal/wrapper"
)

// Stream is one output of the program and where it goes.
type Stream struct {
	Name string // "stdout" or "stderr"
	To   io.Writer
}

// every is how often a running attempt's output is looked at.
const every = 200 * time.Millisecond

// Copy copies what is kept of the streams of the attempt in dir, one after the
// other. With follow it goes on as more comes, until the attempt has ended or ctx
// does, which is no error. It returns how many bytes there were.
func Copy(ctx context.Context, dir string, streams []Stream, follow bool) (int64, error) {
	offsets := make([]int64, len(streams))
	total := int64(0)
	for {
		over := !follow || Ended(dir) // before reading: what came until then is read
		for i, s := range streams {
			n, offset, err := copyFrom(dir, s, offsets[i])
			total += n
			offsets[i] = offset
			if err != nil {
				return total, err
			}
		}
		if over {
			return total, nil
		}
		select {
		case <-ctx.Done():
			return total, nil
		case <-time.After(every):
		}
	}
}

func copyFrom(dir string, s Stream, from int64) (n, offset int64, err error) {
	r, err := wrapper.OpenLog(dir, s.Name, from)
	if err != nil {
		return 0, from, err
	}
	defer r.Close()
	if n, err = io.Copy(s.To, r); err != nil {
		err = fmt.Errorf("copy %s: %w", s.Name, err)
	}
	return n, r.Offset(), err
}

// Ended reports whether the attempt in dir has ended: it has left an exit, or its
// wrapper is gone without one.
func Ended(dir string) bool {
	if _, err := os.Stat(wrapper.ExitFile(dir)); err == nil {
		return true
	}
	c, err := wrapper.ReadClaim(dir)
	return err == nil && c.Life() == wrapper.Dead
}
