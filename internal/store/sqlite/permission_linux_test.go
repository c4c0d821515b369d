package sqlite_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/danlu-ml/danlu/internal/store"
	"github.com/danlu-ml/danlu/internal/store/sqlite"
	"github.com/danlu-ml/danlu/internal/store/storetest"
)

// TestWithoutPermissionToWrite: what can be read is read, and what can't says
// why.
func TestWithoutPermissionToWrite(t *testing.T) {
	for _, c := range []struct {
		name      string
		file, dir os.FileMode
		log       bool // the log ahead of the file is there, and not copied back
	}{
		{"file", 0o444, 0o777, false},
		{"file, with a log", 0o444, 0o777, true},
		{"folder", 0o666, 0o555, false},
		{"file and folder", 0o444, 0o555, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := openFolder(t)
			path := filepath.Join(dir, "danlu.db")
			s := open(t, path, sqlite.Options{})
			l, err := s.Acquire(t.Context(), "a", storetest.Me(t), time.Hour)
			must(t, err)
			must(t, s.Append(t.Context(), l, 0, remarks(1, 30)))
			if c.log {
				defer func() { must(t, s.Close()) }()
				must(t, os.Chmod(path+"-wal", c.file))
				must(t, os.Chmod(path+"-shm", 0o666))
			} else {
				must(t, s.Close())
			}
			must(t, os.Chmod(path, c.file))
			must(t, os.Chmod(dir, c.dir))
			defer func() { must(t, os.Chmod(dir, 0o777)) }()
			asNobody(t, func() {
				r, err := sqlite.Open(path, sqlite.Options{})
				if err != nil {
					t.Errorf("Open: %v, want it to read", err)
					return
				}
				readsButRefuses(t, r, l, 30)
				must(t, r.Close())
			})
		})
	}
	t.Run("folder, for a new store", func(t *testing.T) {
		dir := openFolder(t)
		must(t, os.Chmod(dir, 0o555))
		defer func() { must(t, os.Chmod(dir, 0o777)) }()
		asNobody(t, func() {
			path := filepath.Join(dir, "danlu.db")
			_, err := sqlite.Open(path, sqlite.Options{})
			if !errors.Is(err, store.ErrFull) {
				t.Errorf("Open: %v, want ErrFull", err)
				return
			}
			threeParts(t, err, path)
		})
	})
	t.Run("file and folder, with half a commit", func(t *testing.T) {
		dir := openFolder(t)
		put, _ := halfCommitted(t)
		path := put(dir)
		must(t, os.Chmod(path, 0o444))
		must(t, os.Chmod(path+"-journal", 0o444))
		must(t, os.Chmod(dir, 0o555))
		defer func() { must(t, os.Chmod(dir, 0o777)) }()
		asNobody(t, func() {
			for _, o := range []sqlite.Options{{}, {ReadOnly: true}} {
				_, err := sqlite.Open(path, o)
				if !errors.Is(err, store.ErrFull) {
					t.Errorf("Open, %+v: %v, want ErrFull: half a commit must not be read", o, err)
					return
				}
				threeParts(t, err, path)
			}
		})
	})
	t.Run("not even to read", func(t *testing.T) {
		path := filepath.Join(openFolder(t), "danlu.db")
		must(t, open(t, path, sqlite.Options{}).Close())
		must(t, os.Chmod(path, 0))
		asNobody(t, func() {
			_, err := sqlite.Open(path, sqlite.Options{})
			if !errors.Is(err, os.ErrPermission) {
				t.Errorf("Open: %v, want os.ErrPermission", err)
				return
			}
			threeParts(t, err, path)
		})
	})
}

// openFolder is a folder that anybody may enter and write.
func openFolder(t *testing.T) string {
	dir := t.TempDir()
	must(t, os.Chmod(filepath.Dir(dir), 0o755))
	must(t, os.Chmod(dir, 0o777))
	return dir
}

// asNobody calls f as a user whom permissions bind; root is one they don't.
func asNobody(t *testing.T, f func()) {
	t.Helper()
	if os.Geteuid() != 0 {
		f()
		return
	}
	const nobody = 65534
	runtime.LockOSThread() // the user is the thread's
	defer runtime.UnlockOSThread()
	if _, err := unix.SetfsuidRetUid(nobody); err != nil {
		t.Skipf("become an ordinary user: %v", err)
	}
	defer func() {
		if _, err := unix.SetfsuidRetUid(0); err != nil {
			panic(err) // the thread must not go back to others like this
		}
	}()
	f()
}
