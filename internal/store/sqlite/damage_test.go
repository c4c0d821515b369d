package sqlite_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/danlu-ml/danlu/internal/store"
	"github.com/danlu-ml/danlu/internal/store/sqlite"
	"github.com/danlu-ml/danlu/internal/store/storetest"
	"github.com/danlu-ml/danlu/internal/study"
)

// The store to be hurt: events 1 to copied are in the file, the rest, appended
// ten at a time, in the log ahead of it, as if the machine had stopped.
const copied, total = 1500, 1700

// TestDamagedStoreSaysSoAndKeepsTheRest is a table of injuries, each with what
// must survive it.
func TestDamagedStoreSaysSoAndKeepsTheRest(t *testing.T) {
	const none = -1
	crashed := crash(t)
	for _, c := range []struct {
		name string
		hurt func(t *testing.T, path string)
		// refused is the error of Open, after which the files are what they were.
		refused error
		// Reading, where need be with ReadOnly, gives the first low to high events,
		// and ErrDamaged then if broken. none: that is refused too.
		low, high int
		broken    bool
	}{
		{"none but the crash", func(*testing.T, string) {}, nil, total, total, false},
		{"the log's index is gone", remove("-shm"), nil, total, total, false},
		{"the log's index is garbage", overwrite("-shm", 0, bytes.Repeat([]byte("garbage "), 2000)), nil, total, total, false},
		{"the log ends in the middle of a page", truncate("-wal", -2000), nil, total - 10, total - 1, false},
		{"the log ends in its header", truncate("-wal", 20), nil, copied, copied, false},
		{"a bit of the log is flipped", flip("-wal", 0.5), nil, copied, total - 1, false},
		{"the log is gone", remove("-wal"), nil, copied, copied, false},
		{"the log and its index are gone", both(remove("-wal"), remove("-shm")), nil, copied, copied, false},
		{"pages in the middle are zeros", both(copyBack, overwriteAt(0.5, make([]byte, 8192))), store.ErrDamaged, copied / 4, total - 1, true},
		{"pages in the middle are zeros, and the log is there", overwriteAt(0.5, make([]byte, 8192)), store.ErrDamaged, copied / 4, total - 1, true},
		{"the header is overwritten", overwrite("", 0, make([]byte, 100)), store.ErrDamaged, none, none, false},
		{"the header is overwritten, without a log", both(copyBack, overwrite("", 0, []byte("hello, world"))), store.ErrDamaged, none, none, false},
		{"half of the file is cut off", both(copyBack, truncateTo(0.5)), store.ErrDamaged, none, none, false},
		{"the last page is cut off", both(copyBack, truncate("", -4096)), store.ErrDamaged, none, none, false},
		{"the file is empty, the log is not", truncate("", 0), store.ErrDamaged, none, none, false},
		{"it is a text", write("name: speech\ncommand: [python, train.py]\n"), store.ErrDamaged, none, none, false},
		{"it is a short text", write("x"), store.ErrDamaged, none, none, false},
		{"it is another program's database", both(copyBack, overwrite("", 68, []byte{0, 0, 0, 7})), store.ErrDamaged, none, none, false},
		{"it is of a later version", both(copyBack, overwrite("", 60, binary.BigEndian.AppendUint32(nil, 1000))), store.ErrNewer, none, none, false},
		{"it is a folder", func(t *testing.T, path string) {
			remove("-wal")(t, path)
			must(t, os.Remove(path))
			must(t, os.Mkdir(path, 0o700))
		}, store.ErrDamaged, none, none, false},
		{"a table is missing", sql("DROP TABLE lease"), store.ErrDamaged, total, total, false},
		{"the last event can't be read", sql("UPDATE log SET body='{' WHERE place=(SELECT max(place) FROM log)"), store.ErrDamaged, total - 1, total - 1, true},
		{"an event can't be read", sql("UPDATE log SET body='{' WHERE place & 0xffffffff = 100"), nil, 99, 99, true},
		{"an event is of a kind nobody knows", sql("UPDATE log SET kind='?' WHERE place & 0xffffffff = 100"), nil, 99, 99, true},
		{"an event is missing", sql("DELETE FROM log WHERE place & 0xffffffff = 100"), nil, 99, 99, true},
		{"a block of points is damaged", sql("UPDATE log SET body=substr(body, 1, length(body)-1) WHERE span > 0"), nil, 1, copied, true},
		{"a block of points is missing", sql("DELETE FROM log WHERE span > 0"), nil, 1, copied, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "danlu.db")
			crashed(path)
			c.hurt(t, path)
			before := files(t, path)
			s, err := sqlite.Open(path, sqlite.Options{})
			if c.refused != nil {
				if !errors.Is(err, c.refused) {
					t.Fatalf("Open: %v, want %v", err, c.refused)
				}
				threeParts(t, err, path)
				if after := files(t, path); after != before {
					t.Error("Open changed a file that it refused")
				}
				s, err = sqlite.Open(path, sqlite.Options{ReadOnly: true})
				if c.low == none {
					if !errors.Is(err, c.refused) {
						t.Errorf("Open for reading: %v, want %v", err, c.refused)
					}
					return
				}
			}
			if err != nil {
				t.Fatalf("Open: %v", err)
			}
			defer func() { _ = s.Close() }()
			got := 0
			var broken error
			for e, err := range s.Replay(t.Context(), "a", 0) {
				if err != nil {
					broken = err
					break
				}
				if got++; e.Seq != int64(got) {
					t.Fatalf("event %d in place %d", e.Seq, got)
				}
			}
			if got < c.low || got > c.high {
				t.Errorf("%d events can be read, want %d to %d", got, c.low, c.high)
			}
			wrong, err := s.Check(t.Context())
			if err != nil {
				t.Errorf("Check: %v", err)
			}
			if !c.broken && c.refused == nil {
				if broken != nil || len(wrong) > 0 {
					t.Errorf("Replay: %v, Check: %v; want nothing wrong", broken, wrong)
				}
				goOn(t, s, int64(got))
				return
			}
			if errors.Is(broken, store.ErrDamaged) != c.broken || len(wrong) == 0 {
				t.Errorf("Replay: %v, Check: %v; want both to tell of the damage", broken, wrong)
			}
		})
	}
}

