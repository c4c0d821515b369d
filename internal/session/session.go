// Package session is the right to write one study, and its engine: take the
// lease, replay the log, append what the engine says, give the lease back.
//
// The driver, the pipe, the library and the verbs that act without a driver all
// begin here.
package session

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/danlu-ml/danlu/internal/engine"
	"github.com/danlu-ml/danlu/internal/proctree"
	"github.com/danlu-ml/danlu/internal/spec"
	"github.com/danlu-ml/danlu/internal/store"
	"github.com/danlu-ml/danlu/internal/study"
)

// TTL is how long a lease lasts without being renewed. A driver renews it at a
// third of that.
const TTL = 30 * time.Second

// Session is one study, held for writing. It is not safe for concurrent use.
type Session struct {
	Engine *engine.Engine
	store  store.Store
	lease  store.Lease
}

// Me is this process as a holder of leases.
func Me(what string) store.Holder {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown host"
	}
	h := store.Holder{Host: host, PID: os.Getpid(), What: what}
	if id, err := proctree.Self(); err == nil {
		h.Boot, h.Started = id.Boot, id.Start
	}
	return h
}

// Open takes the lease on a study and replays its log. A study that does not
// exist yet is an empty session: see [Session.Begin]. The error is a
// [*store.HeldError] where somebody else runs it.
func Open(ctx context.Context, st store.Store, name string, h store.Holder, o engine.Options) (*Session, error) {
	lease, err := st.Acquire(ctx, name, h, TTL)
	if err != nil {
		return nil, err
	}
	s := &Session{Engine: engine.New(o), store: st, lease: lease}
	if err := s.replay(ctx, name); err != nil {
		return nil, errors.Join(err, s.Close(ctx))
	}
	return s, nil
}

func (s *Session) replay(ctx context.Context, name string) error {
	for ev, err := range s.store.Replay(ctx, name, 0) {
		if err == nil {
			err = s.Engine.Replay(ev)
		}
		if err != nil {
			return fmt.Errorf("read the log of study %s: %w", name, err)
		}
	}
	if s.Empty() {
		return nil
	}
	return s.Engine.Ready()
}

// Empty reports whether the study has not begun.
func (s *Session) Empty() bool { return s.Engine.View().Def == nil }

// Begin makes the study, or lets it go on under this definition: what changed is
// written to the log and returned, a sentence each. A change under which it can't
// go on is refused.
func (s *Session) Begin(ctx context.Context, def *study.Definition, p study.Provenance) (changes []string, err error) {
	if s.Empty() {
		if err := s.Engine.Create(def, p); err != nil {
			return nil, err
		}
		return nil, s.Commit(ctx)
	}
	v := s.Engine.View()
	changes, err = spec.Compatible(v.Def, def, len(v.Trials))
	if err != nil {
		return nil, err
	}
	c := study.Changed{What: changes}
	if len(changes) > 0 {
		c.Definition = def
	}
	if !v.Provenance.SameCode(p) || v.Provenance.Danlu != p.Danlu || v.Provenance.Host != p.Host {
		c.Provenance = &p
		if !v.Provenance.SameCode(p) {
			c.What = append(c.What, "the code has changed since the last run: "+p.CodeChange(v.Provenance))
		}
	}
	if v.Concluded != nil && v.Concluded.Reason == string(engine.Stopped) {
		c.What = append(c.What, "the study goes on after it was stopped")
	}
	if c.Definition == nil && c.Provenance == nil && len(c.What) == 0 {
		return nil, nil
	}
	if err := s.Engine.Change(c); err != nil {
		return nil, err
	}
	return c.What, s.Commit(ctx)
}

// Commit appends what the engine has produced, and answers to requests. Until it
// has returned nil, nothing may be done about them. After an error the session is
// of no more use: its engine knows what the log does not.
func (s *Session) Commit(ctx context.Context, answers ...store.Answer) error {
	after, events := s.Engine.Take()
	if len(events) == 0 && len(answers) == 0 {
		return nil
	}
	if err := s.store.Append(ctx, s.lease, after, events, answers...); err != nil {
		return fmt.Errorf("write the log of study %s: %w", s.lease.Study, err)
	}
	return nil
}

// Renew extends the lease.
func (s *Session) Renew(ctx context.Context) error { return s.store.Renew(ctx, s.lease, TTL) }

// Keep renews the lease until ctx ends, and returns an error as soon as it is
// lost. Unlike all else it may run beside other calls.
func (s *Session) Keep(ctx context.Context) error {
	ticker := time.NewTicker(TTL / 3)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			if err := s.Renew(ctx); err != nil && ctx.Err() == nil {
				return fmt.Errorf("keep the lease on study %s: %w", s.lease.Study, err)
			}
		}
	}
}

// Close gives the lease back.
func (s *Session) Close(ctx context.Context) error {
	return s.store.Release(context.WithoutCancel(ctx), s.lease)
}
