package wrapper

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// cut feeds text to lines in pieces of the given sizes.
func cut(text string, sizes []int) (got []string) {
	l := lines{emit: func(line []byte, _ bool) { got = append(got, string(line)) }}
	for _, n := range sizes {
		n = min(n, len(text))
		l.write([]byte(text[:n]))
		text = text[n:]
	}
	l.write([]byte(text))
	l.flush()
	return got
}

func TestLinesEndAtNewlinesAndCarriageReturns(t *testing.T) {
	long := strings.Repeat("x", maxLine+100)
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"nothing":                     {"", nil},
		"lines":                       {"a\nb\n", []string{"a", "b"}},
		"a last line without its end": {"a\nb", []string{"a", "b"}},
		"windows":                     {"a\r\nb\r\n", []string{"a", "b"}},
		"a progress bar":              {"1%\r2%\r3%\n", []string{"1%", "2%", "3%"}},
		"empty ones are left out":     {"\n\na\n\n", []string{"a"}},
		"one that is too long is cut": {long + "\nb\n", []string{long[:maxLine], "b"}},
	} {
		t.Run(name, func(t *testing.T) {
			if d := cmp.Diff(c.want, cut(c.text, nil)); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

func TestLinesDoNotDependOnHowTheyArrive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.RuneFrom([]rune("ab\r\n")), 0, 60, -1).Draw(t, "text")
		sizes := rapid.SliceOf(rapid.IntRange(0, 7)).Draw(t, "sizes")
		want := slices.DeleteFunc(strings.FieldsFunc(text, func(r rune) bool { return r == '\r' || r == '\n' }),
			func(s string) bool { return s == "" })
		if got := cut(text, sizes); !slices.Equal(got, want) {
			t.Fatalf("%q in pieces of %v gives %q, want %q", text, sizes, got, want)
		}
	})
}