// TestTakingOverAfterACrashChecksTheFile: a file too large to be checked at every
// start is checked before somebody goes on with a dead driver's log.
func TestTakingOverAfterACrashChecksTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "danlu.db")
	s := open(t, path, sqlite.Options{})
	l, err := s.Acquire(t.Context(), "a", dead(t), time.Hour)
	must(t, err)
	must(t, s.Append(t.Context(), l, 0, remarks(1, 6000)))
	must(t, s.Close())
	overwriteAt(0.5, make([]byte, 4096))(t, path)
	s = open(t, path, sqlite.Options{})
	defer func() { _ = s.Close() }()
	_, err = s.Acquire(t.Context(), "a", storetest.Me(t), time.Hour)
	if !errors.Is(err, store.ErrDamaged) {
		t.Fatalf("Acquire: %v, want ErrDamaged", err)
	}
	threeParts(t, err, path)
}

// crash makes the store to be hurt, with remarks, an attempt's points and a lease
// of a dead process, and returns what copies it.
func crash(t *testing.T) func(path string) {
	t.Helper()
	made := filepath.Join(t.TempDir(), "made.db")
	s := open(t, made, sqlite.Options{})
	l, err := s.Acquire(t.Context(), "a", dead(t), time.Hour)
	must(t, err)
	first := remarks(1, copied)
	for i := range 200 {
		first[600+i].Body = study.Points{Trial: 1, Attempt: 1, Rows: []study.Point{{Step: int64(i), Metric: "loss", Value: 1}}}
	}
	first[900].Body = study.Ended{Trial: 1, Attempt: 1, State: study.Completed}
	must(t, s.Append(t.Context(), l, 0, first))
	must(t, s.Close())
	s = open(t, made, sqlite.Options{})
	defer func() { must(t, s.Close()) }()
	for seq := int64(copied); seq < total; seq += 10 {
		must(t, s.Append(t.Context(), l, seq, remarks(seq+1, seq+10)))
	}
	data := map[string][]byte{}
	for _, end := range []string{"", "-wal", "-shm"} {
		data[end] = read(t, made+end)
	}
	return func(path string) {
		for end, data := range data {
			must(t, os.WriteFile(path+end, data, 0o600))
		}
	}
}

// goOn acquires the study after its dead holder and appends.
func goOn(t *testing.T, s store.Store, after int64) {
	t.Helper()
	l, err := s.Acquire(t.Context(), "a", storetest.Me(t), time.Hour)
	must(t, err)
	must(t, s.Append(t.Context(), l, after, remarks(after+1, after+3)))
	if wrong, err := s.Check(t.Context()); err != nil || len(wrong) > 0 {
		t.Errorf("Check after going on: %v, %v", wrong, err)
	}
}

// files is the content of the store's files but the index, which is made anew
// whenever it is needed.
func files(t *testing.T, path string) string {
	t.Helper()
	var b strings.Builder
	for _, end := range []string{"", "-wal"} {
		data, _ := os.ReadFile(path + end) // none is as good as an empty one
		fmt.Fprintf(&b, "%s\n%s", end, data)
	}
	return b.String()
}

// threeParts makes sure that an error names the store, the trouble and a way out.
func threeParts(t *testing.T, err error, path string) {
	t.Helper()
	text := err.Error()
	if !strings.Contains(text, path) || !strings.Contains(text, ": ") || !strings.Contains(text, "; ") {
		t.Errorf("the error does not say what was done, what went wrong and what to do: %s", text)
	}
}

func dead(t *testing.T) store.Holder {
	h := storetest.Me(t)
	h.Started--
	return h
}

func remarks(from, to int64) []study.Event {
	var events []study.Event
	for seq := from; seq <= to; seq++ {
		events = append(events, study.Event{Seq: seq, Time: time.Unix(seq, 0), Body: study.Noted{By: "test", Text: strings.Repeat("remark ", 20)}})
	}
	return events
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
