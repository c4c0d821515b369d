package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
)

// readerCount is how many connections read at once.
const readerCount = 4

// setReaders makes room for connections with this query in their file: URI, to be
// opened when they are needed, or gives the one that is for all.
func (s *Store) setReaders(query string, only ...*conn) error {
	err := s.closeReaders()
	s.query = query
	s.readers = make(chan *conn, readerCount)
	if len(only) > 0 {
		s.readers <- only[0]
		return err
	}
	for range readerCount {
		s.readers <- nil
	}
	return err
}

// closeReaders closes all connections to read with. Nobody uses one.
func (s *Store) closeReaders() error {
	var errs []error
	for len(s.readers) > 0 {
		if c := <-s.readers; c != nil {
			errs = append(errs, c.close())
		}
	}
	return errors.Join(errs...)
}

// read lends f a connection to read with. Doing is for the error.
func (s *Store) read(ctx context.Context, doing string, f func(*conn) error) error {
	s.inUse.RLock()
	defer s.inUse.RUnlock()
	if s.closed {
		return fmt.Errorf("%s in store %s: %w", doing, s.path, os.ErrClosed)
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("%s in store %s: %w", doing, s.path, err)
	}
	var c *conn
	select {
	case c = <-s.readers:
	case <-ctx.Done():
		return fmt.Errorf("%s in store %s: %w", doing, s.path, ctx.Err())
	}
	defer func() { s.readers <- c }()
	if c == nil {
		var err error
		if c, err = s.dialReader(); err != nil {
			return fault(s.path, doing, err)
		}
	}
	return fault(s.path, doing, f(c))
}

// dialReader opens one more connection to read with; nil and an error if it
// can't.
func (s *Store) dialReader() (*conn, error) {
	c, err := dial(s.path, s.query)
	if err != nil {
		return nil, err
	}
	if err := c.script(fmt.Sprintf("PRAGMA busy_timeout=%d; PRAGMA cell_size_check=ON; PRAGMA trusted_schema=OFF", s.options.Wait.Milliseconds())); err != nil {
		_ = c.close() // err is the one to tell
		return nil, err
	}
	return c, nil
}

// Version implements [store.Store]. It asks SQLite for its data version, which
// changes when another connection commits, and asks on a connection of its own
// that never does.
func (s *Store) Version(ctx context.Context) (int64, error) {
	if s.alone {
		return s.commits.Load(), ctx.Err() // nobody else can write
	}
	s.inUse.RLock()
	defer s.inUse.RUnlock()
	if s.closed {
		return 0, fmt.Errorf("ask store %s for its version: %w", s.path, os.ErrClosed)
	}
	w := &s.watching
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.c == nil {
		c, err := s.dialReader()
		if err != nil {
			return 0, fault(s.path, "ask for the version", err)
		}
		w.c = c
	}
	v, _, err := w.c.number("PRAGMA data_version")
	return v, fault(s.path, "ask for the version", err)
}
