// Package locate says which file a store is in, and which study of it is meant
// where nobody says.
//
// Start reading at [Existing] and [Study].
package locate

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Name is the file a store is kept in, beside the study's file.
const Name = "danlu.db"

// Existing is the store a verb works on: the named one, else the one in the
// current folder. It must be there.
func Existing(named string) (string, error) {
	path := named
	if path == "" {
		path = Name
	}
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		path = filepath.Join(path, Name)
		if _, err := os.Stat(path); err != nil {
			return "", fmt.Errorf("there is no store in the folder %s: name the file with --store FILE", named)
		}
		return path, nil
	case err == nil:
		return path, nil
	case errors.Is(err, fs.ErrNotExist) && named != "":
		return "", fmt.Errorf("there is no store %s: see that the name is right", named)
	case errors.Is(err, fs.ErrNotExist):
		return "", errors.New("no store here (danlu.db in the current folder): run `danlu tune` first, or name one with --store FILE")
	}
	return "", fmt.Errorf("look for the store: %w", err)
}

// Beside is the store of a study's file: the named one, else the one beside the
// file. It need not be there.
func Beside(named, file string) string {
	switch {
	case named != "":
		return named
	case file == "" || file == "-":
		return Name
	}
	return filepath.Join(filepath.Dir(file), Name)
}

// Default reports whether a verb in the current folder finds this store by
// itself.
func Default(store string) bool {
	is, err := os.Stat(store)
	def, err2 := os.Stat(Name)
	if err == nil && err2 == nil {
		return os.SameFile(is, def)
	}
	return filepath.Clean(store) == Name
}
