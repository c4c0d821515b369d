package trialio

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// SaveCheckpoint has write fill a file in the trial's folder, brings it to the
// disk, gives it its name and reports it, in this order: whatever dies when, a
// checkpoint that danlu knows of is whole. Outside danlu, and on a rank other
// than 0, it does nothing and returns "". danlu removes checkpoints that no trial
// needs any more.
func (t *Trial) SaveCheckpoint(step int64, write func(io.Writer) error) (path string, err error) {
	if t.link == nil {
		return "", nil
	}
	defer func() {
		if err != nil {
			path, err = "", fmt.Errorf("save the checkpoint of step %d: %w", step, err)
		}
	}()
	dir := filepath.Join(t.Dir(), "checkpoints")
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return "", err
	}
	// An attempt that was given up may still be writing: the names differ.
	path = filepath.Join(dir, fmt.Sprintf("attempt-%d-step-%d.ckpt", t.link.attempt, step))
	if err := writeWhole(path, write); err != nil {
		return "", err
	}
	return path, t.Checkpoint(path, step)
}

func writeWhole(path string, write func(io.Writer) error) (err error) {
	temp, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.tmp")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(temp.Name())
		}
	}()
	err = errors.Join(write(temp), temp.Sync(), temp.Close())
	if err != nil {
		return err
	}
	return os.Rename(temp.Name(), path)
}

// syncTree brings a file, or a folder and all files in it, to the disk, and their
// names too where the system can do that.
func syncTree(path string) error {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	err = filepath.WalkDir(real, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir():
			syncDir(name)
		case entry.Type().IsRegular():
			return syncFile(name)
		}
		return nil
	})
	syncDir(filepath.Dir(path))
	return err
}

func syncFile(name string) error {
	f, err := os.OpenFile(name, os.O_RDWR, 0) // Windows syncs only what may be written
	if errors.Is(err, fs.ErrPermission) {
		f, err = os.Open(name)
	}
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// syncDir does what it can: Windows and some network file systems refuse.
func syncDir(name string) {
	if f, err := os.Open(name); err == nil {
		f.Sync()
		f.Close()
	}
}
