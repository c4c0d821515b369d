package sqlite_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/danlu-ml/danlu/internal/store"
	"github.com/danlu-ml/danlu/internal/store/sqlite"
	"github.com/danlu-ml/danlu/internal/study"
)

func TestSpaceOfDeletedStudiesIsGivenBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.db")
	s := open(t, path, sqlite.Options{})
	ctx := context.Background()
	long := strings.Repeat("x", 4000)
	begun := func(name string, n int) store.Lease {
		l, err := s.Acquire(ctx, name, store.Holder{Host: "h", PID: os.Getpid()}, time.Minute)
		must(t, err)
		var events []study.Event
		for i := range n {
			events = append(events, study.Event{Seq: int64(i + 1), Body: study.Noted{By: "test", Text: fmt.Sprint(i, long)}})
		}
		must(t, s.Append(ctx, l, 0, events))
		return l
	}
	size := func() int64 {
		info, err := os.Stat(path)
		must(t, err)
		return info.Size()
	}
	kept, gone := begun("kept", 50), begun("gone", 1000)
	must(t, s.Delete(ctx, gone))
	must(t, s.Compact(ctx)) // somebody has a lease on the other
	must(t, s.Release(ctx, kept))
	must(t, s.Close())
	before := size()

	s = open(t, path, sqlite.Options{})
	must(t, s.Compact(ctx))
	if after := size(); before < 4<<20 || after > before/4 {
		t.Errorf("%d bytes became %d", before, after)
	}
	if wrong, err := s.Check(ctx); err != nil || len(wrong) > 0 {
		t.Errorf("it is not sound: %v %v", wrong, err)
	}
	n := 0
	for _, err := range s.Replay(ctx, "kept", 0) {
		must(t, err)
		n++
	}
	if n != 50 {
		t.Errorf("%d events are left of 50", n)
	}
	must(t, s.Close())
}
