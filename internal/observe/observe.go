// Package observe turns what an untouched program writes into reports: lines of
// output that match a pattern or look like metrics, JSON lines, growing CSV files,
// TensorBoard's event files. It knows the names people give to the same thing, and
// keeps one unit a metric.
//
// It is told lines and files by its caller and watches nothing itself. It runs
// beside every trial, so it holds little: no line, no file, a few words a metric.
//
// Start reading at [Observer]; what becomes of the values found is in record.go,
// how a line without a pattern is read in auto.go, when two names mean the same in
// name.go.
package observe

import (
	"bytes"
	"fmt"
	"regexp"
	"sync"
)

// Words that stand for a pattern.
const (
	Auto = "auto" // find names with numbers behind them
	JSON = "json" // read lines that are JSON objects
)

// Options say what to look for.
type Options struct {
	// Patterns are tried on each line of output: regular expressions (RE2) with
	// named groups, Auto or JSON.
	Patterns []string
	// Wanted are the metrics that the study needs. What is found under another
	// common name for one of them is reported under the study's name; patterns
	// are taken at their word.
	Wanted []string
	// Names has what the program, or a pattern's group, calls some of Wanted.
	Names map[string]string
	// Step is the word that counts steps: epoch. Empty: the first one found.
	Step string
}

// Report is what a program said of one step.
type Report struct {
	Step   int64
	Values []Value // in the order found, each name once
}

// Value is a metric. It may be NaN or infinite.
type Value struct {
	Name  string
	Value float64
}

// Observer finds reports. Its methods may be called from several goroutines.
type Observer struct {
	mu       sync.Mutex // guards what follows, and calls of emit
	patterns []*pattern
	auto     *auto
	json     bool
	step     carried // what patterns that only have a step have found
	rec      recorder
}

// New makes an observer that hands reports to emit, one after the other.
func New(o Options, emit func(Report)) (*Observer, error) {
	ob := &Observer{rec: newRecorder(o, emit)}
	rename := map[string]string{}
	for name, source := range o.Names {
		rename[source] = name
	}
	for _, p := range o.Patterns {
		switch p {
		case Auto:
			ob.auto = &auto{rec: &ob.rec}
		case JSON:
			ob.json = true
		default:
			re, err := regexp.Compile(p)
			if err != nil {
				return nil, fmt.Errorf("observe pattern %q: %w", p, err)
			}
			ob.patterns = append(ob.patterns, &pattern{re: re, emit: emit, rename: rename})
		}
	}
	return ob, nil
}

// Listens reports whether lines of output are looked at.
func (o *Observer) Listens() bool { return len(o.patterns) > 0 || o.auto != nil || o.json }

// Counts is the word that counts steps, empty as long as none has.
func (o *Observer) Counts() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.rec.step
}

// escape is a terminal's control sequence (ECMA-48, 5.4).
var escape = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\x1b\[[0-?]*[ -/]*[@-~]`) })

// Line takes in a line of output, without its end. over says that the program went
// back to its beginning, to write over it: of such lines only the last of a step
// counts.
func (o *Observer) Line(line []byte, over bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if bytes.IndexByte(line, 0x1b) >= 0 {
		line = escape().ReplaceAll(line, nil)
	}
	for _, p := range o.patterns {
		p.line(line, over, &o.step)
	}
	if o.auto == nil && !o.json {
		return
	}
	if r, ok := readJSON(line); ok {
		r.passing = over
		o.rec.row(r)
	} else if o.auto != nil {
		o.auto.line(string(line), over)
	}
}

// Close reports what was held back.
func (o *Observer) Close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, p := range o.patterns {
		p.flush()
	}
	o.rec.close()
}
