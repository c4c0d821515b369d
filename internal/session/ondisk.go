package session

import (
	"io/fs"
	"os"
	"path/filepath"
)

// OnDisk is what a file, or a folder with all that is in it, takes, in bytes; ok is
// false where it is not there.
func OnDisk(path string) (bytes int64, ok bool) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, false
	}
	if !info.IsDir() {
		return info.Size(), true
	}
	_ = filepath.WalkDir(path, func(_ string, d fs.DirEntry, err error) error { // what can't be read counts nothing
		if err != nil || d.IsDir() {
			return nil
		}
		if info, err := d.Info(); err == nil {
			bytes += info.Size()
		}
		return nil
	})
	return bytes, true
}
