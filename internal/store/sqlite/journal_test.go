package sqlite_test

import (
	databasesql "database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/danlu-ml/danlu/internal/store"
	"github.com/danlu-ml/danlu/internal/store/sqlite"
)

// TestMakingCutOffBeginsAnew: a process is killed while the first commit of a new
// store is on its way into the file, after each of its pages.
func TestMakingCutOffBeginsAnew(t *testing.T) {
	dir := t.TempDir()
	whole := filepath.Join(dir, "whole.db")
	must(t, open(t, whole, sqlite.Options{}).Close())
	overwrite("", 18, []byte{1, 1})(t, whole) // not in the mode of a log ahead of it yet
	made := read(t, whole)
	_, journal := cutOff(t, filepath.Join(dir, "empty.db"), "CREATE TABLE study (id)")
	// As it is once it is on the disk, before the file's first page is
	// (https://www.sqlite.org/fileformat2.html, section 3): there is no page to put back.
	copy(journal, "\xd9\xd5\x05\xf9\x20\xa1\x63\xd7\x00\x00\x00\x00")
	for pages := range len(made)/4096 + 1 {
		for _, o := range []sqlite.Options{{}, {Network: onNetwork}, {ReadOnly: true}} {
			t.Run(fmt.Sprintf("%d pages, network %t, only to read %t", pages, o.Network != nil, o.ReadOnly), func(t *testing.T) {
				path := filepath.Join(t.TempDir(), "danlu.db")
				must(t, os.WriteFile(path, made[:4096*pages], 0o600))
				must(t, os.WriteFile(path+"-journal", journal, 0o600))
				if o.ReadOnly {
					if _, err := sqlite.Open(path, o); !errors.Is(err, os.ErrNotExist) {
						t.Errorf("Open for reading: %v, want os.ErrNotExist", err)
					}
					o = sqlite.Options{}
				}
				s := open(t, path, o)
				defer func() { must(t, s.Close()) }()
				goOn(t, s, 0)
			})
		}
	}
}

// TestCommitCutOffIsUndone: on a network file system, a process is killed while a
// commit is half in the file.
func TestCommitCutOffIsUndone(t *testing.T) {
	put, l := halfCommitted(t)
	for _, o := range []sqlite.Options{{}, {ReadOnly: true}, {Network: onNetwork}, {Network: onNetwork, ReadOnly: true}} {
		t.Run(fmt.Sprintf("network %t, only to read %t", o.Network != nil, o.ReadOnly), func(t *testing.T) {
			s := open(t, put(t.TempDir()), o)
			defer func() { must(t, s.Close()) }()
			if wrong, err := s.Check(t.Context()); err != nil || len(wrong) > 0 {
				t.Errorf("Check: %v, %v", wrong, err)
			}
			if o.ReadOnly {
				readsButRefuses(t, s, l, 1000)
			} else {
				goOn(t, s, 1000)
			}
		})
	}
}

// halfCommitted makes a log of 1000 events and half of a commit that would spoil
// it, and returns what puts them into a folder.
func halfCommitted(t *testing.T) (put func(dir string) (path string), l store.Lease) {
	t.Helper()
	made := filepath.Join(t.TempDir(), "danlu.db")
	s := open(t, made, sqlite.Options{Network: onNetwork})
	l, err := s.Acquire(t.Context(), "a", dead(t), 1)
	must(t, err)
	must(t, s.Append(t.Context(), l, 0, remarks(1, 1000)))
	must(t, s.Close())
	file, journal := cutOff(t, made, "UPDATE log SET body='{'; DELETE FROM log WHERE place % 3 = 0")
	if string(file) == string(read(t, made)) {
		t.Fatal("nothing of the commit is in the file")
	}
	return func(dir string) string {
		path := filepath.Join(dir, "danlu.db")
		must(t, os.WriteFile(path, file, 0o600))
		must(t, os.WriteFile(path+"-journal", journal, 0o600))
		return path
	}, l
}

func onNetwork(string) string { return "nfs" }

// cutOff is what a process leaves, in the file and in the journal beside it, that
// is killed in the middle of a transaction whose pages no longer fit in memory.
func cutOff(t *testing.T, path, sql string) (file, journal []byte) {
	t.Helper()
	db, err := databasesql.Open("sqlite", path)
	must(t, err)
	defer func() { must(t, db.Close()) }()
	db.SetMaxOpenConns(1)
	_, err = db.Exec("PRAGMA journal_mode=DELETE; PRAGMA cache_size=1; BEGIN IMMEDIATE; " + sql)
	must(t, err)
	file, journal = read(t, path), read(t, path+"-journal")
	_, err = db.Exec("ROLLBACK")
	must(t, err)
	return file, journal
}
