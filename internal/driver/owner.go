package driver

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// own makes the folder of a study's trials belong to a store, or refuses where it
// belongs to another: two studies of one name in one folder would take each
// other's trials for leftovers. A store that is gone owns nothing any more.
func own(runs, store string) error {
	if store == "" {
		return nil
	}
	store, err := filepath.Abs(store)
	if err != nil {
		return err
	}
	mark := filepath.Join(runs, "store")
	for range 3 {
		f, err := os.OpenFile(mark, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err == nil {
			_, err = f.WriteString(store + "\n")
			return errors.Join(err, f.Close())
		}
		if !errors.Is(err, os.ErrExist) {
			return fmt.Errorf("mark the folder of the trials: %w", err)
		}
		text, err := os.ReadFile(mark)
		if err != nil {
			return fmt.Errorf("see whose folder of trials it is: %w", err)
		}
		owner := strings.TrimSpace(string(text))
		if owner == store || SameFile(owner, store) {
			return nil
		}
		if err := Vacant(runs, store); err != nil {
			return err
		}
		if err := os.Remove(mark); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("take over the folder of the trials: %w", err)
		}
	}
	return fmt.Errorf("the folder %s is being taken by another driver; start again in a moment", runs)
}

// SameFile reports whether two paths lead to one file.
func SameFile(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}

// Vacant refuses a folder of trials that belongs to a store other than this one,
// which need not be there. It changes nothing, so that it can be asked before a
// store is made.
func Vacant(runs, store string) error {
	text, err := os.ReadFile(filepath.Join(runs, "store"))
	owner := strings.TrimSpace(string(text))
	if err != nil || owner == "" {
		return nil
	}
	if abs, err := filepath.Abs(store); err == nil && owner == abs || SameFile(owner, store) {
		return nil
	}
	if _, err := os.Stat(owner); err != nil {
		return nil // a store that is gone owns nothing any more
	}
	return fmt.Errorf("the folder %s has the trials of a study in store %s; give this study another name, or use that store with --store", runs, owner)
}

// Owns reports whether a folder of trials says that it belongs to a store.
func Owns(runs, store string) bool {
	text, err := os.ReadFile(filepath.Join(runs, "store"))
	return err == nil && SameFile(strings.TrimSpace(string(text)), store)
}

// HandOver makes the folder of a study's trials belong to another store, where it
// belongs to the one it was saved from.
func HandOver(runs, from, to string) error {
	if !Owns(runs, from) {
		return nil // nobody's, or a third one's
	}
	to, err := filepath.Abs(to)
	if err != nil {
		return err
	}
	mark := filepath.Join(runs, "store")
	if err := os.WriteFile(mark+".new", []byte(to+"\n"), 0o600); err != nil {
		return fmt.Errorf("hand over the folder of the trials: %w", err)
	}
	return os.Rename(mark+".new", mark)
}

// folders are the names of what is in a folder of trials. Those of a store that has
// been deleted stay: a new trial in one of them would be taken for the old one.
func folders(runs string) []string {
	there, err := os.ReadDir(runs)
	if err != nil { // then nothing is in the way, or making it says why
		return nil
	}
	names := make([]string, 0, len(there))
	for _, e := range there {
		names = append(names, e.Name())
	}
	return names
}
