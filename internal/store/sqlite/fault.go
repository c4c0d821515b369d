package sqlite

import (
	"errors"
	"fmt"

	sqlitedriver "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/danlu-ml/danlu/internal/store"
)

// fault is an error of SQLite's in three parts: what was being done with which
// file, what went wrong, what to do. It wraps the sentinel a caller can test for.
// An error that has a sentinel already, or is not SQLite's, passes unchanged.
func fault(path, doing string, err error) error {
	var e *sqlitedriver.Error
	if !errors.As(err, &e) || errors.Is(err, store.ErrFull) || errors.Is(err, store.ErrDamaged) {
		return err
	}
	advice, sentinel := diagnose(e.Code())
	if sentinel == nil {
		return fmt.Errorf("%s in store %s: %w", doing, path, err)
	}
	return fmt.Errorf("%s in store %s: %w: %w; %s", doing, path, sentinel, err, advice)
}

// diagnose finds what an extended result code of SQLite's means to us: nil where
// it means nothing in particular.
func diagnose(code int) (advice string, sentinel error) {
	const keep = "keep the file and those beside it with -wal and -shm as they are, make a copy, and run `danlu doctor` on the copy: it tells what can be saved"
	switch code & 0xff {
	case sqlite3.SQLITE_FULL:
		return "nothing was written: free some space on that disk, then go on", store.ErrFull
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_AUTH:
		return "nothing was written: check who may write the file and its folder, or choose another with --store", store.ErrFull
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return "nothing was written: another process keeps it locked; end that one, then go on", store.ErrFull
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return keep, store.ErrDamaged
	case sqlite3.SQLITE_IOERR:
		switch code {
		case sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ, sqlite3.SQLITE_IOERR_CORRUPTFS, sqlite3.SQLITE_IOERR_DATA:
			return keep, store.ErrDamaged
		}
		return "nothing was written: the disk refused it; see the system's log (dmesg) for the reason, then go on", store.ErrFull
	}
	return "", nil
}
