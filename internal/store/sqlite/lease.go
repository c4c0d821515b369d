package sqlite

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/danlu-ml/danlu/internal/store"
)

// find is a study's id; ok is false if there is none of that name.
func find(c *conn, name string) (id int64, ok bool, err error) {
	return c.number("SELECT id FROM study WHERE name=?", name)
}

// held is the id of the study that l is the current lease of, and its last event.
func held(c *conn, l store.Lease) (id, last int64, err error) {
	err = c.query("SELECT study, (SELECT place FROM log WHERE place > lease.study << 40 AND place < lease.study + 1 << 40 ORDER BY place DESC LIMIT 1) FROM lease WHERE fence=? AND study=(SELECT id FROM study WHERE name=?)",
		func(v []driver.Value) error {
			id, _ = v[0].(int64)
			last, _ = v[1].(int64)
			return nil
		}, l.Fence, l.Study)
	if err == nil && id == 0 {
		err = fmt.Errorf("write to study %s under lease %d: %w; `danlu ls` tells who runs it now", l.Study, l.Fence, store.ErrFenced)
	}
	return id, seqOf(last), err
}

// Acquire implements [store.Store]. After a holder that did not give its lease
// back, the file is checked before anybody goes on with it.
func (s *Store) Acquire(ctx context.Context, name string, h store.Holder, ttl time.Duration) (store.Lease, error) {
	lease := store.Lease{Study: name, Holder: h}
	text, err := json.Marshal(h)
	if err != nil {
		return store.Lease{}, err
	}
	replaced := false
	err = s.submit(ctx, "acquire the lease on study "+name, func(c *conn) error {
		replaced = false
		now := time.Now()
		id, ok, err := find(c, name)
		if err != nil {
			return err
		}
		if ok {
			if replaced, err = s.vacate(c, name, id, now); err != nil {
				return err
			}
		} else if id, err = c.insert("INSERT INTO study (name, created) VALUES (?, ?)", name, now.UnixNano()); err != nil {
			return err
		}
		lease.Fence, err = c.insert("INSERT INTO lease (study, holder, since, expires) VALUES (?, ?, ?, ?)",
			id, string(text), now.UnixNano(), now.Add(ttl).UnixNano())
		return err
	})
	if err != nil {
		return store.Lease{}, err
	}
	if replaced {
		if err := s.quickCheck(ctx); err != nil {
			return store.Lease{}, errors.Join(err, s.Release(context.WithoutCancel(ctx), lease))
		}
	}
	return lease, nil
}

// vacate removes the lease on a study if its holder has no right to it any more,
// and tells whether there was one.
func (s *Store) vacate(c *conn, name string, id int64, now time.Time) (replaced bool, err error) {
	old, ok, err := leaseOf(c, name, id)
	if err != nil || !ok {
		return false, err
	}
	if now.Before(old.Expires) && !s.options.Dead(old.Holder) {
		return false, &old
	}
	_, err = c.exec("DELETE FROM lease WHERE study=?", id)
	return true, err
}

// leaseOf is the lease on a study, in the form of the error that tells of it.
func leaseOf(c *conn, name string, id int64) (l store.HeldError, ok bool, err error) {
	err = c.query("SELECT holder, since, expires FROM lease WHERE study=?", func(v []driver.Value) error {
		text, _ := v[0].(string)
		l, ok = store.HeldError{Study: name, Since: timeOf(v[1]), Expires: timeOf(v[2])}, true
		return json.Unmarshal([]byte(text), &l.Holder)
	}, id)
	return l, ok, err
}

// Renew implements [store.Store].
func (s *Store) Renew(ctx context.Context, l store.Lease, ttl time.Duration) error {
	return s.submit(ctx, "renew the lease on study "+l.Study, func(c *conn) error {
		if _, _, err := held(c, l); err != nil {
			return err
		}
		_, err := c.exec("UPDATE lease SET expires=? WHERE fence=?", time.Now().Add(ttl).UnixNano(), l.Fence)
		return err
	})
}

// Release implements [store.Store].
func (s *Store) Release(ctx context.Context, l store.Lease) error {
	err := s.submit(ctx, "release the lease on study "+l.Study, func(c *conn) error {
		id, last, err := held(c, l)
		if err != nil {
			return err
		}
		if _, err := c.exec("DELETE FROM lease WHERE fence=?", l.Fence); err != nil || last > 0 {
			return err
		}
		return remove(c, id)
	})
	if errors.Is(err, store.ErrFenced) {
		return nil
	}
	return err
}

// Delete implements [store.Store].
func (s *Store) Delete(ctx context.Context, l store.Lease) error {
	return s.submit(ctx, "delete study "+l.Study, func(c *conn) error {
		id, _, err := held(c, l)
		if err != nil {
			return err
		}
		return remove(c, id)
	})
}

// remove deletes a study with all that belongs to it.
func remove(c *conn, id int64) error {
	if _, err := c.exec("DELETE FROM log WHERE place>=? AND place<?", place(id, 0), place(id+1, 0)); err != nil {
		return err
	}
	for _, sql := range []string{
		"DELETE FROM request WHERE study=?",
		"DELETE FROM lease WHERE study=?", "DELETE FROM study WHERE id=?",
	} {
		if _, err := c.exec(sql, id); err != nil {
			return err
		}
	}
	return nil
}
