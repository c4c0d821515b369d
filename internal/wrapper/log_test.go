package wrapper

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// readLog is the stream from an offset on, and where to go on.
func readLog(t interface{ Fatal(...any) }, dir string, from int64) (string, int64) {
	r, err := OpenLog(dir, "stdout", from)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b), r.Offset()
}

// leftOut is the note in place of what was not kept.
var leftOut = regexp.MustCompile(`\n\[danlu: (\d+) bytes of output were left out here\]\n`)

func TestALogKeepsTheFirstAndTheLast(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "log")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		limit := rapid.Int64Range(1, 100).Draw(t, "limit")
		w := logWriter{dir: dir, stream: "stdout", limit: limit}
		var all strings.Builder
		for _, n := range rapid.SliceOfN(rapid.IntRange(0, 70), 0, 20).Draw(t, "writes") {
			var p bytes.Buffer
			for range n {
				p.WriteByte('a' + byte((all.Len()+p.Len())%26))
			}
			w.write(p.Bytes())
			all.Write(p.Bytes())
		}
		w.close()
		whole := all.String()
		got, end := readLog(t, dir, 0)
		if end != int64(len(whole)) {
			t.Fatalf("the reader ends at %d of %d bytes", end, len(whole))
		}
		var kept int64
		if notes := leftOut.FindAllStringSubmatchIndex(got, -1); len(notes) == 0 {
			if got != whole {
				t.Fatalf("read %q, want %q", got, whole)
			}
			kept = int64(len(got))
		} else {
			m := notes[0]
			head, tail := got[:m[0]], got[m[1]:]
			missing, _ := strconv.Atoi(got[m[2]:m[3]])
			if len(notes) > 1 || !strings.HasPrefix(whole, head) || !strings.HasSuffix(whole, tail) || len(head)+missing+len(tail) != len(whole) {
				t.Fatalf("of %q is left %q", whole, got)
			}
			if kept = int64(len(head) + len(tail)); int64(len(head)) != max(limit/2, 1) || int64(len(tail)) < max(limit/4, 1) {
				t.Fatalf("of a limit of %d, %d bytes of head and %d of tail were kept", limit, len(head), len(tail))
			}
		}
		if kept > max(limit, 3) {
			t.Fatalf("%d bytes are kept, want at most %d", kept, limit)
		}
		// From any place on, it gives the same.
		from := rapid.Int64Range(0, int64(len(whole))).Draw(t, "from")
		rest, end := readLog(t, dir, from)
		if end != int64(len(whole)) {
			t.Fatalf("read from %d the log ends at %d of %d", from, end, len(whole))
		}
		if loc := leftOut.FindStringIndex(rest); loc != nil {
			rest = rest[loc[1]:]
		}
		if !strings.HasSuffix(whole[from:], rest) {
			t.Fatalf("from %d it gives %q, which is not the end of %q", from, rest, whole)
		}
	})
}

func TestALogCanBeFollowed(t *testing.T) {
	dir := t.TempDir()
	w := logWriter{dir: dir, stream: "stdout", limit: 1000}
	var got strings.Builder
	var at int64
	for i := range 10 {
		w.write(fmt.Appendf(nil, "line %d\n", i))
		text, end := readLog(t, dir, at)
		got.WriteString(text)
		at = end
	}
	if want := "line 0\nline 1\n"; !strings.HasPrefix(got.String(), want) || strings.Count(got.String(), "\n") != 10 {
		t.Errorf("followed, it says %q", got.String())
	}
}

func TestOneStreamsLogIsNotTheOthers(t *testing.T) {
	dir := t.TempDir()
	out := logWriter{dir: dir, stream: "stdout", limit: 4}
	err := logWriter{dir: dir, stream: "stderr", limit: 4}
	out.write([]byte("out!!"))
	err.write([]byte("err!!"))
	for _, stranger := range []string{"stdout.txt", "stdout.x.log", "stdout..log"} {
		if e := os.WriteFile(filepath.Join(dir, stranger), []byte("stranger"), 0o600); e != nil {
			t.Fatal(e)
		}
	}
	if got, _ := readLog(t, dir, 0); !strings.HasPrefix(got, "ou") || strings.Contains(got, "err") || strings.Contains(got, "stranger") {
		t.Errorf("standard output reads %q", got)
	}
}

func TestAHoleThatErrorsMadeIsNamed(t *testing.T) {
	dir := t.TempDir()
	w := logWriter{dir: dir, stream: "stdout", limit: 1000}
	w.write([]byte("before"))
	w.f.Close() // from now on writes fail, until the next file is opened
	w.write([]byte("lost"))
	w.write([]byte("after"))
	if w.dropped != 4 {
		t.Errorf("%d bytes are said to be dropped, want 4", w.dropped)
	}
	want := "before\n[danlu: 4 bytes of output were left out here]\nafter"
	if got, _ := readLog(t, dir, 0); got != want {
		t.Errorf("the log reads %q, want %q", got, want)
	}
}

func TestTheTailIsWholeLastLines(t *testing.T) {
	long := strings.Repeat("x", 10_000)
	for name, c := range map[string]struct{ out, err, want string }{
		"nothing":                    {"", "", ""},
		"standard error comes last":  {"o\n", "e\n", "o\ne"},
		"one stream":                 {"", "e\n", "e"},
		"a progress bar's state":     {"1%\r2%\r3%\ndone\r\n", "", "3%\ndone"},
		"an endless line is cut":     {long, "", long[:tailSize]},
		"error leaves some room":     {"a\nb\n", strings.Repeat("e\n", 5000), "a\nb\n" + strings.TrimSuffix(strings.Repeat("e\n", (tailSize-len("a\nb\n")-1)/2), "\n")},
		"lines that fill it exactly": {strings.Repeat("123456\n", 1000), "", strings.TrimSuffix(strings.Repeat("123456\n", (tailSize-1)/7), "\n")},
		"half a character":           {strings.Repeat("丹", 3000), "", strings.Repeat("丹", tailSize/3)},
		"not UTF-8":                  {"\xff\xfe\n", "", "\uFFFD"},
	} {
		t.Run(name, func(t *testing.T) {
			var out, err tail
			out.write([]byte(c.out))
			for b := []byte(c.err); len(b) > 0; b = b[min(len(b), 100):] {
				err.write(b[:min(len(b), 100)])
			}
			got := joinTails(&out, &err)
			if len(got) > tailSize {
				t.Errorf("%d bytes", len(got))
			}
			if got != c.want {
				t.Errorf("got %q\nwant %q", got, c.want)
			}
		})
	}
}
