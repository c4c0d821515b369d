package wrapper

import (
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"sync"

	"github.com/danlu-ml/danlu/internal/observe"
)

// newObserver finds reports in what the program writes, and leaves them in the
// spool.
func newObserver(spec Spec, s *spool) (*observe.Observer, error) {
	w := spec.Watch
	options := observe.Options{Patterns: spec.Observe, Wanted: w.Wanted, Names: w.Names, Step: w.Step}
	return observe.New(options, func(r observe.Report) { s.append(encode(r)) })
}

// encode is a report as the spool has it.
func encode(r observe.Report) []byte {
	b := strconv.AppendInt([]byte(`{"step":`), r.Step, 10)
	b = append(b, `,"values":{`...)
	for i, v := range r.Values {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendValue(b, v.Name, v.Value)
	}
	return append(b, "}}\n"...)
}

// appendValue writes one metric; JSON has no word for what is not finite.
func appendValue(b []byte, name string, v float64) []byte {
	b = appendString(b, name)
	b = append(b, ':')
	switch {
	case math.IsNaN(v):
		return append(b, `"nan"`...)
	case math.IsInf(v, 1):
		return append(b, `"inf"`...)
	case math.IsInf(v, -1):
		return append(b, `"-inf"`...)
	}
	return strconv.AppendFloat(b, v, 'g', -1, 64)
}

// appendString writes a string as JSON has it, less what is not UTF-8.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	for _, r := range strings.ToValidUTF8(s, "\uFFFD") {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r < 0x20:
			b = fmt.Appendf(b, `\u%04x`, r)
		default:
			b = append(b, string(r)...)
		}
	}
	return append(b, '"')
}

// notes are sentences about what could not be observed, each told once: to the
// wrapper's standard error, and in the exit record, where people see them.
type notes struct {
	mu   sync.Mutex // guards told
	told []string
}

// maxNotes bounds what is told of one attempt.
const maxNotes = 5

func (n *notes) add(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, t := range n.told {
		if t == text {
			return
		}
	}
	if len(n.told) == maxNotes {
		return
	}
	n.told = append(n.told, text)
	fmt.Fprintf(os.Stderr, "danlu __wrap: %s\n", text)
}

// appendTo puts the notes behind the end of the output, within tailSize.
func (n *notes) appendTo(tail string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	var b strings.Builder
	for _, t := range n.told {
		fmt.Fprintf(&b, "\ndanlu: %s", t[:min(len(t), tailSize/2/maxNotes)])
	}
	tail = tail[max(0, len(tail)+b.Len()-tailSize):]
	return strings.TrimPrefix(strings.ToValidUTF8(tail+b.String(), ""), "\n")
}
