package snapshot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// contents lists what a copy of dir consists of, without what is below into.
func contents(ctx context.Context, dir, into string) (*listing, error) {
	top, err := git(ctx, dir, "rev-parse", "--show-toplevel")
	if refused := (*exec.ExitError)(nil); errors.As(err, &refused) || errors.Is(err, exec.ErrNotFound) {
		return walk(ctx, dir, into)
	}
	if err != nil {
		return nil, err
	}
	l := &listing{}
	if l.root, err = resolved(filepath.FromSlash(strings.TrimSuffix(string(top), "\n"))); err != nil {
		return nil, err
	}
	if err := l.repository(ctx, "", into); err != nil {
		return nil, err
	}
	l.sort()
	return l, nil
}

// repository lists the repository at a name from the root, and those within it.
func (l *listing) repository(ctx context.Context, at, into string) error {
	dir := filepath.Join(l.root, filepath.FromSlash(at))
	kept, err := git(ctx, dir, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	if err != nil {
		return err
	}
	for name := range names(kept) {
		inner := strings.TrimSuffix(name, "/")
		name = path.Join(at, inner)
		full := filepath.Join(l.root, filepath.FromSlash(name))
		if ours(name) || within(full, into) {
			continue
		}
		// A repository within: a submodule, or a clone that lies there.
		if info, err := os.Lstat(full); err == nil && info.IsDir() {
			if _, err := os.Lstat(filepath.Join(full, ".git")); err == nil {
				if err := l.repository(ctx, name, into); err != nil {
					return err
				}
			}
			continue
		}
		if err := l.add(name); err != nil {
			return err
		}
	}
	ignored, err := git(ctx, dir, "ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory")
	if err != nil {
		return err
	}
	for name := range names(ignored) {
		name = path.Join(at, strings.TrimSuffix(name, "/"))
		full := filepath.Join(l.root, filepath.FromSlash(name))
		if !ours(name) && !compiled(name) && !within(into, full) && !within(full, into) {
			l.links = append(l.links, name)
		}
	}
	return nil
}

func names(out []byte) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for name := range bytes.SplitSeq(out, []byte{0}) {
			if len(name) > 0 && !yield(string(name)) {
				return
			}
		}
	}
}

// linkAbove is the size from which a file without version control is data.
const linkAbove = 8 << 20

// walk lists a folder that is under no version control.
func walk(ctx context.Context, dir, into string) (*listing, error) {
	l := &listing{root: dir}
	err := filepath.WalkDir(dir, func(full string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, full)
		if err != nil || rel == "." {
			return err
		}
		name := filepath.ToSlash(rel)
		skip := error(nil)
		if d.IsDir() {
			skip = fs.SkipDir
		}
		switch {
		case ours(name), compiled(name), full == into:
			return skip
		case d.IsDir() && !installed(full):
			return nil
		case d.IsDir(), tooLarge(d):
			l.links = append(l.links, name)
			return skip
		}
		if len(l.files) > 10*maxFiles {
			return fs.SkipAll // check has enough to refuse it
		}
		return l.add(name)
	})
	if err != nil {
		return nil, err
	}
	l.sort()
	return l, nil
}

func tooLarge(d fs.DirEntry) bool {
	info, err := d.Info()
	return err == nil && info.Mode().IsRegular() && info.Size() > linkAbove
}

// ours reports whether a name is danlu's or version control's.
func ours(name string) bool {
	for part := range strings.SplitSeq(name, "/") {
		switch part {
		case "danlu-runs", ".git", ".hg", ".svn":
			return true
		}
	}
	return strings.HasPrefix(path.Base(name), "danlu.db")
}

// compiled reports whether a name is what Python compiled, which it does again.
func compiled(name string) bool {
	return path.Base(name) == "__pycache__" || path.Ext(name) == ".pyc"
}

// installed reports whether a folder holds other people's code, put there by a tool.
func installed(dir string) bool {
	if filepath.Base(dir) == "node_modules" {
		return true
	}
	for _, mark := range []string{"pyvenv.cfg", "conda-meta"} {
		if _, err := os.Lstat(filepath.Join(dir, mark)); err == nil {
			return true
		}
	}
	return false
}

// within reports whether a path is dir or below it.
func within(path, dir string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && filepath.IsLocal(rel)
}

// git is the standard output of git in a folder. It takes no lock and is deaf to a
// repository named in the environment.
func git(ctx context.Context, dir string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "git", append([]string{"-c", "core.fsmonitor=false"}, args...)...)
	cmd.Dir = dir
	cmd.WaitDelay = time.Second
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "GIT_") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Env = append(cmd.Env, "LC_ALL=C", "GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0")
	out, err := cmd.Output()
	if err == nil {
		return out, nil
	}
	if ctx.Err() != nil {
		return nil, ctx.Err() // git was killed: it has not said no
	}
	if said := (*exec.ExitError)(nil); errors.As(err, &said) {
		return nil, fmt.Errorf("git %s: %w: %s", args[0], err, bytes.TrimSpace(said.Stderr))
	}
	return nil, fmt.Errorf("git %s: %w", args[0], err)
}
