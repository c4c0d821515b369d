// Package snapshot copies a program's code, so that every trial of a study runs the
// code its first trial ran, whatever is edited meanwhile.
//
// The copy is of what git would keep: tracked files, and untracked ones that are
// not ignored, of the whole repository the program is in. What git ignores (data,
// virtual environments, results) is not copied but linked, so that the program
// finds it where it expects it. Without git, small files are copied, and large ones
// and virtual environments linked.
//
// A copy's folder is named after its contents: taking the same code twice gives the
// same folder. Its files have no write permission; its folders have, because
// programs write beside themselves.
//
// Start reading at [Take].
package snapshot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Limits of a copy: code is smaller, and a folder that isn't was not meant to be
// copied. They are variables for tests.
var (
	maxBytes int64 = 256 << 20
	maxFiles       = 20_000
)

// ErrTooBig is wrapped where a folder is more than code.
var ErrTooBig = errors.New("too big to copy")

// Copy is code as it was when taken.
type Copy struct {
	Root string // the copy's folder, absolute
	// Dir is where programs start: Root, or below it the folder asked for where
	// that is not the root of its repository.
	Dir   string
	Files int
	Bytes int64
	// Linked is what the copy leads to and does not hold, sorted, from its root
	// with slashes.
	Linked []string
}

// Take copies the code that dir belongs to into a folder of into, made where it is
// missing. A copy is whole or is not there; what was left by one that was cut off
// is removed. Two must not be taken into the same folder at a time.
func Take(ctx context.Context, dir, into string) (Copy, error) {
	c, err := take(ctx, dir, into)
	switch {
	case err == nil:
		return c, nil
	case errors.Is(err, ErrTooBig), ctx.Err() != nil:
		return Copy{}, fmt.Errorf("copy the code of %s: %w", dir, err)
	}
	return Copy{}, fmt.Errorf("copy the code of %s: %w; mend it, or run from the folder itself with snapshot: false", dir, err)
}

func take(ctx context.Context, dir, into string) (Copy, error) {
	dir, err := resolved(dir)
	if err != nil {
		return Copy{}, err
	}
	if err := os.MkdirAll(into, 0o700); err != nil {
		return Copy{}, err
	}
	if into, err = resolved(into); err != nil {
		return Copy{}, err
	}
	list, err := contents(ctx, dir, into)
	if err != nil {
		return Copy{}, err
	}
	if err := list.check(); err != nil {
		return Copy{}, err
	}
	made, digest, err := list.copyInto(ctx, into)
	if err != nil {
		return Copy{}, err
	}
	c := Copy{Files: len(list.files)}
	for _, f := range list.files {
		c.Bytes += f.size
	}
	if c.Root, err = settle(made, filepath.Join(into, digest)); err != nil {
		return Copy{}, err
	}
	if c.Linked, err = list.linkInto(c.Root); err != nil {
		return Copy{}, err
	}
	below, err := filepath.Rel(list.root, dir)
	if err != nil {
		return Copy{}, err
	}
	c.Dir = filepath.Join(c.Root, below)
	return c, os.MkdirAll(c.Dir, 0o700) // it may hold nothing but what is linked
}

// resolved is a path that is absolute and free of links, so that two can be
// compared.
func resolved(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(path)
}

// file is something to be copied: a regular file, or a link that stays inside.
type file struct {
	name   string // from the root, with slashes
	size   int64
	mode   fs.FileMode
	target string // of a link
}

// listing is what a copy will consist of.
type listing struct {
	root  string
	files []file   // sorted by name
	links []string // names of what is linked to where it is now, sorted
}

// add sorts what is at a name into copying and linking. What is gone, or neither
// file nor link nor folder, is left out.
func (l *listing) add(name string) error {
	path := filepath.Join(l.root, filepath.FromSlash(name))
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil // tracked, and removed by the user
	case err != nil:
		return err
	case info.Mode().IsRegular():
		l.files = append(l.files, file{name: name, size: info.Size(), mode: info.Mode().Perm()})
	case info.Mode()&fs.ModeSymlink != 0:
		target, err := os.Readlink(path)
		if err != nil {
			return err
		}
		// A link out of the folder can't be copied with what it leads to, and from
		// elsewhere it would lead nowhere.
		if filepath.IsAbs(target) || !filepath.IsLocal(filepath.Join(filepath.Dir(filepath.FromSlash(name)), target)) {
			l.links = append(l.links, name)
			return nil
		}
		l.files = append(l.files, file{name: name, target: target})
	}
	return nil
}

func (l *listing) sort() {
	slices.SortFunc(l.files, func(a, b file) int { return strings.Compare(a.name, b.name) })
	l.files = slices.CompactFunc(l.files, func(a, b file) bool { return a.name == b.name })
	slices.Sort(l.links)
	l.links = slices.Compact(l.links)
}

// check refuses what is more than code, and says where it lies.
func (l *listing) check() error {
	var bytes int64
	for _, f := range l.files {
		bytes += f.size
	}
	if bytes <= maxBytes && len(l.files) <= maxFiles {
		return nil
	}
	return fmt.Errorf("%w: it has %d files of %s together, and at most %d files of %s are copied; %s; name what is not code in %s, or set snapshot: false",
		ErrTooBig, len(l.files), size(bytes), maxFiles, size(maxBytes), l.largest(), filepath.Join(l.root, ".gitignore"))
}

// largest names the largest files and the fullest folder.
func (l *listing) largest() string {
	files := slices.SortedFunc(slices.Values(l.files), func(a, b file) int { return cmp.Compare(b.size, a.size) })
	var names []string
	for _, f := range files[:min(len(files), 5)] {
		names = append(names, fmt.Sprintf("%s (%s)", f.name, size(f.size)))
	}
	count := map[string]int{}
	fullest := ""
	for _, f := range l.files {
		top, _, inFolder := strings.Cut(f.name, "/")
		if !inFolder {
			continue
		}
		count[top]++
		if count[top] > count[fullest] {
			fullest = top
		}
	}
	text := "the largest are " + strings.Join(names, ", ")
	if fullest != "" {
		text += fmt.Sprintf("; %d of them lie in %s/", count[fullest], fullest)
	}
	return text
}

func size(n int64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
}
