package provenance

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/danlu-ml/danlu/internal/study"
)

// change is a file that differs from the last commit, or is not in it.
type change struct {
	name      string // from the repository's root, with slashes
	untracked bool
}

// fromGit describes code under version control. isRepository is false where git is
// not installed, or will have nothing to do with the folder.
func fromGit(ctx context.Context, o Options) (p study.Provenance, isRepository bool, err error) {
	g := repository{dir: o.Dir, environ: o.Environ}
	root, err := g.run(ctx, "rev-parse", "--show-toplevel")
	if refused := (*exec.ExitError)(nil); errors.As(err, &refused) || errors.Is(err, exec.ErrNotFound) {
		return p, false, nil
	}
	if err != nil {
		return p, false, err
	}
	g.dir = filepath.FromSlash(strings.TrimSuffix(string(root), "\n"))
	if p.Commit, err = g.resolve(ctx, "HEAD"); err != nil {
		return p, true, err
	}
	if p.Tree, err = g.resolve(ctx, "HEAD^{tree}"); err != nil {
		return p, true, err
	}
	changes, err := g.changes(ctx, o)
	if err != nil {
		return p, true, err
	}
	if p.Work, err = g.work(ctx, o, changes, p.Tree != ""); err != nil {
		return p, true, err
	}
	if len(changes) > 0 {
		if p.Dirty, err = digest(g.dir, changes); err != nil {
			return p, true, err
		}
		if p.Commit != "" {
			p.Diff = g.diff(ctx, changes)
		}
	}
	p.Files, err = g.unversioned(ctx, o)
	return p, true, err
}

// repository runs git in a folder.
type repository struct {
	dir     string
	environ []string
}

// run is git's standard output. It takes no lock, asks nobody, and is deaf to a
// repository named in the environment, as in a hook.
func (g repository) run(ctx context.Context, args ...string) ([]byte, error) {
	return g.runWith(ctx, nil, args...)
}

// runWith is run with something to read.
func (g repository) runWith(ctx context.Context, stdin io.Reader, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "git", append([]string{"--literal-pathspecs", "-c", "core.fsmonitor=false"}, args...)...)
	cmd.Dir, cmd.Stdin = g.dir, stdin
	cmd.WaitDelay = time.Second
	for _, v := range g.environ {
		if !strings.HasPrefix(v, "GIT_") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Env = append(cmd.Env, "LC_ALL=C", "GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0")
	out, err := cmd.Output()
	if err != nil {
		if ctx.Err() != nil {
			err = ctx.Err() // git was killed: it has not said no
		}
		return nil, fmt.Errorf("git %s in %s: %w", args[0], g.dir, err)
	}
	return out, nil
}

// resolve is the object a revision names, empty where there is no commit yet.
func (g repository) resolve(ctx context.Context, revision string) (string, error) {
	out, err := g.run(ctx, "rev-parse", "--quiet", "--verify", revision)
	if none := (*exec.ExitError)(nil); errors.As(err, &none) {
		return "", nil
	}
	return strings.TrimSpace(string(out)), err
}

// changes lists what differs from the commit and is code, sorted by name.
func (g repository) changes(ctx context.Context, o Options) ([]change, error) {
	out, err := g.run(ctx, "status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all")
	if err != nil {
		return nil, err
	}
	var changes []change
	for entry := range bytes.SplitSeq(out, []byte{0}) {
		if len(entry) < 4 {
			continue
		}
		c := change{name: string(entry[3:]), untracked: entry[0] == '?'}
		path := filepath.Join(g.dir, filepath.FromSlash(c.name))
		switch {
		case o.File != "" && sameFile(path, o.File), isOutput(c.name):
		case c.untracked && !isSource(relative(o.Dir, path, c.name)):
		default:
			changes = append(changes, c)
		}
	}
	slices.SortFunc(changes, func(a, b change) int { return strings.Compare(a.name, b.name) })
	return changes, nil
}

// unversioned is the digests of programs that the command names and git does not
// track: what a compiler has made, or a script from elsewhere.
func (g repository) unversioned(ctx context.Context, o Options) (map[string]string, error) {
	var files map[string]string
	for name, path := range programs(o) {
		out, err := g.run(ctx, "ls-files", "-z", "--cached", "--", path)
		if outside := (*exec.ExitError)(nil); err != nil && !errors.As(err, &outside) {
			return nil, err
		}
		if len(out) > 0 {
			continue
		}
		d, err := contents(path)
		if err != nil {
			return nil, err
		}
		if files == nil {
			files = map[string]string{}
		}
		files[name] = d
	}
	return files, nil
}

// relative is a path's name from dir, with slashes; other where it is not below.
func relative(dir, path, other string) string {
	rel, err := filepath.Rel(dir, path)
	if err != nil || !filepath.IsLocal(rel) {
		return other
	}
	return filepath.ToSlash(rel)
}

func sameFile(a, b string) bool {
	if a == b {
		return true
	}
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}
