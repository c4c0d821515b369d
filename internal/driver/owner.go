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
		if _, err := os.Stat(owner); owner != "" && err == nil {
			return fmt.Errorf("the folder %s has the trials of a study in store %s; give this study another name, or use that store with --store", runs, owner)
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
