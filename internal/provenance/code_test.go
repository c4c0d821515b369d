package provenance

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/danlu-ml/danlu/internal/study"
)

// folder is a training program in the making.
type folder struct {
	t   *testing.T
	dir string
}

// project is a small training program in a folder of its repository.
func project(t *testing.T) (folder, Options) {
	f := folder{t, t.TempDir()}
	f.write("lib/model.py", "width = 64\n")
	f.write("exp/train.py", "print('training')\n")
	f.write("exp/danlu.yaml", "name: x\n")
	f.write("exp/results.csv", "1,2\n")
	f.write("exp/train", "\x7fELF one")
	f.chmod("exp/train", 0o755)
	f.write(".gitignore", "exp/train\n*.tmp\n")
	dir := filepath.Join(f.dir, "exp")
	return f, Options{Dir: dir, File: filepath.Join(dir, "danlu.yaml"), Command: []string{"./train", "train.py", "{params}"}}
}

func (f folder) write(name, text string) {
	f.t.Helper()
	path := filepath.Join(f.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		f.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		f.t.Fatal(err)
	}
}

func (f folder) chmod(name string, mode os.FileMode) {
	f.t.Helper()
	if err := os.Chmod(filepath.Join(f.dir, name), mode); err != nil {
		f.t.Fatal(err)
	}
}

func (f folder) remove(name string) {
	f.t.Helper()
	if err := os.Remove(filepath.Join(f.dir, name)); err != nil {
		f.t.Fatal(err)
	}
}

