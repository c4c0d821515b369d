package memory

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/danlu-ml/danlu/internal/store"
)

// lease is the lease on one study, held or expired.
type lease struct {
	fence          int64
	holder         store.Holder
	since, expires time.Time
}

// Acquire implements [store.Store].
func (s *Store) Acquire(ctx context.Context, name string, h store.Holder, ttl time.Duration) (store.Lease, error) {
	g, err := s.lock(ctx, "acquire the lease", name)
	if err != nil {
		return store.Lease{}, err
	}
	defer s.shared.mu.Unlock()
	now := now()
	if g == nil {
		g = &log{name: name, created: now}
		s.shared.logs = append(s.shared.logs, g)
		s.shared.byName[name] = g
	}
	if l := g.lease; l != nil && now.Before(l.expires) && !s.shared.Dead(l.holder) {
		return store.Lease{}, &store.HeldError{Study: name, Holder: l.holder, Since: l.since, Expires: l.expires}
	}
	s.shared.fence++
	s.shared.version++
	g.lease = &lease{fence: s.shared.fence, holder: h, since: now, expires: now.Add(ttl)}
	return store.Lease{Study: name, Fence: s.shared.fence, Holder: h}, nil
}

// held finds the study that l is the current lease of. It holds the mutex when it
// returns no error.
func (s *Store) held(ctx context.Context, doing string, l store.Lease) (*log, error) {
	g, err := s.lock(ctx, doing, l.Study)
	if err != nil {
		return nil, err
	}
	if g == nil || g.lease == nil || g.lease.fence != l.Fence {
		s.shared.mu.Unlock()
		return nil, fmt.Errorf("%s of study %s under lease %d: %w; `danlu ls` tells who runs it now", doing, l.Study, l.Fence, store.ErrFenced)
	}
	return g, nil
}

// Renew implements [store.Store].
func (s *Store) Renew(ctx context.Context, l store.Lease, ttl time.Duration) error {
	g, err := s.held(ctx, "renew the lease", l)
	if err != nil {
		return err
	}
	defer s.shared.mu.Unlock()
	g.lease.expires = now().Add(ttl)
	s.shared.version++
	return nil
}

// Release implements [store.Store].
func (s *Store) Release(ctx context.Context, l store.Lease) error {
	g, err := s.held(ctx, "release the lease", l)
	if errors.Is(err, store.ErrFenced) {
		return nil
	}
	if err != nil {
		return err
	}
	defer s.shared.mu.Unlock()
	g.lease = nil
	if len(g.events) == 0 {
		s.shared.remove(g)
	}
	s.shared.version++
	return nil
}

// Delete implements [store.Store].
func (s *Store) Delete(ctx context.Context, l store.Lease) error {
	g, err := s.held(ctx, "delete the log", l)
	if err != nil {
		return err
	}
	defer s.shared.mu.Unlock()
	s.shared.remove(g)
	s.shared.version++
	return nil
}

func now() time.Time { return time.Now().Round(0).UTC() }
