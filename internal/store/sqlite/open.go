package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"

	sqlitedriver "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/danlu-ml/danlu/internal/store"
)

// lockByFile asks once for locks that belong to the open file, not to the
// process: so closing another descriptor of the store does not drop them. Where
// there are none SQLite takes the others.
var lockByFile = sync.OnceFunc(func() { _, _ = sqlitedriver.OFDLocking(true) })

// open looks at a file that is there with connections that can't change it, and
// opens the one that writes if all is well. In a rollback journal there is
// nothing to be copied back by closing, so that there the order does not matter.
func (s *Store) open() error {
	fresh, err := probe(s.path)
	if err == nil && !fresh && fileSize(s.path+"-journal") > 0 {
		if err = s.undo(); err == nil {
			fresh, err = probe(s.path)
		}
	}
	if err != nil {
		return err
	}
	if fresh && s.options.ReadOnly {
		return fmt.Errorf("open store %s for reading: %w; check the name given with --store, or run `danlu tune` to begin one", s.path, fs.ErrNotExist)
	}
	if s.options.ReadOnly {
		s.refusal = fmt.Errorf("write to store %s: %w: it was opened for reading only", s.path, store.ErrFull)
		return s.openForReading()
	}
	if fresh {
		return s.openForWriting(fresh)
	}
	if s.network != "" {
		if err := s.openForWriting(fresh); err != nil {
			return err
		}
		return s.look()
	}
	if err := s.openForReading(); err != nil {
		return err
	}
	if err := s.look(); err != nil {
		return err
	}
	err = s.openForWriting(fresh)
	if refused(err) {
		s.refusal = err
		s.options.Log.Warn("the store can only be read", "store", s.path, "reason", err)
		return nil
	}
	return err
}

// undo takes back the half of a commit that a process left when it was killed
// while it wrote into the file itself: when it made the store, or on a network
// file system. Only a connection that may write can do it, even if all that is
// wanted is to read. Where the process is alive it changes nothing.
func (s *Store) undo() error {
	const doing = "undo what was left half written"
	c, err := s.dialAs("mode=rw")
	if err != nil {
		return fault(s.path, doing, err)
	}
	_, _, err = c.number("PRAGMA user_version") // which is the first to be read
	return fault(s.path, doing, errors.Join(err, c.close()))
}

// openForWriting opens the connection that writes, and makes room for readers.
func (s *Store) openForWriting(fresh bool) error {
	if fresh {
		f, err := os.OpenFile(s.path, os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			return fmt.Errorf("make store %s: %w: %w; check the folder, or choose another file with --store", s.path, store.ErrFull, err)
		}
		if err := f.Close(); err != nil {
			return fmt.Errorf("make store %s: %w", s.path, err)
		}
	}
	c, err := dial(s.path, "")
	if err != nil {
		return fault(s.path, "open the database", err)
	}
	if err := s.prepare(c); err != nil {
		_ = c.close() // err is the one to tell
		return fault(s.path, "prepare the database", err)
	}
	if s.file, err = os.Stat(s.path); err != nil {
		_ = c.close() // err is the one to tell
		return fmt.Errorf("open store %s: %w; it was removed meanwhile", s.path, err)
	}
	if s.alone {
		return s.setReaders("", c)
	}
	s.writing.conn = c
	return s.setReaders("mode=ro")
}

