// Package jsonl keeps values as lines of JSON in a file that only grows, so that
// what a killed process has measured is not measured again.
//
// What the lines mean is their owners' business, and so is it to write from one
// process at a time.
//
// Start reading at [Append].
package jsonl

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// longest is the length of a line, in bytes.
const longest = 1 << 24

// Each gives the lines of a file in order; no file is no lines. One that is no T is
// left out: its writer was killed in the middle of it.
func Each[T any](path string, take func(T)) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read what has been measured: %w", err)
	}
	defer f.Close()
	in := bufio.NewScanner(f)
	in.Buffer(nil, longest)
	for in.Scan() {
		var v T
		if json.Unmarshal(in.Bytes(), &v) == nil {
			take(v)
		}
	}
	if err := in.Err(); err != nil {
		return fmt.Errorf("read what has been measured, %s: %w", path, err)
	}
	return nil
}

// Append adds a value as a line, on a line of its own even after one cut short.
func Append(path string, v any) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("keep what was measured in %s: %w", path, err)
		}
	}()
	line, err := json.Marshal(v)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o644)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if info.Size() > 0 {
		last := make([]byte, 1)
		if _, err := f.ReadAt(last, info.Size()-1); err != nil {
			return err
		}
		if last[0] != '\n' {
			line = append([]byte{'\n'}, line...)
		}
	}
	_, err = f.Write(append(line, '\n'))
	return err
}
