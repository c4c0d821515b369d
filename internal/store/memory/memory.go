// Package memory keeps logs in memory: for `danlu pipe --memory`, for tests under
// virtual time and for simulations. It starts no goroutines, does no I/O and
// encodes nothing, so that an append costs about a microsecond; what it keeps is
// lost with the process.
//
// "Durable" here means that it outlives the handle it was written through: see
// [Store.Again].
//
// Start reading at [New].
package memory

import (
	"context"
	"fmt"
	"iter"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/danlu-ml/danlu/internal/store"
	"github.com/danlu-ml/danlu/internal/study"
)

// Options bend a store for tests. The zero value is an honest store.
type Options struct {
	// BeforeAppend is called before an append that would succeed. An error stops
	// it: nothing is written, and Append returns that error. nil: no call.
	BeforeAppend func(name string, after int64, events []study.Event) error
	// AfterAppend is called when the events are in the log. An error is returned
	// from Append all the same: a crash between the commit and the reply. nil: no
	// call.
	AfterAppend func(name string, after int64, events []study.Event) error
	// Dead says which holders are dead. nil means [store.Dead], which asks the
	// operating system.
	Dead func(store.Holder) bool
}

// Store is a handle on logs kept in memory.
type Store struct {
	shared *shared
	closed bool // guarded by shared.mu
}

// shared is what all handles have in common.
type shared struct {
	Options
	mu      sync.Mutex // guards all below, and the logs
	logs    []*log     // in the order of their creation
	byName  map[string]*log
	version int64
	fence   int64 // the last given
	request int64 // the last number given
}

// log is one study.
type log struct {
	name     string
	created  time.Time
	events   []study.Event // only ever appended to, so that readers need no copy
	lease    *lease        // nil while nobody has it
	requests []*request    // by ID
}

var _ store.Store = (*Store)(nil)

// New makes an empty store.
func New() *Store { return With(Options{}) }

// With makes an empty store with options.
func With(o Options) *Store {
	if o.Dead == nil {
		o.Dead = store.Dead
	}
	return &Store{shared: &shared{Options: o, byName: map[string]*log{}}}
}

// Again is another handle on the same logs, as another process would have it. It
// works also after s was closed.
func (s *Store) Again() *Store { return &Store{shared: s.shared} }

// lock takes the mutex and looks up a study, nil if there is none.
func (s *Store) lock(ctx context.Context, doing, name string) (*log, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("%s of study %s: %w", doing, name, err)
	}
	s.shared.mu.Lock()
	if s.closed {
		s.shared.mu.Unlock()
		return nil, fmt.Errorf("%s of study %s: %w", doing, name, os.ErrClosed)
	}
	return s.shared.byName[name], nil
}

func unknown(doing, name string) error {
	return fmt.Errorf("%s of study %s: %w; `danlu ls` lists those there are", doing, name, store.ErrUnknownStudy)
}

// Append implements [store.Store].
func (s *Store) Append(ctx context.Context, l store.Lease, after int64, events []study.Event, answers ...store.Answer) error {
	for i := range events {
		if events[i].Seq != after+1+int64(i) || events[i].Body == nil {
			return fmt.Errorf("append to the log of study %s: event %d of %d has number %d, or no body, where %d was due", l.Study, i+1, len(events), events[i].Seq, after+1+int64(i))
		}
	}
	if before := s.shared.BeforeAppend; before != nil {
		if _, err := s.writable(ctx, l, after); err != nil {
			return err
		}
		s.shared.mu.Unlock()
		if err := before(l.Study, after, events); err != nil {
			return err
		}
	}
	g, err := s.writable(ctx, l, after)
	if err != nil {
		return err
	}
	n := len(g.events)
	g.events = append(g.events, events...)
	for i := range g.events[n:] {
		if e := &g.events[n+i]; !e.Time.IsZero() {
			e.Time = e.Time.Round(0).UTC()
		}
	}
	for _, a := range answers {
		if r := g.request(a.ID); r != nil && r.answer == nil {
			r.answer = &a
		}
	}
	s.shared.version++
	s.shared.mu.Unlock()
	if afterwards := s.shared.AfterAppend; afterwards != nil {
		return afterwards(l.Study, after, events)
	}
	return nil
}

