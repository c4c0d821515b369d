// Package runner drives a study: the one place where things happen at once.
//
// It is a loop of three steps. It gathers what happened (reports, exits, requests,
// signals, the clock), lets the engine turn that into events, appends them to the
// log, and only then acts: answers reports, starts and ends attempts. A crash
// between appending and acting is repaired by acting again: see recover.go.
//
// Everything with a clock or a goroutine is in this package; everything that
// decides is in package engine.
//
// Start reading at [Runner.Run].
package runner

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/danlu-ml/danlu/internal/engine"
	"github.com/danlu-ml/danlu/internal/executor"
	"github.com/danlu-ml/danlu/internal/inbox"
	"github.com/danlu-ml/danlu/internal/session"
	"github.com/danlu-ml/danlu/internal/store"
	"github.com/danlu-ml/danlu/internal/study"
)

// Signal is a person's wish to leave.
type Signal int

// The ways to leave, each stronger than the one before.
const (
	Drain Signal = iota + 1 // start nothing more, let running trials end
	Abort                   // end running trials; they wait to be started again
	Leave                   // leave running trials to themselves; a later driver takes them up
)

// Config is what a runner needs.
type Config struct {
	Session  *session.Session // begun
	Store    store.Store      // for requests
	Executor executor.Executor
	// RunsDir is the folder of the study's trials, absolute; empty for executors
	// without files.
	RunsDir string
	// Environ is what trials inherit; nil: the process's own.
	Environ []string
	// WorkDir is where trials start; empty: the definition's folder.
	WorkDir string
	// Listen makes reports arrive over HTTP too.
	Listen bool
	// Signals brings wishes to leave; nil: none.
	Signals <-chan Signal
	// Observe is told every batch of events once it is durable, and at least
	// once a second besides, with no events. It runs in the loop: be quick, and
	// do not keep the view.
	Observe func(v *study.View, events []study.Event)
	// Code looks at the program's version now and then; nil: never.
	Code func(ctx context.Context) (study.Provenance, error)
	Log  *slog.Logger // nil: discards
}

// Result is why a run came to an end.
type Result struct {
	Reason engine.Reason
	Why    string // for people
	// Interrupted: a person left before the study's end; it can go on.
	Interrupted bool
}

// Runner drives one study once.
type Runner struct {
	Config
	engine *engine.Engine
	server *inbox.Server
	in     chan message
	done   chan struct{}
	code   chan study.Provenance // when it has changed
	jobs   map[study.TrialID]*job
	slots  int
	leave  Signal

	next        pending   // to be done after the next append
	version     int64     // the store's, when requests were last looked for
	submitFails int       // in a row
	submitErr   error     // the last of them
	noSubmit    time.Time // until when nothing is started, after a failure to
	killAt      time.Time // when an abort loses patience
	ticks       int
	urgent      bool // some trial may have to be ended: see urge
	despaired   bool // it was said that the study is hopeless
}

// tick is how often the clock is looked at: spools, requests, patience.
const tick = 200 * time.Millisecond

// New makes a runner. It does nothing yet, but may be reported to: reports wait
// for Run.
func New(c Config) *Runner {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Environ == nil {
		c.Environ = os.Environ()
	}
	return &Runner{
		Config: c, engine: c.Session.Engine,
		in: make(chan message, 256), done: make(chan struct{}), code: make(chan study.Provenance),
		jobs: map[study.TrialID]*job{}, version: -1,
	}
}

// Run drives the study to its end, or until a signal or an error. With an error
// the attempts that can go on do so, and what they report waits in their spools;
// a later run takes it up.
func (r *Runner) Run(ctx context.Context) (Result, error) {
	defer close(r.done)
	if err := r.open(ctx); err != nil {
		return Result{}, err
	}
	defer r.close()
	if r.Code != nil {
		watching, stop := context.WithCancel(ctx)
		var wg sync.WaitGroup
		known := r.engine.View().Provenance
		wg.Go(func() { r.watchCode(watching, known) })
		defer wg.Wait()
		defer stop()
	}
	if err := r.recover(ctx); err != nil {
		return Result{}, err
	}
	return r.loop(ctx)
}

func (r *Runner) open(ctx context.Context) error {
	def := r.engine.View().Def
	c, err := r.Executor.Capacity(ctx, executor.Resources(def.Resources))
	if err != nil {
		return fmt.Errorf("look how many trials fit: %w", err)
	}
	r.slots = c.Slots
	if def.Parallel > 0 {
		r.slots = def.Parallel
	}
	if r.slots < 1 {
		return fmt.Errorf("no trial fits here (%s): let a trial ask for less", c.Why)
	}
	if r.WorkDir == "" {
		r.WorkDir = def.Dir
	}
	if r.Listen {
		if r.server, err = inbox.Listen(inbox.Config{Sink: r, Study: def.Name, Log: r.Log}); err != nil {
			return fmt.Errorf("listen for reports: %w", err)
		}
	}
	return nil
}

// close stops listening. Reports that arrive from now on go to the spools.
func (r *Runner) close() {
	if r.server == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	for _, j := range r.jobs {
		if err := inbox.RemoveEndpoint(j.Dir); err != nil {
			r.Log.Warn("a trial's endpoint file stays behind", "trial", j.Trial, "error", err)
		}
	}
	if err := r.server.Close(ctx); err != nil {
		r.Log.Debug("reports were cut off", "error", err)
	}
}

func (r *Runner) loop(ctx context.Context) (Result, error) {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	renewed := time.Now()
	for {
		if res, done, err := r.round(ctx); done || err != nil {
			return res, err
		}
		select {
		case <-ctx.Done():
			return Result{Interrupted: true, Why: "cancelled"}, nil
		case m := <-r.in:
			r.gather(m)
		case <-r.Executor.Wake():
			r.poll(ctx)
		case p := <-r.code:
			if err := r.codeChanged(p); err != nil {
				return Result{}, err
			}
		case s := <-r.Signals:
			r.signal(ctx, s)
		case now := <-ticker.C:
			if now.Sub(renewed) > session.TTL/3 {
				if err := r.Session.Renew(ctx); err != nil {
					return Result{}, fmt.Errorf("keep the lease on the study: %w", err)
				}
				renewed = now
			}
			r.tick(ctx)
		}
	}
}
