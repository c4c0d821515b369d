// Package spec reads danlu.yaml into a [study.Definition], and says whether a
// study may go on under a changed one.
//
// Whoever wrote the file is told where it is wrong, what is wrong and what would
// be right; several independent mistakes are told at once. What the file leaves
// open gets the default an expert would choose. It starts nothing, and reads
// nothing but the file.
//
// Start reading at [Parse]; the file's keys are in file.go and param.go, and in
// docs/danlu.schema.json, which a test keeps equal to them.
package spec

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/danlu-ml/danlu/internal/study"
)

// maxBytes is the largest file that is read: a thousand times the longest that
// anyone would write by hand.
const maxBytes = 1 << 20

// Options say what is known outside the file. The zero value works.
type Options struct {
	// Samplers and Schedulers are the names there are; nil: any name passes.
	Samplers, Schedulers []string
	// RequireCommand refuses a file without a command, which only ask-and-tell
	// can use.
	RequireCommand bool
	// Set are changes to what the file says, each KEY=VALUE, as in budget.time=1h
	// or lr.low=1e-4. An error in one names it in place of file and line.
	Set []string
}

// Read reads the file at path. See [Parse].
func Read(path string, o Options) (*study.Definition, []Warning, error) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil, fmt.Errorf("read the study's file: %w; is its path right? If there is none yet: %s", err, smallest)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read the study's file: %w; check its path and permissions", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxBytes+1))
	if err != nil {
		return nil, nil, fmt.Errorf("read the study's file: %w; is it a file, not a folder?", err)
	}
	return Parse(path, text, o)
}

// Parse makes a definition of a file's text; file is its path, for messages, for
// [study.Definition.Dir] and for the default name, which is its folder's. The
// error is [Errors].
//
// Defaults: sampler, scheduler and mode auto; seed 1; retries 1; grace 30s;
// parallel 0, as many as fit; and without a word on the budget, ten trials for
// every parameter, at least 20 and at most 200, which is said in a warning
// (`budget: none` sets no bound; the grid sampler ends by itself).
func Parse(file string, text []byte, o Options) (*study.Definition, []Warning, error) {
	r := &reader{file: file, options: o}
	def := &study.Definition{
		Sampler: study.Algorithm{Name: "auto"}, Scheduler: study.Algorithm{Name: "auto"}, Mode: "auto",
		Seed: 1, Retries: 1, Grace: 30 * time.Second, File: file, Source: string(text),
	}
	abs, err := filepath.Abs(file)
	if err != nil {
		return nil, nil, fmt.Errorf("find the folder of %s: %w", file, err)
	}
	def.Dir = filepath.Dir(abs)
	if root := r.load(text); root != nil {
		d := &draft{Definition: def}
		if root.kind == mapKind {
			for i, setting := range o.Set {
				r.set(root, i, setting)
			}
		}
		if readFields(r, root, fileObject, d) {
			r.finish(root, d)
		}
	}
	if len(r.errs) > 0 {
		return nil, nil, r.errs.sorted()
	}
	return def, r.warnings(), nil
}

// reader collects what is wrong with a file.
type reader struct {
	file    string
	options Options
	errs    Errors
	warned  []Warning
}

// at is where a line is: in the file or, below 0, in a setting given beside it.
func (r *reader) at(line int) (file string, at int) {
	if line < 0 {
		return "--set " + clip(r.options.Set[-1-line]), 0
	}
	return r.file, line
}

func (r *reader) failAt(line int, format string, args ...any) {
	file, line := r.at(line)
	r.errs = append(r.errs, &Error{File: file, Line: line, Text: fmt.Sprintf(format, args...)})
}

func (r *reader) fail(n *node, format string, args ...any) { r.failAt(n.line, format, args...) }

func (r *reader) warn(line int, format string, args ...any) {
	file, line := r.at(line)
	r.warned = append(r.warned, Warning{File: file, Line: line, Text: fmt.Sprintf(format, args...)})
}
