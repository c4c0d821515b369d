package snapshot

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// write makes a tree: a text is a file, one beginning with → a link, one with ! an
// executable.
func write(t interface {
	Helper()
	Fatal(...any)
}, root string, tree map[string]string,
) {
	t.Helper()
	for name, text := range tree {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		var err error
		if target, isLink := strings.CutPrefix(text, "→"); isLink {
			err = os.Symlink(strings.ReplaceAll(target, "ROOT", root), path)
		} else {
			mode := os.FileMode(0o644)
			if strings.HasPrefix(text, "!") {
				mode = 0o755
			}
			err = os.WriteFile(path, []byte(text), mode)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// read is the opposite of write. Permission to write is an error.
func read(t interface {
	Helper()
	Fatal(...any)
	Errorf(string, ...any)
}, root, from string,
) map[string]string {
	t.Helper()
	tree := map[string]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, _ := filepath.Rel(root, path)
		name = filepath.ToSlash(name)
		if d.Type()&fs.ModeSymlink != 0 {
			target, err := os.Readlink(path)
			tree[name] = "→" + strings.ReplaceAll(target, from, "ROOT")
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o222 != 0 {
			t.Errorf("%s may be written to: %v", name, info.Mode())
		}
		text, err := os.ReadFile(path)
		tree[name] = string(text)
		if executable := info.Mode().Perm()&0o100 != 0; executable != strings.HasPrefix(string(text), "!") {
			t.Errorf("%s is executable: %v", name, executable)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func gitIn(t *testing.T, dir string, args ...string) {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	cmd := exec.Command("git", append([]string{
		"-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgSign=false", "-c", "init.defaultBranch=main",
	}, args...)...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
}

// tempDir is free of links, as the results of Take are.
func tempDir(t *testing.T) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func mustTake(t *testing.T, dir, into string) Copy {
	t.Helper()
	c, err := Take(t.Context(), dir, into)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCopyOfARepository(t *testing.T) {
	root := tempDir(t)
	write(t, root, map[string]string{
		"lib/model.py": "width = 64\n", "exp/train.py": "x\n", "exp/run.sh": "!/bin/sh\n", "exp/gone.py": "x\n",
		".gitignore": "data/\n*.pt\n.venv/\n__pycache__/\ndanlu-runs/\n",
	})
	gitIn(t, root, "init", "-q")
	gitIn(t, root, "add", "-A")
	gitIn(t, root, "commit", "-q", "-m", "a commit")
	if err := os.Remove(filepath.Join(root, "exp", "gone.py")); err != nil {
		t.Fatal(err)
	}
	write(t, root, map[string]string{
		"exp/new, in its way.py": "untracked\n", "exp/data/a": "1", "exp/data/b": "2", "exp/model.pt": "x", ".venv/bin/python": "!",
		"exp/__pycache__/train.pyc": "x", "exp/danlu.db": "x", "exp/danlu.db-wal": "x", "exp/danlu-runs/x/trial/out": "x",
		"exp/inside": "→../lib/model.py", "exp/outside": "→../../elsewhere", "exp/absolute": "→ROOT/lib",
		"third/party.py": "its own\n",
	})
	gitIn(t, filepath.Join(root, "third"), "init", "-q")
	gitIn(t, filepath.Join(root, "third"), "add", "-A")

	c := mustTake(t, filepath.Join(root, "exp"), filepath.Join(root, "exp", "danlu-runs", "x", "code"))
	want := map[string]string{
		".gitignore":   "data/\n*.pt\n.venv/\n__pycache__/\ndanlu-runs/\n",
		"lib/model.py": "width = 64\n", "exp/train.py": "x\n", "exp/run.sh": "!/bin/sh\n", "exp/new, in its way.py": "untracked\n",
		"third/party.py": "its own\n", "exp/inside": "→../lib/model.py",
		"exp/data": "→ROOT/exp/data", "exp/model.pt": "→ROOT/exp/model.pt", ".venv": "→ROOT/.venv",
		"exp/outside": "→ROOT/exp/outside", "exp/absolute": "→ROOT/exp/absolute",
	}
	if d := cmp.Diff(want, read(t, c.Root, root)); d != "" {
		t.Errorf("the copy (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]string{".venv", "exp/absolute", "exp/data", "exp/model.pt", "exp/outside"}, c.Linked); d != "" {
		t.Errorf("what is said to be linked (-want +got):\n%s", d)
	}
	if c.Dir != filepath.Join(c.Root, "exp") || c.Files != 7 {
		t.Errorf("starts in %s with %d files, want exp below %s, and 7", c.Dir, c.Files, c.Root)
	}
	if text, err := os.ReadFile(filepath.Join(c.Dir, "data", "b")); err != nil || string(text) != "2" {
		t.Errorf("data beside the program is %q, %v", text, err)
	}
}

func TestCopyWithoutGit(t *testing.T) {
	dir := tempDir(t)
	write(t, dir, map[string]string{
		"train.py": "x\n", "nets/cnn.py": "y\n", "data/big.bin": strings.Repeat("x", linkAbove+1), "data/small.csv": "1,2\n",
		"env/pyvenv.cfg": "", "env/lib/x.py": "", "conda/conda-meta/x.json": "", "node_modules/x.js": "",
		"danlu.db": "x", "danlu.db-wal": "x", "__pycache__/x.pyc": "x", "danlu-runs/x/y": "z",
	})
	into := filepath.Join(dir, "runs-of-mine")
	c := mustTake(t, dir, into)
	want := map[string]string{
		"train.py": "x\n", "nets/cnn.py": "y\n", "data/small.csv": "1,2\n", "data/big.bin": "→ROOT/data/big.bin",
		"env": "→ROOT/env", "conda": "→ROOT/conda", "node_modules": "→ROOT/node_modules",
	}
	if d := cmp.Diff(want, read(t, c.Root, dir)); d != "" {
		t.Errorf("the copy (-want +got):\n%s", d)
	}
	if c.Dir != c.Root {
		t.Errorf("starts in %s, want %s", c.Dir, c.Root)
	}
}

func TestSameCodeIsCopiedOnce(t *testing.T) {
	dir, into := tempDir(t), tempDir(t)
	write(t, dir, map[string]string{"train.py": "one\n", "run.sh": "!\n"})
	first := mustTake(t, dir, into)
	write(t, first.Root, map[string]string{"results/out.txt": "of a trial\n"})
	if again := mustTake(t, dir, into); again.Root != first.Root {
		t.Errorf("unchanged code is at %s and %s", first.Root, again.Root)
	}

	write(t, dir, map[string]string{"train.py": "two\n"})
	second := mustTake(t, dir, into)
	if second.Root == first.Root {
		t.Error("changed code is at the same place")
	}
	if text, _ := os.ReadFile(filepath.Join(first.Root, "train.py")); string(text) != "one\n" {
		t.Errorf("the first copy now has %q", text)
	}
	if err := os.Chmod(filepath.Join(dir, "run.sh"), 0o644); err != nil {
		t.Fatal(err)
	}
	if third := mustTake(t, dir, into); third.Root == second.Root {
		t.Error("a script that can't be executed any more is at the same place")
	}
}

// A trial may be running from a copy, so one that was tampered with is neither used
// nor removed.
func TestCopyThatWasChangedIsNotUsed(t *testing.T) {
	dir, into := tempDir(t), tempDir(t)
	write(t, dir, map[string]string{"train.py": "one\n"})
	first := mustTake(t, dir, into)
	path := filepath.Join(first.Root, "train.py")
	if err := errors.Join(os.Chmod(path, 0o644), os.WriteFile(path, []byte("two\n"), 0o644)); err != nil {
		t.Fatal(err)
	}
	again := mustTake(t, dir, into)
	if text, _ := os.ReadFile(filepath.Join(again.Root, "train.py")); string(text) != "one\n" {
		t.Errorf("the copy in %s has %q", again.Root, text)
	}
	if third := mustTake(t, dir, into); third.Root != again.Root {
		t.Errorf("then it is at %s, want %s", third.Root, again.Root)
	}
}

func TestFolderThatIsMoreThanCodeIsRefused(t *testing.T) {
	maxBytes, maxFiles = 1000, 4
	t.Cleanup(func() { maxBytes, maxFiles = 256<<20, 20_000 })
	tests := []struct {
		name string
		tree map[string]string
		says []string
	}{
		{"much", map[string]string{"train.py": "x", "data/big.bin": strings.Repeat("x", 2000)}, []string{"data/big.bin (2.0 KiB)", ".gitignore", "snapshot: false"}},
		{"many", map[string]string{"train.py": "", "a/1": "", "a/2": "", "a/3": "", "b/1": "", "b/2": ""}, []string{"6 files", "3 of them lie in a/"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir, into := tempDir(t), tempDir(t)
			write(t, dir, tt.tree)
			_, err := Take(t.Context(), dir, into)
			if !errors.Is(err, ErrTooBig) {
				t.Fatalf("got %v, want ErrTooBig", err)
			}
			for _, s := range tt.says {
				if !strings.Contains(err.Error(), s) {
					t.Errorf("%q does not say %q", err, s)
				}
			}
			nothingIn(t, into)
		})
	}
}

func TestCopyThatIsCutOffLeavesNothing(t *testing.T) {
	dir, into := tempDir(t), tempDir(t)
	write(t, dir, map[string]string{"train.py": "x\n"})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Take(ctx, dir, into); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want that it was cancelled", err)
	}
	nothingIn(t, into)

	write(t, into, map[string]string{unfinished + "123/train.py": "half of i"}) // the process was killed
	c := mustTake(t, dir, into)
	entries, err := os.ReadDir(into)
	if err != nil || len(entries) != 1 || entries[0].Name() != filepath.Base(c.Root) {
		t.Errorf("beside the copy there is %v, %v", entries, err)
	}
}

func nothingIn(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) > 0 {
		t.Errorf("%v, %v is left", entries, err)
	}
}

func TestCopyIsWhatWasThere(t *testing.T) {
	part := rapid.StringMatching(`[a-c][ é"'\-]?[a-c]?`)
	rapid.Check(t, func(t *rapid.T) {
		base, err := os.MkdirTemp("", "snapshot")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(base)
		if base, err = filepath.EvalSymlinks(base); err != nil {
			t.Fatal(err)
		}
		tree := map[string]string{}
		for range rapid.IntRange(0, 6).Draw(t, "files") {
			// Folders end in d and files in f, so that none is asked to be both.
			name := part.Draw(t, "name") + "f"
			for range rapid.IntRange(0, 2).Draw(t, "depth") {
				name = part.Draw(t, "folder") + "d/" + name
			}
			tree[name] = rapid.SampledFrom([]string{"", "!", "#", "one\n"}).Draw(t, "kind") + rapid.String().Draw(t, "text")
			if strings.HasPrefix(tree[name], "→") {
				tree[name] = ""
			}
		}
		dir := filepath.Join(base, "code")
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		write(t, dir, tree)
		c, err := Take(context.Background(), dir, filepath.Join(base, "into"))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(tree, read(t, c.Root, dir)); d != "" {
			t.Fatalf("the copy (-want +got):\n%s", d)
		}
	})
}