func (f folder) git(args ...string) string {
	f.t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		f.t.Skip("git is not installed")
	}
	cmd := exec.Command("git", append([]string{
		"-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgSign=false", "-c", "init.defaultBranch=main",
	}, args...)...)
	cmd.Dir = f.dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_SYSTEM="+os.DevNull)
	out, err := cmd.CombinedOutput()
	if err != nil {
		f.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

func (f folder) commit() {
	f.t.Helper()
	f.git("add", "-A")
	f.git("commit", "-q", "-m", "a commit")
}

func quick(t *testing.T, o Options) study.Provenance {
	t.Helper()
	p, err := Quick(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// What may happen in a program's folder during a study, and whether it is another
// program then: with git, and without.
var happenings = []struct {
	name                string
	do                  func(f folder)
	versioned, unversed bool
}{
	{"nothing", func(folder) {}, false, false},
	{"the script is edited", func(f folder) { f.write("exp/train.py", "print('more')\n") }, true, true},
	{"a new source file", func(f folder) { f.write("exp/loss.py", "pass\n") }, true, true},
	{"a new source file in a package", func(f folder) { f.write("exp/nets/cnn.py", "pass\n") }, true, true},
	{"the script is removed", func(f folder) { f.remove("exp/train.py") }, true, true},
	{"the compiled program is made anew", func(f folder) { f.write("exp/train", "\x7fELF two") }, true, true},
	{"a setting beside the study's file", func(f folder) { f.write("exp/model.toml", "a = 1\n") }, true, true},
	{"a source elsewhere in the repository", func(f folder) { f.write("lib/model.py", "width = 128\n") }, true, false},
	{"a tracked file becomes executable", func(f folder) { f.chmod("lib/model.py", 0o755) }, true, false},

	{"the study's file is edited", func(f folder) { f.write("exp/danlu.yaml", "name: x\nbudget: {trials: 9}\n") }, false, false},
	{"danlu writes its store", func(f folder) { f.write("exp/danlu.db", "x"); f.write("exp/danlu.db-wal", "y") }, false, false},
	{"danlu copies code into its folders", func(f folder) { f.write("exp/danlu-runs/x/code/train.py", "x") }, false, false},
	{"the program logs", func(f folder) { f.write("exp/train.log", "x") }, false, false},
	{"the program saves a model", func(f folder) { f.write("exp/checkpoints/model.pt", "x") }, false, false},
	{"the program writes over a tracked result", func(f folder) { f.write("exp/results.csv", "3,4\n") }, false, false},
	{"a framework copies its settings", func(f folder) { f.write("exp/outputs/1/config.yaml", "x: 1\n") }, false, false},
	{"Python compiles", func(f folder) { f.write("exp/__pycache__/train.cpython-311.pyc", "x") }, false, false},
	{"a file that git ignores", func(f folder) { f.write("exp/a.tmp", "x") }, false, false},
	{"notes are written", func(f folder) { f.write("exp/notes.txt", "x") }, false, false},
}

func TestCodeChangesAreSeenInARepository(t *testing.T) {
	for _, h := range happenings {
		t.Run(h.name, func(t *testing.T) {
			f, o := project(t)
			f.git("init", "-q")
			f.commit()
			before := quick(t, o)
			h.do(f)
			if after := quick(t, o); after.SameCode(before) == h.versioned {
				t.Errorf("changed = %v, want %v:\n%s", !h.versioned, h.versioned, cmp.Diff(before, after))
			}
		})
	}
}

func TestCodeChangesAreSeenWithoutGit(t *testing.T) {
	for _, h := range happenings {
		t.Run(h.name, func(t *testing.T) {
			f, o := project(t)
			before := quick(t, o)
			h.do(f)
			if after := quick(t, o); after.SameCode(before) == h.unversed {
				t.Errorf("changed = %v, want %v:\n%s", !h.unversed, h.unversed, cmp.Diff(before, after))
			}
		})
	}
}

func TestCommitsAreNamed(t *testing.T) {
	f, o := project(t)
	f.git("init", "-q")
	if p := quick(t, o); p.Commit != "" || p.Dirty == "" {
		t.Errorf("before the first commit: %+v, want changes on no commit", p)
	}
	f.commit()
	p := quick(t, o)
	if head := strings.TrimSpace(f.git("rev-parse", "HEAD")); p.Commit != head || p.Dirty != "" || p.Diff != "" {
		t.Errorf("after it: %+v, want commit %s without changes", p, head)
	}
	f.write("exp/train.py", "print('more')\n")
	unstaged := quick(t, o)
	f.git("add", "-A")
	if staged := quick(t, o); !staged.SameCode(unstaged) {
		t.Error("git add makes it another program")
	}
	f.commit()
	if q := quick(t, o); q.SameCode(p) {
		t.Error("a later commit is the same program")
	}
}

func TestWorkCommittedAsItIsStaysTheSameProgram(t *testing.T) {
	f, o := project(t)
	f.git("init", "-q")
	f.write("exp/gone.py", "x\n")
	f.write("exp/tool.sh", "#!/bin/sh\n")
	f.commit()
	clean := quick(t, o)
	f.write("exp/train.py", "print('more')\n")
	f.write("exp/new.py", "x\n")
	f.write("exp/danlu.yaml", "name: y\n")
	f.write("exp/results.csv", "3,4\n")
	f.chmod("exp/tool.sh", 0o755)
	f.remove("exp/gone.py")
	dirty := quick(t, o)
	f.git("add", "exp/train.py")
	f.git("commit", "-q", "-m", "a part of it")
	if part := quick(t, o); !part.SameCode(dirty) || part.Dirty == "" {
		t.Errorf("a part was committed: %+v after %+v", part, dirty)
	}
	f.commit()
	all := quick(t, o)
	if !all.SameCode(dirty) || all.Dirty != "" {
		t.Errorf("all of it was committed: %+v after %+v", all, dirty)
	}
	if all.SameCode(clean) {
		t.Error("it is the program it was before the work")
	}
}

// A checkout of the commit with the patch applied must be the code that ran.
func TestDiffBringsTheCodeBack(t *testing.T) {
	f, o := project(t)
	f.git("init", "-q")
	f.write("exp/gone.py", "x\n")
	f.commit()
	f.write("exp/train.py", "print('more')\nprint('and more')\n")
	f.write("lib/model.py", "width = 1") // no newline at the end
	f.write("exp/new file.py", "a\n\nb\n")
	f.write("exp/unfinished.py", "a")
	f.write("exp/empty.py", "")
	f.write("exp/run.sh", "#!/bin/sh\n")
	f.chmod("exp/run.sh", 0o755)
	f.write("exp/breakpoint.py", "héhé\r\nx\n")
	f.remove("exp/gone.py")
	want := quick(t, o)

	again := folder{t, t.TempDir()}
	again.git("clone", "-q", f.dir, ".")
	again.write(".git/patch", want.Diff)
	again.git("apply", "--whitespace=nowarn", ".git/patch")
	o.Dir = filepath.Join(again.dir, "exp")
	o.File = filepath.Join(o.Dir, "danlu.yaml")
	got := quick(t, o)
	want.Files, got.Files = nil, nil // the compiled program is nobody's source
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("the patch does not make the code that ran (-ran +made):\n%s", d)
	}
}

func TestLargeDiffIsKnownByItsDigest(t *testing.T) {
	f, o := project(t)
	f.git("init", "-q")
	f.commit()
	f.write("exp/train.py", strings.Repeat("print('many lines')\n", 10_000))
	p := quick(t, o)
	if p.Diff != "" || p.Dirty == "" {
		t.Errorf("a diff of %d bytes and the digest %q; want no diff, and a digest", len(p.Diff), p.Dirty)
	}
}

func TestFilesStandForAProgramWithoutGit(t *testing.T) {
	f, o := project(t)
	f.write("elsewhere/tool.py", "x\n")
	f.write("elsewhere/beside.py", "x\n")
	f.write("exp/.hidden/x.py", "x\n")
	f.write("exp/.venv/lib/x.py", "x\n")
	tool := filepath.Join(f.dir, "elsewhere", "tool.py")
	o.Command = []string{"python", "train.py", tool}
	var got []string
	for name := range quick(t, o).Files {
		got = append(got, strings.Replace(name, f.dir, "DIR", 1))
	}
	want := []string{"train.py", "DIR/elsewhere/tool.py", "DIR/elsewhere/beside.py"}
	if d := cmp.Diff(want, got, sorted); d != "" {
		t.Errorf("files (-want +got):\n%s", d)
	}
}

// A git that does not answer is no sign that the code has lost its history.
func TestSilentGitIsUnknown(t *testing.T) {
	f, o := project(t)
	f.write("bin/git", "#!/bin/sh\nexec sleep 60\n")
	f.chmod("bin/git", 0o755)
	t.Setenv("PATH", filepath.Join(f.dir, "bin")+string(os.PathListSeparator)+os.Getenv("PATH"))
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if p, err := Quick(ctx, o); err == nil {
		t.Errorf("Quick says %+v, want an error", p)
	}
}

func TestRepositoryOfTheEnvironmentIsNotTaken(t *testing.T) {
	f, o := project(t)
	f.git("init", "-q")
	f.commit()
	want := quick(t, o)
	other := folder{t, t.TempDir()}
	other.git("init", "-q")
	o.Environ = append(os.Environ(), "GIT_DIR="+filepath.Join(other.dir, ".git"))
	if got := quick(t, o); !got.SameCode(want) {
		t.Errorf("got %s, want %s", got.Code(), want.Code())
	}
}

// BenchmarkQuick is what a look at the code costs a driver, twice a minute.
func BenchmarkQuick(b *testing.B) {
	dir, err := os.Getwd()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := Quick(b.Context(), Options{Dir: dir}); err != nil {
			b.Fatal(err)
		}
	}
}
