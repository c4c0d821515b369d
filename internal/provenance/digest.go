package provenance

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

const (
	// readWhole is the size up to which a file is known by its contents; a larger
	// one, a compiled program say, by its size and time of change.
	readWhole = 4 << 20
	// readMany bounds the files read at one look.
	readMany = 2000
)

// digest identifies the changes against the last commit, given sorted by name.
func digest(root string, changes []change) (string, error) {
	h := sha256.New()
	for i, c := range changes {
		if i == readMany {
			fmt.Fprintf(h, "and %d more", len(changes)-i)
			break
		}
		d, err := contents(filepath.Join(root, filepath.FromSlash(c.name)))
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "%s\x00%s\n", c.name, d)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// contents identifies what is at a path now: a file's mode and contents, a link's
// target, that there is nothing.
func contents(path string) (string, error) {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "deleted", nil
	case err != nil:
		return "", err
	case info.Mode()&fs.ModeSymlink != 0:
		target, err := os.Readlink(path)
		return "link to " + target, err
	case !info.Mode().IsRegular():
		return info.Mode().Type().String(), nil
	case info.Size() > readWhole:
		return fmt.Sprintf("%d bytes of %s", info.Size(), info.ModTime().UTC().Format("2006-01-02T15:04:05.000000000Z")), nil
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) { // gone meanwhile
		return "deleted", nil
	}
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	fmt.Fprintf(h, "%v\n", info.Mode().Perm()&0o100 != 0)
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
