package wrapper

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/danlu-ml/danlu/internal/observe"
)

// FuzzEncode: whatever a metric is called, a report is one line of JSON.
func FuzzEncode(f *testing.F) {
	f.Add("val/acc", 0.5)
	f.Add("a\"b\\c\n\xff\x00 丹", 1e300)
	f.Fuzz(func(t *testing.T, name string, v float64) {
		b := encode(observe.Report{Step: 3, Values: []observe.Value{{Name: name, Value: v}, {Name: "other", Value: 2}}})
		var r struct {
			Step   int64
			Values map[string]any
		}
		if err := json.Unmarshal(b, &r); err != nil || strings.Count(string(b), "\n") != 1 {
			t.Fatalf("%q: %v", b, err)
		}
		if _, ok := r.Values[strings.ToValidUTF8(name, "\uFFFD")]; !ok || r.Step != 3 {
			t.Errorf("%q became %q", name, b)
		}
	})
}

func TestNotesStandBehindTheEndOfTheOutput(t *testing.T) {
	var n notes
	if got := n.appendTo("last line"); got != "last line" {
		t.Errorf("without notes it is %q", got)
	}
	for range 3 {
		n.add("no file")
	}
	if got := n.appendTo("last line"); got != "last line\ndanlu: no file" {
		t.Errorf("it is %q", got)
	}
	for i := range 100 {
		n.add("%d %s", i, strings.Repeat("丹", 100))
	}
	if got := n.appendTo(strings.Repeat("x", tailSize)); len(got) > tailSize || !strings.Contains(got, "danlu: no file") {
		t.Errorf("%d bytes, with %q", len(got), got)
	}
}

func TestReportsWaitWhileTheSpoolCannotBeWritten(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "later")
	s := &spool{path: filepath.Join(dir, "spool")}
	s.append([]byte("1\n"))
	s.append([]byte("2\n"))
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	s.append([]byte("3\n"))
	if lost := s.close(); lost != 0 {
		t.Errorf("%d reports were lost", lost)
	}
	if got, err := os.ReadFile(s.path); string(got) != "1\n2\n3\n" {
		t.Errorf("the spool holds %q, %v", got, err)
	}
}

func TestReportsThatNeverGotOutAreCounted(t *testing.T) {
	s := &spool{path: filepath.Join(t.TempDir(), "never", "spool")}
	line := []byte(fmt.Sprintf("%1023s\n", ""))
	for range 1100 {
		s.append(line)
	}
	if len(s.pending) > spoolPatience {
		t.Errorf("%d bytes wait in memory, want at most %d", len(s.pending), spoolPatience)
	}
	if lost := s.close(); lost != 1100 {
		t.Errorf("%d reports are said to be lost, want 1100", lost)
	}
}
