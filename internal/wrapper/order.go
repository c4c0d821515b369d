package wrapper

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Order is what a wrapper can be told.
type Order string

const (
	// Term: ask the tree to end, kill it when its grace is over.
	Term Order = "term"
	// Kill: kill the tree at once.
	Kill Order = "kill"
)

// GiveOrder tells the attempt in dir to end. It is written down first, so that a
// wrapper which has not claimed yet finds it, and one which has is then sent a
// signal. A wrapper that is dead or can't be reached is left to the caller.
func GiveOrder(dir string, o Order) error {
	if _, err := os.Stat(filepath.Join(dir, launchFile)); errors.Is(err, fs.ErrNotExist) {
		return nil // never submitted
	}
	if readOrder(dir) != Kill {
		if err := os.WriteFile(filepath.Join(dir, cancelFile), []byte(o), 0o600); err != nil {
			return fmt.Errorf("write down the order to end: %w", err)
		}
	}
	c, err := ReadClaim(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	err = c.Signal(orderSignal(o))
	if err != nil && !errors.Is(err, os.ErrProcessDone) && !errors.Is(err, errors.ErrUnsupported) {
		return fmt.Errorf("signal wrapper %d: %w", c.PID, err)
	}
	return nil
}

// readOrder is the order written down, or "".
func readOrder(dir string) Order {
	b, err := os.ReadFile(filepath.Join(dir, cancelFile))
	if err != nil {
		return ""
	}
	return Order(strings.TrimSpace(string(b)))
}
