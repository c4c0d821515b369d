package wrapper

import (
	"bytes"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// observer turns lines that match a pattern into reports.
type observer struct {
	spool *spool

	mu       sync.Mutex // guards what follows and spool: both streams come here
	patterns []*pattern
}

type pattern struct {
	re      *regexp.Regexp
	reports int64 // how many it has given
}

func newObserver(expressions []string, s *spool) (*observer, error) {
	o := &observer{spool: s}
	for _, e := range expressions {
		re, err := regexp.Compile(e)
		if err != nil {
			return nil, fmt.Errorf("observe pattern %q: %w", e, err)
		}
		o.patterns = append(o.patterns, &pattern{re: re})
	}
	return o, nil
}

// colour is a terminal's control sequence (ECMA-48, 5.4).
var colour = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\x1b\[[0-?]*[ -/]*[@-~]`) })

func (o *observer) line(line []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if bytes.IndexByte(line, 0x1b) >= 0 {
		line = colour().ReplaceAll(line, nil)
	}
	for _, p := range o.patterns {
		if r := p.report(line); r != nil {
			o.spool.append(r)
		}
	}
}

// report is the line's report as the spool has it, or nil: no match, a step that
// is no whole number, no group that holds a number.
func (p *pattern) report(line []byte) []byte {
	m := p.re.FindSubmatchIndex(line)
	if m == nil {
		return nil
	}
	step := p.reports + 1
	var values []byte
	for i, name := range p.re.SubexpNames() {
		if name == "" || m[2*i] < 0 {
			continue
		}
		v, ok := number(line[m[2*i]:m[2*i+1]], line[m[2*i+1]:])
		if name == "step" {
			if !ok || v != math.Trunc(v) || math.Abs(v) > 1<<53 {
				return nil
			}
			step = int64(v)
		} else if ok {
			values = appendValue(append(values, ','), name, v)
		}
	}
	if values == nil {
		return nil
	}
	p.reports++
	return fmt.Appendf(nil, "{\"step\":%d,\"values\":{%s}}\n", step, values[1:])
}

// number reads what a group has matched. Punctuation that a greedy \S+ took
// along is dropped; a percent sign at its end, or first in what follows, divides
// by 100.
func number(text, follows []byte) (float64, bool) {
	s := strings.TrimRight(strings.TrimLeft(string(text), `([{"'=:`), `,;:)]}"'`)
	s, percent := strings.CutSuffix(s, "%")
	if len(s) == 0 || strings.ContainsAny(s, "xX_") {
		return 0, false // Go's hexadecimal floats and digit groups mean something else to others
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil && !math.IsInf(v, 0) {
		return 0, false
	}
	if percent || (len(follows) > 0 && follows[0] == '%') {
		v /= 100
	}
	return v, true
}

// appendValue writes one metric; JSON has no word for what is not finite.
func appendValue(b []byte, name string, v float64) []byte {
	b = strconv.AppendQuote(b, name) // group names are word characters: no quoting differs from JSON's
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
