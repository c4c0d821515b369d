package sqlite_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/danlu-ml/danlu/internal/store"
	"github.com/danlu-ml/danlu/internal/store/sqlite"
	"github.com/danlu-ml/danlu/internal/store/storetest"
)

func TestFileIsItsOwnersAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "with space, ü and %20?#.db")
	s := open(t, path, sqlite.Options{})
	defer func() { must(t, s.Close()) }()
	_, err := s.Acquire(t.Context(), "a", storetest.Me(t), time.Hour)
	must(t, err)
	for _, end := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(path + end)
		must(t, err)
		if mode := info.Mode().Perm(); mode != 0o600 {
			t.Errorf("%s has mode %o, want 600", filepath.Base(path+end), mode)
		}
	}
	if s.Mode() != "wal" {
		t.Errorf("Mode: %q, want wal", s.Mode())
	}
}

func TestEmptyFileBecomesAStore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "danlu.db")
	must(t, os.WriteFile(path, nil, 0o600))
	s := open(t, path, sqlite.Options{})
	defer func() { must(t, s.Close()) }()
	goOn(t, s, 0)
}

func TestReadingOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "danlu.db")
	if _, err := sqlite.Open(path, sqlite.Options{ReadOnly: true}); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("Open of a file that is not there: %v, want fs.ErrNotExist", err)
	}
	w := open(t, path, sqlite.Options{})
	defer func() { must(t, w.Close()) }()
	l, err := w.Acquire(t.Context(), "a", storetest.Me(t), time.Hour)
	must(t, err)
	must(t, w.Append(t.Context(), l, 0, remarks(1, 3)))
	r := open(t, path, sqlite.Options{ReadOnly: true})
	defer func() { must(t, r.Close()) }()
	before, err := r.Version(t.Context())
	must(t, err)
	must(t, w.Append(t.Context(), l, 3, remarks(4, 4)))
	if after, err := r.Version(t.Context()); err != nil || after == before {
		t.Errorf("Version: %d, %v after an append; want another than %d", after, err, before)
	}
	readsButRefuses(t, r, l, 4)
}

// readsButRefuses makes sure that the log can be read up to an event, and not
// written.
func readsButRefuses(t *testing.T, s *sqlite.Store, l store.Lease, last int64) {
	t.Helper()
	var got int64
	for e, err := range s.Replay(t.Context(), "a", 0) {
		must(t, err)
		got = e.Seq
	}
	if got != last {
		t.Errorf("the log ends at event %d, want %d", got, last)
	}
	_, acquire := s.Acquire(t.Context(), "b", storetest.Me(t), time.Hour)
	_, post := s.Post(t.Context(), "a", "stop", nil)
	for name, err := range map[string]error{"Acquire": acquire, "Post": post, "Append": s.Append(t.Context(), l, last, remarks(last+1, last+1))} {
		if !errors.Is(err, store.ErrFull) {
			t.Errorf("%s: %v, want ErrFull", name, err)
		}
	}
	if !strings.HasPrefix(s.Mode(), "read-only") {
		t.Errorf("Mode: %q, want read-only", s.Mode())
	}
}

// TestNetworkFileSystem: one process has the file to itself, without shared
// memory, and says so.
func TestNetworkFileSystem(t *testing.T) {
	path := filepath.Join(t.TempDir(), "danlu.db")
	var said bytes.Buffer
	o := sqlite.Options{
		Network: func(string) string { return "nfs" },
		Log:     slog.New(slog.NewTextHandler(&said, nil)),
		Wait:    50 * time.Millisecond,
	}
	must(t, open(t, path, sqlite.Options{}).Close()) // made on a local disk
	s := open(t, path, o)
	if !strings.Contains(s.Mode(), "exclusive") || !strings.Contains(s.Mode(), "nfs") {
		t.Errorf("Mode: %q, want it to tell of exclusive use on nfs", s.Mode())
	}
	if n := strings.Count(said.String(), "level=WARN"); n != 1 || !strings.Contains(said.String(), "nfs") {
		t.Errorf("the log says %q, want one warning about nfs", said.String())
	}
	l, err := s.Acquire(t.Context(), "a", storetest.Me(t), time.Hour)
	must(t, err)
	version, err := s.Version(t.Context())
	must(t, err)
	must(t, s.Append(t.Context(), l, 0, remarks(1, 1000)))
	if now, err := s.Version(t.Context()); err != nil || now == version {
		t.Errorf("Version: %d, %v after an append; want another than %d", now, err, version)
	}
	for e, err := range s.Replay(t.Context(), "a", 0) {
		must(t, err)
		if e.Seq%500 == 0 { // while reading
			must(t, s.Append(t.Context(), l, 1000+e.Seq/500-1, remarks(1000+e.Seq/500, 1000+e.Seq/500)))
		}
	}
	for _, end := range []string{"-wal", "-shm"} {
		if _, err := os.Stat(path + end); err == nil {
			t.Errorf("there is a file %s", filepath.Base(path+end))
		}
	}
	for name, other := range map[string]sqlite.Options{"as this one does": o, "as on a local disk": {Wait: 50 * time.Millisecond}} {
		_, err := sqlite.Open(path, other)
		if !errors.Is(err, store.ErrFull) || !strings.Contains(err.Error(), "another process") {
			t.Errorf("Open by another process, %s: %v; want ErrFull and the reason", name, err)
		}
	}
	must(t, s.Close())
	s = open(t, path, sqlite.Options{}) // moved back to a local disk
	defer func() { must(t, s.Close()) }()
	if wrong, err := s.Check(t.Context()); err != nil || len(wrong) > 0 {
		t.Errorf("Check: %v, %v", wrong, err)
	}
	infos, err := s.Studies(t.Context())
	if err != nil || len(infos) != 1 || infos[0].Seq != 1002 {
		t.Errorf("Studies: %v, %v; want one with 1002 events", infos, err)
	}
}

// TestFileTakenAway: SQLite would go on writing to a file nobody can find any
// more.
func TestFileTakenAway(t *testing.T) {
	for _, c := range []struct {
		name string
		take func(t *testing.T, path string)
	}{
		{"removed", func(t *testing.T, path string) { must(t, os.Remove(path)) }},
		{"replaced by another store", func(t *testing.T, path string) {
			must(t, open(t, path+"-other", sqlite.Options{}).Close())
			must(t, os.Rename(path+"-other", path))
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "danlu.db")
			s := open(t, path, sqlite.Options{})
			defer func() { _ = s.Close() }()
			l, err := s.Acquire(t.Context(), "a", storetest.Me(t), time.Hour)
			must(t, err)
			must(t, s.Append(t.Context(), l, 0, remarks(1, 3)))
			c.take(t, path)
			for name, err := range map[string]error{
				"Append": s.Append(t.Context(), l, 3, remarks(4, 4)), "Renew": s.Renew(t.Context(), l, time.Hour),
			} {
				if !errors.Is(err, store.ErrDamaged) {
					t.Errorf("%s: %v, want ErrDamaged", name, err)
					continue
				}
				threeParts(t, err, path)
			}
		})
	}
}

func TestOpenedByManyAtOnce(t *testing.T) {
	for range 5 {
		path := filepath.Join(t.TempDir(), "danlu.db")
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				s, err := sqlite.Open(path, sqlite.Options{})
				if err != nil {
					t.Errorf("Open: %v", err)
					return
				}
				if _, err := s.Acquire(t.Context(), fmt.Sprint(i), storetest.Me(t), time.Hour); err != nil {
					t.Errorf("Acquire: %v", err)
				}
				must(t, s.Close())
			})
		}
		wg.Wait()
	}
}
