package sqlite

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"time"

	"github.com/danlu-ml/danlu/internal/store"
)

// mustFind is a study's id.
func mustFind(c *conn, name string) (int64, error) {
	id, ok, err := find(c, name)
	if err == nil && !ok {
		err = fmt.Errorf("study %s: %w; `danlu ls` lists those there are", name, store.ErrUnknownStudy)
	}
	return id, err
}

// Post implements [store.Store].
func (s *Store) Post(ctx context.Context, name, kind string, body json.RawMessage) (number int64, err error) {
	err = s.submit(ctx, "leave a request for the driver of study "+name, func(c *conn) error {
		id, err := mustFind(c, name)
		if err != nil {
			return err
		}
		var text any
		if body != nil {
			text = string(body)
		}
		number, err = c.insert("INSERT INTO request (study, at, kind, body) VALUES (?, ?, ?, ?)", id, time.Now().UnixNano(), kind, text)
		return err
	})
	if err != nil {
		return 0, err
	}
	return number, nil
}

// Requests implements [store.Store].
func (s *Store) Requests(ctx context.Context, name string) ([]store.Request, error) {
	var open []store.Request
	err := s.read(ctx, "list the requests for study "+name, func(c *conn) error {
		id, err := mustFind(c, name)
		if err != nil {
			return err
		}
		return c.query("SELECT id, at, kind, body FROM request WHERE study=? AND answered=0 ORDER BY id", func(v []driver.Value) error {
			r := store.Request{At: timeOf(v[1])}
			r.ID, _ = v[0].(int64)
			r.Kind, _ = v[2].(string)
			if text, ok := v[3].(string); ok {
				r.Body = json.RawMessage(text)
			}
			open = append(open, r)
			return nil
		}, id)
	})
	return open, err
}

// Answer implements [store.Store].
func (s *Store) Answer(ctx context.Context, name string, number int64) (a store.Answer, ok bool, err error) {
	err = s.read(ctx, "look for an answer of study "+name, func(c *conn) error {
		id, err := mustFind(c, name)
		if err != nil {
			return err
		}
		return c.query("SELECT text, error FROM request WHERE id=? AND study=? AND answered=1", func(v []driver.Value) error {
			a.ID, ok = number, true
			a.Text, _ = v[0].(string)
			a.Error, _ = v[1].(string)
			return nil
		}, number, id)
	})
	return a, ok, err
}

// Withdraw implements [store.Store].
func (s *Store) Withdraw(ctx context.Context, name string, number int64) (ok bool, err error) {
	err = s.submit(ctx, "withdraw a request for study "+name, func(c *conn) error {
		id, err := mustFind(c, name)
		if err != nil {
			return err
		}
		n, err := c.exec("DELETE FROM request WHERE id=? AND study=? AND answered=0", number, id)
		ok = n > 0
		return err
	})
	return ok && err == nil, err
}
