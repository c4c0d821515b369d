// Package danlu tunes the parameters of a function: spaces, studies, ask-and-tell
// and [Study.Optimize].
//
// It is the library form of the danlu command. A study kept in a file can be
// looked at with `danlu ls`, `danlu show` and `danlu best` while it runs, obeys
// `danlu stop` and `danlu enqueue`, and goes on where it was when the program is
// started again.
//
// Begin at [New] with a [Config], then [Study.Optimize]; where the loop is your own,
// [Study.Ask], [Trial.Report], and [Trial.Complete] or one of its kin.
//
// A training program that danlu starts as a process imports package trialio
// instead.
package danlu

import (
	"context"
	"errors"
	"sync"

	"github.com/danlu-ml/danlu/internal/engine"
	"github.com/danlu-ml/danlu/internal/session"
	"github.com/danlu-ml/danlu/internal/store"
	"github.com/danlu-ml/danlu/internal/store/memory"
	"github.com/danlu-ml/danlu/internal/store/sqlite"
	"github.com/danlu-ml/danlu/internal/study"
)

// Study is a search under way. Its methods may be called from several goroutines.
type Study struct {
	def   *study.Definition
	store store.Store
	// changes are what is another since the study last ran, a sentence each.
	changes []string

	mu      sync.Mutex // guards session and what its engine knows
	session *session.Session
	lost    error // why nothing can be written any more

	stop context.CancelFunc // ends what runs beside the study
	side sync.WaitGroup
}

// New makes a study, or goes on with the one of that name in the store: trials that
// ran when its last program ended are offered again first, with the numbers they
// had. It fails where another process runs it, and where the study there can't go
// on under this config, as with another space. Close it when done.
func New(ctx context.Context, c Config) (*Study, error) {
	def, err := c.definition()
	if err != nil {
		return nil, err
	}
	var st store.Store = memory.New()
	if c.Store != "" {
		if st, err = sqlite.Open(c.Store, sqlite.Options{}); err != nil {
			return nil, err
		}
	}
	s, err := open(ctx, st, def)
	if err != nil {
		return nil, errors.Join(err, st.Close())
	}
	return s, nil
}

func open(ctx context.Context, st store.Store, def *study.Definition) (*Study, error) {
	ses, err := session.Open(ctx, st, def.Name, session.Me("a Go program"), engine.Options{})
	if err != nil {
		return nil, err
	}
	s := &Study{def: def, session: ses, store: st}
	if s.changes, err = ses.Begin(ctx, def, study.Provenance{}); err != nil {
		return nil, errors.Join(err, ses.Close(ctx))
	}
	for _, t := range ses.Engine.View().Trials {
		if t.State == study.Running {
			ses.Engine.Requeue(t.ID, "it ran inside a program that is gone")
		}
	}
	if err := ses.Commit(ctx); err != nil {
		return nil, errors.Join(err, ses.Close(ctx))
	}
	beside, stop := context.WithCancel(context.Background())
	s.stop = stop
	s.side.Go(func() {
		if err := ses.Keep(beside); err != nil {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.lost = err
		}
	})
	s.side.Go(func() { s.listen(beside) })
	return s, nil
}

// Changes are what is another than when the study last ran, a sentence each: a
// budget, a range that grew. They are in the log.
func (s *Study) Changes() []string { return s.changes }

// Close gives the study back. Trials still running wait for the next time it is
// opened.
func (s *Study) Close() error {
	s.stop()
	s.side.Wait()
	return errors.Join(s.session.Close(context.Background()), s.store.Close())
}

// do lets f use the engine, and returns once what it said is in the log. A context
// that ends meanwhile does not keep it from getting there: an engine that knows
// what the log does not is of no more use.
func (s *Study) do(ctx context.Context, f func(*engine.Engine) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lost != nil {
		return s.lost
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	err := f(s.session.Engine)
	if failed := s.session.Commit(context.WithoutCancel(ctx)); failed != nil {
		s.lost = failed
		return failed
	}
	return err
}

// look lets f read what is known. It must keep nothing of the view.
func (s *Study) look(f func(*study.View)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(s.session.Engine.View())
}
