package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync/atomic"

	sqlitedriver "modernc.org/sqlite"
)

const (
	// maxGroup is the most writes that share a transaction.
	maxGroup = 256
	// The log ahead of the file is copied back when nothing waits and this many
	// pages may have been written, or at the latest after the second number.
	checkpointIdle, checkpointLate = 1000, 8000
)

// job is one write. The writing goroutine runs it inside a transaction it may
// share with others.
type job struct {
	// do checks first and writes after. An error of SQLite's undoes the whole
	// transaction, and do may then be called again in another; any other error is
	// a verdict, and means that nothing was written.
	do    func(*conn) error
	taken atomic.Bool // by the goroutine, or by a caller who gave up waiting
	done  chan error
}

// submit has the writing goroutine do one write and waits for what came of it.
// Doing is for the error.
func (s *Store) submit(ctx context.Context, doing string, do func(*conn) error) error {
	s.inUse.RLock()
	defer s.inUse.RUnlock()
	if s.closed {
		return fmt.Errorf("%s in store %s: %w", doing, s.path, os.ErrClosed)
	}
	if s.refusal != nil {
		return fmt.Errorf("%s: %w", doing, s.refusal)
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("%s in store %s: %w", doing, s.path, err)
	}
	j := &job{do: do, done: make(chan error, 1)}
	select {
	case s.jobs <- j:
	case <-ctx.Done():
		return fmt.Errorf("%s in store %s: %w", doing, s.path, ctx.Err())
	}
	select {
	case err := <-j.done:
		return fault(s.path, doing, err)
	case <-ctx.Done():
		if j.taken.CompareAndSwap(false, true) {
			return fmt.Errorf("%s in store %s: %w", doing, s.path, ctx.Err())
		}
		return fault(s.path, doing, <-j.done)
	}
}

// write is the writing goroutine. It commits what is waiting, all at once, until
// Close closes the channel.
func (s *Store) write() {
	defer close(s.ended)
	pages := 0 // written since the last checkpoint, roughly
	group := make([]*job, 0, maxGroup)
	for j := range s.jobs {
		group = append(group[:0], j)
		for len(group) < maxGroup && len(s.jobs) > 0 {
			group = append(group, <-s.jobs)
		}
		c := s.writer
		if c == nil {
			c = <-s.readers
		}
		s.commit(c, group)
		if pages += 2 * len(group); s.writer != nil && (pages >= checkpointLate || pages >= checkpointIdle && len(s.jobs) == 0) {
			// Passive: it neither waits for readers nor makes them wait. What it
			// can't copy now it copies the next time; errors come up again when
			// they matter.
			_, _, _ = c.number("PRAGMA wal_checkpoint(PASSIVE)")
			pages = 0
		}
		if s.writer == nil {
			s.readers <- c
		}
	}
}

// commit does a group of jobs in one transaction and gives each its verdict. If
// the transaction fails, each is tried alone, so that one that can't be written
// does not spoil the others.
func (s *Store) commit(c *conn, group []*job) {
	n := 0
	for _, j := range group {
		if j.taken.CompareAndSwap(false, true) {
			group[n] = j
			n++
		}
	}
	group = group[:n]
	verdicts, err := transact(c, group)
	for i, j := range group {
		switch {
		case err == nil:
			j.done <- verdicts[i]
		case len(group) == 1:
			j.done <- err
		default:
			alone, err := transact(c, group[i:i+1])
			j.done <- errors.Join(append(alone, err)...)
		}
	}
	s.commits.Add(1)
}

// transact does jobs in one transaction. An error means that nothing was written.
func transact(c *conn, group []*job) (verdicts []error, err error) {
	if _, err := c.exec("BEGIN IMMEDIATE"); err != nil {
		return nil, err
	}
	for _, j := range group {
		verdict := j.do(c)
		var fault *sqlitedriver.Error
		if errors.As(verdict, &fault) {
			_, _ = c.exec("ROLLBACK") // it may have rolled back by itself
			return nil, verdict
		}
		verdicts = append(verdicts, verdict)
	}
	if _, err := c.exec("COMMIT"); err != nil {
		_, _ = c.exec("ROLLBACK")
		return nil, err
	}
	return verdicts, nil
}

// Close implements [store.Store].
func (s *Store) Close() error {
	s.inUse.Lock()
	defer s.inUse.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	if s.jobs != nil {
		close(s.jobs)
	}
	<-s.ended
	var errs []error
	for range cap(s.readers) {
		if c := <-s.readers; c != nil {
			errs = append(errs, c.close())
		}
	}
	if s.watching.c != nil {
		errs = append(errs, s.watching.c.close())
	}
	if s.writer != nil {
		errs = append(errs, s.writer.close())
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close store %s: %w", s.path, err)
	}
	return nil
}
