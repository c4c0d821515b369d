package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"strings"

	sqlitedriver "modernc.org/sqlite"
)

// conn is one connection, used by one goroutine at a time. It speaks to the
// driver without database/sql, whose pool, locks and conversions would cost as
// much as a small append.
type conn struct {
	driver.Conn
	stmts map[string]driver.Stmt // by text, prepared once
	args  []driver.NamedValue
}

// dial opens a connection. Query is SQLite's own part of a file: URI, such as
// "mode=ro".
func dial(path, query string) (*conn, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	slashed := filepath.ToSlash(abs)
	if !strings.HasPrefix(slashed, "/") {
		slashed = "/" + slashed // a drive's letter
	}
	u := url.URL{Scheme: "file", Path: slashed, RawQuery: query}
	c, err := new(sqlitedriver.Driver).Open(u.String())
	if err != nil {
		return nil, err
	}
	return &conn{Conn: c, stmts: map[string]driver.Stmt{}}, nil
}

// prepare makes a statement ready, or finds it among those that are.
func (c *conn) prepare(sql string) (driver.Stmt, error) {
	if s, ok := c.stmts[sql]; ok {
		return s, nil
	}
	s, err := c.Prepare(sql)
	if err != nil {
		return nil, fmt.Errorf("%w, in: %s", err, sql)
	}
	c.stmts[sql] = s
	return s, nil
}

// bind fills the arguments, which are int64, float64, string, []byte or nil.
func (c *conn) bind(args []any) []driver.NamedValue {
	c.args = c.args[:0]
	for i, a := range args {
		c.args = append(c.args, driver.NamedValue{Ordinal: i + 1, Value: a})
	}
	return c.args
}

// exec runs one statement to its end and tells how many rows it changed.
func (c *conn) exec(sql string, args ...any) (int64, error) {
	s, err := c.prepare(sql)
	if err != nil {
		return 0, err
	}
	r, err := s.(driver.StmtExecContext).ExecContext(context.Background(), c.bind(args))
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// script runs statements that are not worth keeping.
func (c *conn) script(sql string) error {
	_, err := c.Conn.(driver.ExecerContext).ExecContext(context.Background(), sql, nil)
	return err
}

// query calls row for each row of the result. The slice is reused for the next;
// values are int64, float64, string, []byte or nil, and may be kept. Row must not
// use the same statement.
func (c *conn) query(sql string, row func([]driver.Value) error, args ...any) (err error) {
	s, err := c.prepare(sql)
	if err != nil {
		return err
	}
	rows, err := s.(driver.StmtQueryContext).QueryContext(context.Background(), c.bind(args))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	dest := make([]driver.Value, len(rows.Columns()))
	for {
		if err := rows.Next(dest); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		if err := row(dest); err != nil {
			return err
		}
	}
}

// number asks for one integer; ok is false if there is no row or it is NULL.
func (c *conn) number(sql string, args ...any) (n int64, ok bool, err error) {
	err = c.query(sql, func(v []driver.Value) error {
		n, ok = v[0].(int64)
		return nil
	}, args...)
	return n, ok, err
}

func (c *conn) close() error {
	var errs []error
	for _, s := range c.stmts {
		errs = append(errs, s.Close())
	}
	return errors.Join(append(errs, c.Conn.Close())...)
}

// text asks for one string.
func (c *conn) text(sql string) (t string, err error) {
	err = c.query(sql, func(v []driver.Value) error {
		t, _ = v[0].(string)
		return nil
	})
	return t, err
}

// insert runs one INSERT and returns the new row's number.
func (c *conn) insert(sql string, args ...any) (int64, error) {
	if _, err := c.exec(sql, args...); err != nil {
		return 0, err
	}
	id, _, err := c.number("SELECT last_insert_rowid()")
	return id, err
}
