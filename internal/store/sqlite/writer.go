package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"

	sqlitedriver "modernc.org/sqlite"

	"github.com/danlu-ml/danlu/internal/store"
)

const (
	// maxGroup is the most writes that share a transaction.
	maxGroup = 256
	// The log ahead of the file is copied back when nothing waits and this many
	// pages may have been written, or at the latest after the second number.
	checkpointIdle, checkpointLate = 1000, 8000
)

// job is one write.
type job struct {
	// do checks first and writes after. An error of SQLite's undoes the whole
	// transaction, and do may then be called again in another; any other error is
	// a verdict, and means that nothing was written.
	do    func(*conn) error
	taken atomic.Bool // by who writes, or by a caller who gave up waiting
	done  chan error
}

// writing is the queue of jobs and who works on it. A caller that finds nobody at
// work commits its own job, without the cost of waking a goroutine; what has
// come in meanwhile is left to a goroutine, which commits all of it at once and
// goes on until nothing is left.
type writing struct {
	conn  *conn // nil where there is one connection for all, or none may write
	pages int   // written since the last checkpoint, roughly; for who is at work
	goers sync.WaitGroup

	mu   sync.Mutex // guards the rest
	jobs []*job
	busy bool // somebody is at work
}

// submit has one write done and waits for what came of it. Doing is for the
// error.
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
	w := &s.writing
	w.mu.Lock()
	w.jobs = append(w.jobs, j)
	mine := !w.busy
	w.busy = true
	w.mu.Unlock()
	if mine {
		s.commit(w.take())
		if w.pages >= checkpointIdle || !w.rest() {
			w.goers.Go(s.write)
		}
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

// take takes the jobs to do next, none if none are waiting.
func (w *writing) take() []*job {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := min(len(w.jobs), maxGroup)
	group := w.jobs[:n:n]
	w.jobs = w.jobs[n:]
	return group
}

// rest ends the work if there is none left, and reports whether it did.
func (w *writing) rest() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.jobs) == 0 {
		w.jobs, w.busy = nil, false
	}
	return !w.busy
}

// write works until nothing is left.
func (s *Store) write() {
	w := &s.writing
	for {
		switch group := w.take(); {
		case w.pages >= checkpointLate, len(group) == 0 && w.pages >= checkpointIdle:
			s.checkpoint()
			s.commit(group)
		case len(group) > 0:
			s.commit(group)
		case w.rest():
			return
		}
	}
}

// checkpoint copies the log ahead of the file back into it. It neither waits for
// readers nor makes them wait; what it can't copy now it copies the next time.
// Its errors come up again where they matter.
func (s *Store) checkpoint() {
	if c := s.writing.conn; c != nil {
		_, _, _ = c.number("PRAGMA wal_checkpoint(PASSIVE)")
	}
	s.writing.pages = 0
}

// commit does a group of jobs in one transaction and gives each its verdict. If
// the transaction fails, each is tried alone, so that one that can't be written
// does not spoil the others.
func (s *Store) commit(group []*job) {
	n := 0
	for _, j := range group {
		if j.taken.CompareAndSwap(false, true) {
			group[n] = j
			n++
		}
	}
	group = group[:n]
	verdicts, err := s.transact(group)
	for i, j := range group {
		switch {
		case err == nil:
			j.done <- verdicts[i]
		case len(group) == 1:
			j.done <- err
		default:
			alone, err := s.transact(group[i : i+1])
			j.done <- errors.Join(append(alone, err)...)
		}
	}
	s.writing.pages += 2 * len(group)
	s.commits.Add(1)
}

// transact does jobs in one transaction. An error means that nothing was written.
func (s *Store) transact(group []*job) (verdicts []error, err error) {
	if err := s.inPlace(); err != nil {
		return nil, err
	}
	if c := s.writing.conn; c != nil {
		return transact(c, group)
	}
	err = s.readers.use(context.Background(), func(c *conn) error {
		verdicts, err = transact(c, group)
		return err
	})
	return verdicts, err
}

// inPlace makes sure that what is written now is what others will find: SQLite
// goes on writing to a file that was removed.
func (s *Store) inPlace() error {
	now, err := os.Stat(s.path)
	if err != nil || !os.SameFile(s.file, now) {
		return fmt.Errorf("write to store %s: %w: the file was moved, removed or replaced while it was in use; put it back with those beside it, or start again", s.path, store.ErrDamaged)
	}
	return nil
}

// transact is Store.transact on a connection.
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
	s.writing.goers.Wait()
	errs := []error{s.readers.close()}
	if s.watching.c != nil {
		errs = append(errs, s.watching.c.close())
	}
	if s.writing.conn != nil {
		errs = append(errs, s.writing.conn.close())
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close store %s: %w", s.path, err)
	}
	return nil
}
