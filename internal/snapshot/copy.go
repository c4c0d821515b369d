package snapshot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// unfinished begins the names of folders that are still being filled.
const unfinished = ".unfinished-"

// copyInto copies the files into a new folder, and names it after what was copied:
// what a file was when it was read is in the copy and in the digest alike.
func (l *listing) copyInto(ctx context.Context, into string) (folder, digest string, err error) {
	left, err := filepath.Glob(filepath.Join(into, unfinished+"*"))
	if err != nil {
		return "", "", err
	}
	for _, path := range left {
		if err := os.RemoveAll(path); err != nil {
			return "", "", err
		}
	}
	folder, err = os.MkdirTemp(into, unfinished)
	if err != nil {
		return "", "", err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(folder))
		}
	}()
	all := sha256.New()
	for _, f := range l.files {
		if err := ctx.Err(); err != nil {
			return "", "", err
		}
		from := filepath.Join(l.root, filepath.FromSlash(f.name))
		to := filepath.Join(folder, filepath.FromSlash(f.name))
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			return "", "", err
		}
		if f.target != "" {
			fmt.Fprintf(all, "%s\x00link\x00%s\n", f.name, f.target)
			if err := os.Symlink(f.target, to); err != nil {
				return "", "", err
			}
			continue
		}
		one := sha256.New()
		if err := copyFile(from, to, f.mode, one); err != nil {
			return "", "", err
		}
		fmt.Fprintf(all, "%s\x00%v\x00%x\n", f.name, f.mode&0o100 != 0, one.Sum(nil))
	}
	return folder, hex.EncodeToString(all.Sum(nil))[:16], nil
}

// copyFile copies a file, its contents through h, its mode without the permission
// to write.
func copyFile(from, to string, mode fs.FileMode, h hash.Hash) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	if _, err := io.Copy(io.MultiWriter(out, h), in); err != nil {
		return err
	}
	return out.Chmod(mode &^ 0o222)
}

// settle renames a finished copy to its name. A copy that is there already is used
// instead, if it is still what it was; one that somebody has changed stays, because
// a trial may be running from it, and the next free name is taken.
func settle(made, name string) (string, error) {
	for n := 1; ; n++ {
		root := name
		if n > 1 {
			root = fmt.Sprintf("%s-%d", name, n)
		}
		if _, err := os.Lstat(root); errors.Is(err, fs.ErrNotExist) {
			return root, os.Rename(made, root)
		} else if err != nil {
			return "", err
		}
		same, err := intact(made, root)
		if err != nil {
			return "", err
		}
		if same {
			return root, os.RemoveAll(made)
		}
	}
}

// intact reports whether everything of a copy is in another, unchanged. What trials
// have written there besides does not matter.
func intact(made, root string) (bool, error) {
	different := errors.New("different")
	err := filepath.WalkDir(made, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(made, path)
		if err != nil {
			return err
		}
		a, err := fingerprint(path)
		if err != nil {
			return err
		}
		if b, err := fingerprint(filepath.Join(root, rel)); err != nil || a != b {
			return different
		}
		return nil
	})
	if errors.Is(err, different) {
		return false, nil
	}
	return err == nil, err
}

// fingerprint is a link's target, or a file's mode and digest.
func fingerprint(path string) (string, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return "", err
	}
	if info.Mode()&fs.ModeSymlink != 0 {
		return os.Readlink(path)
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return fmt.Sprintf("%v %x", info.Mode().Perm()&0o111 != 0, h.Sum(nil)), nil
}

// linkInto makes what is not copied reachable from a copy, and returns its names.
// What is at such a name already stays.
func (l *listing) linkInto(root string) ([]string, error) {
	var linked []string
	for _, name := range l.links {
		from := filepath.Join(l.root, filepath.FromSlash(name))
		to := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			return nil, err
		}
		if err := os.Symlink(from, to); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, fmt.Errorf("link %s, which is not copied: %w; move it out of the folder, or set snapshot: false", strings.TrimSuffix(name, "/"), err)
		}
		linked = append(linked, name)
	}
	return linked, nil
}
