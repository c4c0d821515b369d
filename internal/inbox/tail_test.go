package inbox_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/danlu-ml/danlu/internal/inbox"
)

// spool is a file that a test writes as a trial would.
type spool struct {
	t    *testing.T
	path string
}

func newSpool(t *testing.T, text string) spool {
	s := spool{t, filepath.Join(t.TempDir(), "spool.jsonl")}
	s.append(text)
	return s
}

func (s spool) append(text string) {
	s.t.Helper()
	f, err := os.OpenFile(s.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		s.t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString(text); err != nil {
		s.t.Fatal(err)
	}
}

type reading func(context.Context, inbox.Sink) (int, error)

// expect reads, and checks which steps the sink has been given in all.
func expect(t *testing.T, what string, read reading, sink *memory, want ...int64) {
	t.Helper()
	if _, err := read(t.Context(), sink); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if d := cmp.Diff(want, sink.steps()); d != "" {
		t.Fatalf("%s: steps (-want +got):\n%s", what, d)
	}
}

const (
	line1 = `{"step":1,"values":{"a":1}}` + "\n"
	line2 = `{"step":2,"values":{"a":"nan"}}` + "\n"
	line3 = `{"step":3,"values":{"a":3}}` + "\n"
)

func TestTailReadsAsTheSpoolGrows(t *testing.T) {
	s := spool{t, filepath.Join(t.TempDir(), "spool.jsonl")}
	tail, sink := inbox.NewTail(s.path, 7, 1), &memory{}
	expect(t, "no file yet", tail.Poll, sink)
	s.append(line1 + line2[:9])
	expect(t, "a line and a half", tail.Poll, sink, 1)
	expect(t, "nothing new", tail.Poll, sink, 1)
	s.append(line2[9:])
	expect(t, "the other half", tail.Poll, sink, 1, 2)
	s.append(strings.TrimSpace(line3))
	expect(t, "no newline, the attempt runs", tail.Poll, sink, 1, 2)
	expect(t, "no newline, the attempt has ended", tail.Drain, sink, 1, 2, 3)
	expect(t, "drained twice", tail.Drain, sink, 1, 2, 3)
}

func TestTailHandsOverInBatches(t *testing.T) {
	s := newSpool(t, strings.Repeat(line1, 1000))
	sink := &memory{}
	n, err := inbox.NewTail(s.path, 7, 1).Poll(t.Context(), sink)
	if n != 1000 || err != nil || sink.batches != 4 {
		t.Errorf("got %d reports in %d batches, error %v; want 1000 in 4", n, sink.batches, err)
	}
}

func TestTailPassesOverGarbage(t *testing.T) {
	long := strings.Repeat("x", 3<<20) + "\n"
	for name, c := range map[string]struct {
		text  string
		steps []int64
		lines int
		first string
	}{
		"a line cut by a full disk": {line1 + `{"step":2,"val` + "\n" + line3, []int64{1, 3}, 1, ":2: "},
		"two lines run together":    {line1[:8] + line2 + line3, []int64{3}, 1, ":1: "},
		"binary":                    {"\x00\xff\xfe\n" + line1, []int64{1}, 1, ":1: "},
		"a line of 3 MB":            {line1 + long + line3, []int64{1, 3}, 1, "more than 1048576 bytes"},
		"blank lines are nothing":   {"\n\r\n" + line1 + "\n", []int64{1}, 0, ""},
		"neither values nor path":   {`{"step":1}` + "\n" + line2, []int64{2}, 1, "either values or checkpoint"},
		"the first one is told":     {"one\n" + line1 + "two\n" + line3, []int64{1, 3}, 2, ":1: "},
		"a torn end":                {line1 + line2[:12], []int64{1}, 1, ":2: "},
	} {
		t.Run(name, func(t *testing.T) {
			tail, sink := inbox.NewTail(newSpool(t, c.text).path, 7, 1), &memory{}
			expect(t, name, tail.Drain, sink, c.steps...)
			lines, first := tail.Garbage()
			if lines != c.lines || (first == nil) != (c.first == "") {
				t.Fatalf("got %d garbage lines, first %v; want %d", lines, first, c.lines)
			}
			if first != nil && !strings.Contains(first.Error(), c.first) {
				t.Errorf("first garbage is %q, want it to say %q", first, c.first)
			}
		})
	}
}

func TestTailStartsAgainWhenTheFileWasCut(t *testing.T) {
	s := newSpool(t, line1+line2)
	tail, sink := inbox.NewTail(s.path, 7, 1), &memory{}
	expect(t, "two lines", tail.Poll, sink, 1, 2)
	if err := os.WriteFile(s.path, []byte(line3), 0o600); err != nil {
		t.Fatal(err)
	}
	expect(t, "one line, shorter than before", tail.Poll, sink, 1, 2, 3)
}

// Nothing is lost when the sink fails, and garbage is not counted again.
func TestTailStaysWhereTheSinkFailed(t *testing.T) {
	disk := errors.New("disk full")
	failing := disk
	sink := &memory{err: func(inbox.Report) error { return failing }}
	tail := inbox.NewTail(newSpool(t, "garbage\n"+line1+line2).path, 7, 1)
	if _, err := tail.Poll(t.Context(), sink); !errors.Is(err, disk) {
		t.Fatalf("error is %v, want the sink's", err)
	}
	failing = nil
	expect(t, "after the disk has room", tail.Poll, sink, 1, 2)
	if lines, _ := tail.Garbage(); lines != 1 {
		t.Errorf("%d garbage lines, want 1", lines)
	}
	for _, want := range []error{inbox.ErrStale, inbox.ErrUnknown} {
		sink := &memory{err: func(inbox.Report) error { return want }}
		if _, err := inbox.NewTail(newSpool(t, line1).path, 7, 1).Poll(t.Context(), sink); !errors.Is(err, want) {
			t.Errorf("error is %v, want %v", err, want)
		}
	}
}

func TestTailPassesOverOnlyWhatIsRefused(t *testing.T) {
	sink := &memory{err: func(r inbox.Report) error {
		if r.Step == 2 {
			return inbox.Refuse("step 2 is not wanted")
		}
		return nil
	}}
	tail := inbox.NewTail(newSpool(t, line1+line2+line3).path, 7, 1)
	expect(t, "one of three refused", tail.Poll, sink, 1, 3)
	lines, first := tail.Garbage()
	if lines != 1 || first == nil || !strings.HasSuffix(first.Error(), "spool.jsonl:2: step 2 is not wanted") {
		t.Errorf("garbage is %d lines, first %v", lines, first)
	}
}

func TestTailHandsOverCheckpoints(t *testing.T) {
	sink := &memory{}
	tail := inbox.NewTail(newSpool(t, line1+`{"step":1,"checkpoint":"/runs/7/step-1.ckpt"}`+"\n"+
		`{"step":2,"checkpoint":"relative.ckpt"}`+"\n"+line2).path, 7, 1)
	n, err := tail.Poll(t.Context(), sink)
	if n != 3 || err != nil {
		t.Errorf("got %d, error %v; want 3 handed over", n, err)
	}
	if d := cmp.Diff([]string{"/runs/7/step-1.ckpt"}, sink.checkpoints); d != "" {
		t.Errorf("checkpoints (-want +got):\n%s", d)
	}
	if lines, _ := tail.Garbage(); lines != 1 {
		t.Errorf("%d garbage lines, want the relative path's", lines)
	}
}

// However a spool is cut into pieces as it grows, what is read is what one
// reading of the whole gives, and every line is accounted for.
func FuzzSpool(f *testing.F) {
	f.Add([]byte(line1+line2+line3), uint16(20))
	f.Add([]byte(line1+"garbage\n\n"+line3[:7]), uint16(31))
	f.Add([]byte(`{"step":1,"checkpoint":"/a"}`), uint16(3))
	f.Fuzz(func(t *testing.T, data []byte, cut uint16) {
		s := newSpool(t, string(data))
		whole, once := inbox.NewTail(s.path, 7, 1), &memory{}
		n, err := whole.Drain(t.Context(), once)
		if err != nil {
			t.Fatal(err)
		}
		lines := 0
		for _, line := range bytes.Split(data, []byte("\n")) {
			if len(bytes.TrimSpace(line)) > 0 {
				lines++
			}
		}
		if garbage, _ := whole.Garbage(); n+garbage != lines {
			t.Fatalf("%d lines: %d handed over, %d garbage", lines, n, garbage)
		}

		at := min(int(cut), len(data))
		grown := newSpool(t, string(data[:at]))
		pieces, twice := inbox.NewTail(grown.path, 7, 1), &memory{}
		if _, err := pieces.Poll(t.Context(), twice); err != nil {
			t.Fatal(err)
		}
		grown.append(string(data[at:]))
		if _, err := pieces.Drain(t.Context(), twice); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(once.steps(), twice.steps()); d != "" {
			t.Fatalf("cut at %d of %q, steps (-whole +pieces):\n%s", at, data, d)
		}
		if d := cmp.Diff(once.checkpoints, twice.checkpoints); d != "" {
			t.Fatalf("cut at %d of %q, checkpoints (-whole +pieces):\n%s", at, data, d)
		}
	})
}