// writable finds the log that l may append to, if it ends at after. It holds the
// mutex when it returns no error.
func (s *Store) writable(ctx context.Context, l store.Lease, after int64) (*log, error) {
	g, err := s.held(ctx, "append to the log", l)
	if err == nil && int64(len(g.events)) != after {
		err = fmt.Errorf("append to the log of study %s after event %d: %w: it ends at event %d; read it again from there", l.Study, after, store.ErrConflict, len(g.events))
		s.shared.mu.Unlock()
	}
	return g, err
}

// Replay implements [store.Store].
func (s *Store) Replay(ctx context.Context, name string, after int64) iter.Seq2[study.Event, error] {
	return func(yield func(study.Event, error) bool) {
		g, err := s.lock(ctx, "read the log", name)
		if err != nil {
			yield(study.Event{}, err)
			return
		}
		if g == nil {
			s.shared.mu.Unlock()
			yield(study.Event{}, unknown("read the log", name))
			return
		}
		events := g.events
		s.shared.mu.Unlock()
		for i := max(after, 0); i < int64(len(events)); i++ {
			if err := ctx.Err(); err != nil {
				yield(study.Event{}, err)
				return
			}
			if !yield(events[i], nil) {
				return
			}
		}
	}
}

// Points implements [store.Store].
func (s *Store) Points(ctx context.Context, name string, trial study.TrialID) iter.Seq2[study.Points, error] {
	return func(yield func(study.Points, error) bool) {
		var all []study.Points
		for e, err := range s.Replay(ctx, name, 0) {
			if err != nil {
				yield(study.Points{}, err)
				return
			}
			if p, ok := e.Body.(study.Points); ok && p.Trial == trial && len(p.Rows) > 0 {
				all = append(all, p)
			}
		}
		slices.SortStableFunc(all, func(a, b study.Points) int { return a.Attempt - b.Attempt })
		for _, p := range all {
			if !yield(p, nil) {
				return
			}
		}
	}
}

// Version implements [store.Store].
func (s *Store) Version(ctx context.Context) (int64, error) {
	if _, err := s.lock(ctx, "ask for the version", ""); err != nil {
		return 0, err
	}
	defer s.shared.mu.Unlock()
	return s.shared.version, nil
}

// Check implements [store.Store].
func (s *Store) Check(ctx context.Context) ([]string, error) {
	if _, err := s.lock(ctx, "check", ""); err != nil {
		return nil, err
	}
	defer s.shared.mu.Unlock()
	var wrong []string
	for _, g := range s.shared.logs {
		for i, e := range g.events {
			if e.Seq != int64(i)+1 {
				wrong = append(wrong, fmt.Sprintf("study %s: event %d stands in place %d", g.name, e.Seq, i+1))
			}
		}
	}
	return wrong, nil
}

// Close implements [store.Store].
func (s *Store) Close() error {
	s.shared.mu.Lock()
	defer s.shared.mu.Unlock()
	s.closed = true
	return nil
}

// Studies implements [store.Store].
func (s *Store) Studies(ctx context.Context) ([]store.Info, error) {
	if _, err := s.lock(ctx, "list", "all"); err != nil {
		return nil, err
	}
	defer s.shared.mu.Unlock()
	infos := make([]store.Info, 0, len(s.shared.logs))
	for _, g := range s.shared.logs {
		info := store.Info{Study: g.name, Created: g.created, Seq: int64(len(g.events))}
		if l := g.lease; l != nil {
			h := l.holder
			info.Holder, info.Since, info.Expires = &h, l.since, l.expires
		}
		infos = append(infos, info)
	}
	return infos, nil
}

// remove forgets a study. The mutex is held.
func (s *shared) remove(g *log) {
	delete(s.byName, g.name)
	s.logs = slices.DeleteFunc(s.logs, func(o *log) bool { return o == g })
}
