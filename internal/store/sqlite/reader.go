package sqlite

import (
	"context"
	"fmt"
	"os"
)

// read lends f a connection to read with. Doing is for the error.
func (s *Store) read(ctx context.Context, doing string, f func(*conn) error) error {
	s.inUse.RLock()
	defer s.inUse.RUnlock()
	if s.closed {
		return fmt.Errorf("%s in store %s: %w", doing, s.path, os.ErrClosed)
	}
	err := s.readers.use(ctx, f)
	if err != nil && err == ctx.Err() {
		err = fmt.Errorf("%s in store %s: %w", doing, s.path, err)
	}
	return fault(s.path, doing, err)
}

// setReaders gives up the connections to read with for others: the one that is for
// all, or those with this query in their file: URI.
func (s *Store) setReaders(query string, forAll ...*conn) error {
	err := s.readers.close()
	if len(forAll) > 0 {
		s.readers = newPool(1, nil, forAll...)
		return err
	}
	s.query = query
	s.readers = newPool(readerCount, s.dialReader)
	return err
}

// dialReader opens one more connection to read with; nil and an error if it
// can't.
func (s *Store) dialReader() (*conn, error) { return s.dialAs(s.query) }

// dialAs opens a connection that waits for locks and takes nothing on trust.
func (s *Store) dialAs(query string) (*conn, error) {
	c, err := dial(s.path, query)
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
	s.inUse.RLock()
	defer s.inUse.RUnlock()
	if s.closed {
		return 0, fmt.Errorf("ask store %s for its version: %w", s.path, os.ErrClosed)
	}
	if s.alone {
		return s.commits.Load(), ctx.Err() // nobody else can write
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
