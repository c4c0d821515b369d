package wrapper

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/danlu-ml/danlu/internal/executor"
)

// exitRoom is more than an exit record takes in bytes, even if every byte of its
// tail has to be escaped.
const exitRoom = 32 << 10

// reserveExit takes the room for the exit record while there is some: a program
// that fills the disk must not be able to keep its end from being known.
func reserveExit(dir string) {
	_ = os.WriteFile(filepath.Join(dir, exitReserve), bytes.Repeat([]byte{' '}, exitRoom), 0o600)
}

// writeExit puts the exit record into place, durably. While the file system
// refuses it tries again, without end: nobody else knows how the program ended.
// It gives up when the folder is gone, or when ordered to kill.
func writeExit(dir string, e executor.Exit, orders <-chan Order) error {
	for wait := time.Second; ; wait = min(2*wait, 30*time.Second) {
		err := tryWriteExit(dir, e)
		if err == nil {
			return nil
		}
		if _, statErr := os.Stat(dir); errors.Is(statErr, fs.ErrNotExist) {
			return err
		}
		select {
		case o := <-orders:
			if o == Kill {
				return err
			}
		case <-time.After(wait):
		}
	}
}

func tryWriteExit(dir string, e executor.Exit) error {
	b, err := json.Marshal(e)
	if err != nil {
		return err
	}
	temp := filepath.Join(dir, exitReserve)
	f, err := os.OpenFile(temp, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(append(b, '\n'), 0)
	if err == nil {
		err = f.Truncate(int64(len(b) + 1))
	}
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return err
	}
	if err := os.Rename(temp, filepath.Join(dir, exitFile)); err != nil {
		return err
	}
	syncDir(dir)
	return nil
}

// syncDir makes the names in dir durable. File systems that can't sync a folder
// do so by themselves or not at all.
func syncDir(dir string) {
	if d, err := os.Open(dir); err == nil {
		d.Sync()
		d.Close()
	}
}
