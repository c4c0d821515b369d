package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"

	sqlitedriver "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/danlu-ml/danlu/internal/store"
)

// Check implements [store.Store]: SQLite's own integrity check, then that every
// log is without gaps and readable, and that nothing belongs to a study that is
// not there. It reads all there is.
func (s *Store) Check(ctx context.Context) ([]string, error) {
	var wrong []string
	note := func(v []driver.Value) error {
		if text, ok := v[0].(string); ok && text != "ok" {
			wrong = append(wrong, text)
		}
		return nil
	}
	type log struct {
		name string
		seq  int64
	}
	var logs []log
	err := s.read(ctx, "check the tables", func(c *conn) error {
		if err := c.query("PRAGMA integrity_check", note); err != nil {
			return err
		}
		for table, study := range map[string]string{"log": fmt.Sprintf("place >> %d", seqBits), "lease": "study", "request": "study"} {
			if err := c.query("SELECT DISTINCT 'table "+table+" has rows of a study that is not there, id ' || ("+study+") FROM "+table+" WHERE "+study+" NOT IN (SELECT id FROM study)", note); err != nil {
				return err
			}
		}
		return c.query("SELECT id, name FROM study ORDER BY id", func(v []driver.Value) (err error) {
			var l log
			id, _ := v[0].(int64)
			l.name, _ = v[1].(string)
			l.seq, err = lastSeq(c, id)
			logs = append(logs, l)
			return err
		})
	})
	if e := (*sqlitedriver.Error)(nil); errors.Is(err, store.ErrDamaged) || errors.As(err, &e) && e.Code() == sqlite3.SQLITE_ERROR {
		return append(wrong, err.Error()), nil // the second is a missing table
	}
	if err != nil {
		return wrong, err
	}
	for _, l := range logs {
		var last int64
		for e, err := range s.Replay(ctx, l.name, 0) {
			if errors.Is(err, store.ErrUnknownStudy) {
				last = l.seq // deleted meanwhile
				break
			}
			if err != nil && !errors.Is(err, store.ErrDamaged) {
				return wrong, err
			}
			if err != nil {
				wrong = append(wrong, fmt.Sprintf("study %s can be read up to event %d of %d: %v", l.name, last, l.seq, err))
				last = l.seq
				break
			}
			last = e.Seq
		}
		if last < l.seq {
			wrong = append(wrong, fmt.Sprintf("study %s ends at event %d and should end at %d", l.name, last, l.seq))
		}
	}
	return wrong, nil
}

// quickCheck asks SQLite whether the file is whole: every page in its place and
// well-formed. It takes some milliseconds for each megabyte.
func (s *Store) quickCheck(ctx context.Context) error {
	var wrong []string
	err := s.read(ctx, "check the file", func(c *conn) error {
		return c.query("PRAGMA quick_check(3)", func(v []driver.Value) error {
			if text, ok := v[0].(string); ok && text != "ok" {
				wrong = append(wrong, text)
			}
			return nil
		})
	})
	if err == nil && len(wrong) > 0 {
		err = fmt.Errorf("check store %s: %w: %s; make a copy of it, and run `danlu doctor` on the copy: it tells what can be saved", s.path, store.ErrDamaged, strings.Join(wrong, "; "))
	}
	return err
}
