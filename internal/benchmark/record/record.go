// Package record keeps the results of the search benchmark: a line of JSON a run, in a
// file that only grows. A run that is there is not run again.
//
// Start reading at [Line].
package record

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/danlu-ml/danlu/internal/jsonl"
)

// Line is what became of one searcher on one task with one seed.
type Line struct {
	Searcher string    `json:"searcher"` // with its options
	Version  string    `json:"version"`
	Suite    string    `json:"suite"`
	Task     string    `json:"task"`
	Seed     uint64    `json:"seed"`
	Marks    []int     `json:"at"`            // percent of the budget
	Scores   []float64 `json:"nr"`            // normalised regret at each mark
	CPU      []float64 `json:"cpu,omitempty"` // seconds spent on proposing and judging, up to each mark
}

// Key says which run a line is of.
type Key struct {
	Searcher, Version, Suite, Task string
	Seed                           uint64
}

// Key is the run that l is of.
func (l Line) Key() Key { return Key{l.Searcher, l.Version, l.Suite, l.Task, l.Seed} }

// Read reads the lines of all files of a folder, in order of file and line; none where
// there is no folder. A last line that was cut off while it was written is left out.
func Read(dir string) ([]Line, error) { return ReadAs[Line](dir) }

// ReadAs is Read for lines of another kind.
func ReadAs[T any](dir string) ([]T, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.jsonl"))
	if err != nil {
		return nil, err
	}
	slices.Sort(files)
	var lines []T
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			return nil, err
		}
		n := 0
		for row := range bytes.Lines(text) {
			n++
			var l T
			if err := json.Unmarshal(row, &l); err == nil {
				lines = append(lines, l)
			} else if whole := bytes.HasSuffix(row, []byte("\n")); whole && len(bytes.TrimSpace(row)) > 0 && json.Valid(row) {
				return nil, fmt.Errorf("%s:%d: %w", f, n, err)
			}
		}
	}
	return lines, nil
}

// Append adds a line of any kind to a file, whose folder it makes; see [jsonl.Append].
func Append(file string, l any) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return jsonl.Append(file, l)
}