// prepare sets up the writing connection, beside readers on a local disk and
// alone elsewhere, and brings the schema up to date. The schema comes before the
// log ahead of the file, so that a new file says from the start what it is.
func (s *Store) prepare(c *conn) error {
	if ro, err := c.Conn.(interface{ IsReadOnly(string) (bool, error) }).IsReadOnly("main"); err != nil {
		return err
	} else if ro {
		return fmt.Errorf("write to store %s: %w: it may only be read; check who may write it, or choose another with --store", s.path, store.ErrFull)
	}
	alone, locking := s.network, "NORMAL"
	if alone != "" {
		locking = "EXCLUSIVE" // before anything is read, or shared memory is used
	}
	if err := c.script(fmt.Sprintf("PRAGMA busy_timeout=%d; PRAGMA locking_mode=%s; PRAGMA synchronous=FULL; PRAGMA cache_size=-8192; PRAGMA temp_store=MEMORY; PRAGMA cell_size_check=ON; PRAGMA trusted_schema=OFF", s.options.Wait.Milliseconds(), locking)); err != nil {
		return err
	}
	if alone == "" {
		if err := migrate(c); err != nil {
			return err
		}
		mode, err := c.text("PRAGMA journal_mode=WAL")
		if err != nil {
			return err
		}
		if mode == "wal" {
			s.mode = mode
			return c.script("PRAGMA wal_autocheckpoint=0; PRAGMA journal_size_limit=67108864")
		}
		alone = "a file system without shared memory"
	}
	s.alone = true
	s.mode = fmt.Sprintf("exclusive, rollback journal (%s)", alone)
	s.options.Log.Warn("the store is not on a local disk: only this process can have it open, and commits are slower", "store", s.path, "file_system", alone)
	if err := c.script("PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=TRUNCATE; BEGIN EXCLUSIVE; COMMIT"); err != nil {
		return fault(s.path, "take the file, which only one process can have on "+alone+",", err)
	}
	return migrate(c)
}

// openForReading sets up connections that can't write. It touches the file for the
// first time, and refuses one of a later version.
func (s *Store) openForReading() error {
	s.mode = "read-only"
	query := "mode=ro"
	try := func() error {
		s.query = query
		c, err := s.dialReader()
		if err == nil {
			var version int64
			version, _, err = c.number("PRAGMA user_version")
			if err == nil && version > int64(len(migrations)) {
				err = newer(s.path, version)
			}
			err = errors.Join(err, c.close())
		}
		return err
	}
	err := try()
	if refused(fault(s.path, "", err)) && fileSize(s.path+"-wal") == 0 && fileSize(s.path+"-journal") == 0 {
		// The log's index can't be made beside it, and there is no log, nor a
		// journal without which the file is half of a commit.
		query = "immutable=1"
		err = try()
	}
	if err != nil {
		return fault(s.path, "open the database for reading", err)
	}
	return s.setReaders(query)
}

// refused reports whether err says that the file or its folder may not be
// written, though perhaps read.
func refused(err error) bool {
	var e *sqlitedriver.Error
	if !errors.As(err, &e) {
		return errors.Is(err, store.ErrFull)
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
		return true
	}
	return false
}

// busy reports whether err says that another process has the file locked. SQLite
// waits for locks itself, but not where the first to come or the last to go is
// setting up or clearing away.
func busy(err error) bool {
	var e *sqlitedriver.Error
	return errors.As(err, &e) && e.Code()&0xff == sqlite3.SQLITE_BUSY
}

// smallFile is the size up to which a file is checked whole whenever it is
// opened: about 10 ms.
const smallFile = 1 << 20

// look makes sure that the tables are there, that the end of each log can be read,
// and that a small file is whole. A large one is checked when somebody takes
// it over from a holder who did not give it back, and by Check.
func (s *Store) look() error {
	err := s.read(context.Background(), "look at the tables", func(c *conn) error {
		_, _, err := c.number("SELECT 1 FROM study, lease, log, request LIMIT 0")
		if e := (*sqlitedriver.Error)(nil); errors.As(err, &e) && e.Code() == sqlite3.SQLITE_ERROR {
			err = fmt.Errorf("open store %s: %w: a table is missing (%w); restore it from a copy", s.path, store.ErrDamaged, err)
		}
		if err != nil {
			return err
		}
		return c.query("SELECT id, name FROM study", func(v []driver.Value) error {
			_, err := lastRow(c, v[0].(int64))
			if err != nil {
				err = fmt.Errorf("open store %s: the end of the log of study %s: %w", s.path, v[1], err)
			}
			return err
		})
	})
	if err == nil && fileSize(s.path) <= smallFile {
		err = s.quickCheck(context.Background())
	}
	return err
}
