package wrapper

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAPatternTurnsLinesIntoReports(t *testing.T) {
	for name, c := range map[string]struct {
		pattern string
		lines   []string
		want    string
	}{
		"step and metric":                     {`step=(?P<step>\d+) acc=(?P<acc>\S+)`, []string{"step=3 acc=0.5"}, `{"step":3,"values":{"acc":0.5}}` + "\n"},
		"without a step matches are numbered": {`acc=(?P<acc>\S+)`, []string{"acc=1", "x", "acc=y", "acc=2e-3"}, `{"step":1,"values":{"acc":1}}` + "\n" + `{"step":2,"values":{"acc":0.002}}` + "\n"},
		"several metrics":                     {`(?P<a>\S+) (?P<b>\S+)`, []string{"1 2"}, `{"step":1,"values":{"a":1,"b":2}}` + "\n"},
		"a metric that is no number is left":  {`(?P<a>\S+) (?P<b>\S+)`, []string{"1 -"}, `{"step":1,"values":{"a":1}}` + "\n"},
		"a group that did not take part":      {`(?P<a>\d+)|(?P<b>x=(?P<c>\d+))`, []string{"x=5"}, `{"step":1,"values":{"c":5}}` + "\n"},
		"a step that is no whole number":      {`step=(?P<step>\S+) a=(?P<a>\d)`, []string{"step=1.5 a=1", "step=x a=1", "step=2.0 a=1"}, `{"step":2,"values":{"a":1}}` + "\n"},
		"a step alone is no report":           {`step=(?P<step>\d+)`, []string{"step=1"}, ""},
		"not finite":                          {`(?P<a>\S+) (?P<b>\S+) (?P<c>\S+)`, []string{"nan inf -inf", "NaN Infinity -Infinity"}, `{"step":1,"values":{"a":"nan","b":"inf","c":"-inf"}}` + "\n" + `{"step":2,"values":{"a":"nan","b":"inf","c":"-inf"}}` + "\n"},
		"too large to hold":                   {`(?P<a>\S+)`, []string{"1e999"}, `{"step":1,"values":{"a":"inf"}}` + "\n"},
		"percent, taken in":                   {`a=(?P<a>\S+)`, []string{"a=93.5%"}, `{"step":1,"values":{"a":0.935}}` + "\n"},
		"percent, right behind":               {`a=(?P<a>[\d.]+)`, []string{"a=93.5%"}, `{"step":1,"values":{"a":0.935}}` + "\n"},
		"percent, further on":                 {`a=(?P<a>[\d.]+)`, []string{"a=93.5 %"}, `{"step":1,"values":{"a":93.5}}` + "\n"},
		"punctuation a greedy group took":     {`a: (?P<a>\S+)`, []string{"a: 0.5, b: 1", "{a: 0.25}", "(a: 5%)"}, `{"step":1,"values":{"a":0.5}}` + "\n" + `{"step":2,"values":{"a":0.25}}` + "\n" + `{"step":3,"values":{"a":0.05}}` + "\n"},
		"colours of a terminal":               {`a=(?P<a>\S+)`, []string{"\x1b[1;32ma=\x1b[0m0.5\x1b[K"}, `{"step":1,"values":{"a":0.5}}` + "\n"},
		"other languages' numbers":            {`a=(?P<a>\S+)`, []string{"a=0x1p3", "a=1_000"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := &spool{path: filepath.Join(t.TempDir(), "spool")}
			o, err := newObserver([]string{c.pattern}, s)
			if err != nil {
				t.Fatal(err)
			}
			for _, line := range c.lines {
				o.line([]byte(line))
			}
			if lost := s.close(); lost != 0 {
				t.Errorf("%d reports were lost", lost)
			}
			got, err := os.ReadFile(s.path)
			if err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, string(got)); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

func TestEveryPatternSeesEveryLine(t *testing.T) {
	s := &spool{path: filepath.Join(t.TempDir(), "spool")}
	o, err := newObserver([]string{`a=(?P<a>\d)`, `b=(?P<b>\d)`}, s)
	if err != nil {
		t.Fatal(err)
	}
	o.line([]byte("b=1"))
	o.line([]byte("a=2 b=3"))
	s.close()
	got, err := os.ReadFile(s.path)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"step":1,"values":{"b":1}}` + "\n" + `{"step":1,"values":{"a":2}}` + "\n" + `{"step":2,"values":{"b":3}}` + "\n"
	if d := cmp.Diff(want, string(got)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// FuzzReport: whatever a line holds, a report is one line of JSON with a step
// and at least one value.
func FuzzReport(f *testing.F) {
	for _, s := range []string{"step=1 a=2", "step=1 a=nan%", "step=\xff a=\x1b[0m", "step=9007199254740993 a=1e400"} {
		f.Add(s)
	}
	o, err := newObserver([]string{`step=(?P<step>\S*) a=(?P<a>\S*)`}, nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, line string) {
		b := o.patterns[0].report([]byte(line))
		if b == nil {
			return
		}
		var r struct {
			Step   int64
			Values map[string]any
		}
		if err := json.Unmarshal(b, &r); err != nil || len(r.Values) != 1 || b[len(b)-1] != '\n' {
			t.Errorf("%q gives %q: %v", line, b, err)
		}
	})
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
