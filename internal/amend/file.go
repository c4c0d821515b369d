package amend

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// rewrite changes a file as a whole or not at all.
func rewrite(path string, change func(text []byte) ([]byte, error)) (changed bool, err error) {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return false, fmt.Errorf("change %s: %w", path, err)
	}
	text, err := os.ReadFile(real)
	if err != nil {
		return false, fmt.Errorf("change %s: %w", path, err)
	}
	after, err := change(text)
	if err != nil || bytes.Equal(text, after) {
		return false, err
	}
	mode := fs.FileMode(0o644)
	if info, err := os.Stat(real); err == nil {
		mode = info.Mode().Perm()
	}
	return true, replaceFile(real, after, mode)
}

func replaceFile(path string, text []byte, mode fs.FileMode) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".danlu-*.yaml")
	if err != nil {
		return fmt.Errorf("change %s: %w", path, err)
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("change %s: %w", path, errors.Join(err, os.Remove(f.Name())))
		}
	}()
	_, err = f.Write(text)
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
