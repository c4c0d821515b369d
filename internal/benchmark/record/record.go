// Package record keeps the results of the search benchmark: a line of JSON a run, in a
// file that only grows. A run that is there is not run again.
//
// Start reading at [Line].
package record

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
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

// Append adds a line of any kind to a file in one write. Where a writer was killed in the middle of
// a line before it, a new one is begun.
func Append(file string, l any) error {
	text, err := json.Marshal(l)
	if err != nil {
		return err
	}
	text = append(text, '\n')
	if cut, err := endsCut(file); err != nil {
		return err
	} else if cut {
		text = append([]byte{'\n'}, text...)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Close())
}

// endsCut reports whether a file's last line has no end.
func endsCut(file string) (bool, error) {
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return false, err
	}
	last := make([]byte, 1)
	_, err = f.ReadAt(last, info.Size()-1)
	return last[0] != '\n', err
}
