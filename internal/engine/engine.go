// Package engine is a study in motion, without time or concurrency of its own: it
// takes what happened (a slot is free, a report came, a program ended, a person
// asked) and says what is to be written to the log and what is to be done.
//
// It asks the deciders (sampler, scheduler) and turns their answers into events.
// It starts no process, writes no file, waits for nothing: the runner and the
// pipe do, after they have appended the events. The same engine therefore serves
// a driver with a thousand processes, ask-and-tell over a pipe, and the library.
//
// Start reading at [Engine].
package engine

import (
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/danlu-ml/danlu/internal/sampler"
	"github.com/danlu-ml/danlu/internal/scheduler"
	"github.com/danlu-ml/danlu/internal/study"
)

var (
	// ErrStale is wrapped where an attempt speaks that is no longer the current
	// one of its trial.
	ErrStale = errors.New("this attempt is no longer the current one")
	// ErrUnknown is wrapped where a trial does not exist.
	ErrUnknown = errors.New("no such trial")
	// ErrRefused is wrapped where a request or report makes no sense, with the
	// sentence for its sender.
	ErrRefused = errors.New("refused")
)

// refuse makes an ErrRefused that reads as its text alone.
func refuse(format string, args ...any) error { return &refusal{fmt.Sprintf(format, args...)} }

type refusal struct{ text string }

func (r *refusal) Error() string   { return r.text }
func (r *refusal) Is(e error) bool { return e == ErrRefused }

// Options are what an engine may be given; the zero value works.
type Options struct {
	Now func() time.Time // nil: time.Now
	Log *slog.Logger     // nil: discards
	// Size is what a checkpoint takes on the disk, in bytes; ok is false where it is
	// not there. nil trusts the log.
	Size func(path string) (bytes int64, ok bool)
	// Taken are names that no trial may have: of folders that are there already.
	Taken []string
	// Deciders makes the sampler and scheduler of a study; nil makes those that
	// its definition names.
	Deciders Deciders
	// Persist: a study whose first trials all failed goes on. Who asks for each trial
	// has seen it fail, and knows whether that is the program's fault.
	Persist bool
}

// Deciders makes what decides in a study. Both are pure functions of the view, as
// those are that a definition can name.
type Deciders func(*study.Definition) (sampler.Sampler, scheduler.Scheduler, error)

// named makes the deciders that a definition names.
func named(def *study.Definition) (sampler.Sampler, scheduler.Scheduler, error) {
	s, err := sampler.New(def.Sampler, def)
	if err != nil {
		return nil, nil, err
	}
	j, err := scheduler.New(def.Scheduler, def)
	return s, j, err
}

// Engine runs one study. It is not safe for concurrent use: its owner calls it
// from one goroutine, appends what [Engine.Take] returns, and only then acts.
type Engine struct {
	view      *study.View
	sampler   sampler.Sampler
	scheduler scheduler.Scheduler
	deciders  Deciders
	limits    limits
	untold    bool // it was said that constraints can't be checked
	restarts  bool // it was said that trials start again from nothing
	crowded   bool // it was said that checkpoints take more than they should
	now       func() time.Time
	opened    time.Time // when the engine was made ready
	log       *slog.Logger
	size      func(path string) (int64, bool)
	taken     []string
	persist   bool
	pending   []study.Event
	seen      map[study.TrialID]seen   // of running attempts: what they have reported
	begun     map[study.TrialID]string // the checkpoints that open trials' last attempts began from
	doomed    []Doomed                 // checkpoints the log has dropped, to be removed
	outlook   outlook
	names     namer
}

// seen holds the steps reported of each metric.
type seen map[string]map[int64]struct{}

func (s seen) add(p study.Point) (isNew bool) {
	steps := s[p.Metric]
	if steps == nil {
		steps = map[int64]struct{}{}
		s[p.Metric] = steps
	}
	if _, old := steps[p.Step]; old {
		return false
	}
	steps[p.Step] = struct{}{}
	return true
}

// New makes an engine of an empty log. Feed it the log with [Engine.Replay], or
// begin one with [Engine.Create], before anything else.
func New(o Options) *Engine {
	e := &Engine{view: study.NewView(), deciders: o.Deciders, now: o.Now, log: o.Log, size: o.Size, taken: o.Taken, persist: o.Persist, seen: map[study.TrialID]seen{}, begun: map[study.TrialID]string{}}
	if e.now == nil {
		e.now = time.Now
	}
	if e.log == nil {
		e.log = slog.New(slog.DiscardHandler)
	}
	if e.deciders == nil {
		e.deciders = named
	}
	return e
}

// View is what is known. It belongs to the engine: read it between calls, and do
// not keep it.
func (e *Engine) View() *study.View { return e.view }

// Replay takes in an event that is in the log already.
func (e *Engine) Replay(ev study.Event) error {
	if err := e.view.Apply(ev); err != nil {
		return err
	}
	e.track(ev.Body)
	return nil
}

// Ready prepares the deciders after the log was replayed or the study created or
// changed. An error says which part of the definition can't be used.
func (e *Engine) Ready() (err error) {
	def := e.view.Def
	if e.opened.IsZero() {
		e.opened = e.now()
	}
	e.names = newNamer(def.Space, e.view.Trials)
	for _, name := range e.taken {
		e.names.take(name)
	}
	if e.limits, err = newLimits(def); err != nil {
		return err
	}
	s, j, err := e.deciders(def)
	if err != nil {
		return err
	}
	e.sampler, e.scheduler = sampler.Feasible(s, e.limits.allows), j
	return nil
}

// Create opens the log of a new study.
func (e *Engine) Create(def *study.Definition, p study.Provenance) error {
	e.emit(study.Created{Definition: def, Provenance: p})
	return e.Ready()
}

// Change lets the study go on under another definition, other code, or both.
func (e *Engine) Change(c study.Changed) error {
	e.emit(c)
	return e.Ready()
}

// Peek returns what [Engine.Take] will, and leaves it.
func (e *Engine) Peek() (after int64, events []study.Event) {
	return e.view.Seq - int64(len(e.pending)), e.pending
}

// Take returns the events produced since the last call, and the sequence number
// they follow. They must be appended before anything is done about them.
func (e *Engine) Take() (after int64, events []study.Event) {
	after, events = e.Peek()
	e.pending = nil
	return after, events
}

// emit applies an event and holds it for the log. The engine makes its events
// itself, so one that does not apply is a mistake in the engine.
func (e *Engine) emit(b study.Body) {
	ev := study.Event{Seq: e.view.Seq + 1, Time: e.now(), Body: b}
	if err := e.view.Apply(ev); err != nil {
		panic(fmt.Sprintf("engine: %v", err))
	}
	e.track(b)
	e.pending = append(e.pending, ev)
}

// track keeps what the engine knows beside the view.
func (e *Engine) track(b study.Body) {
	switch b := b.(type) {
	case study.Planned:
		e.names.take(b.Name)
	case study.Started:
		e.seen[b.Trial] = seen{}
		delete(e.begun, b.Trial)
		if b.Resume != "" {
			e.begun[b.Trial] = b.Resume
		}
	case study.Points:
		if s, ok := e.seen[b.Trial]; ok && e.view.Trials[b.Trial].Attempt().Number == b.Attempt {
			for _, p := range b.Rows {
				s.add(p)
			}
		}
	case study.Ended:
		delete(e.seen, b.Trial)
		if !b.State.Open() {
			delete(e.begun, b.Trial)
		}
	}
}

// trial finds a trial.
func (e *Engine) trial(id study.TrialID) (*study.Trial, error) {
	if id < 0 || int(id) >= len(e.view.Trials) {
		return nil, fmt.Errorf("%w: this study has no trial %d; it has %d, from 0 on", ErrUnknown, id, len(e.view.Trials))
	}
	return e.view.Trials[id], nil
}

// running finds the trial of an attempt that must be the current one.
func (e *Engine) running(id study.TrialID, attempt int) (*study.Trial, error) {
	t, err := e.trial(id)
	if err != nil {
		return nil, err
	}
	if t.State != study.Running || t.Attempt().Number != attempt {
		return nil, fmt.Errorf("%w: trial %d is %s, and attempt %d is over", ErrStale, id, t.State, attempt)
	}
	return t, nil
}

// Randomness has an address: what for, and the trial it is for. Events shift when
// a report comes a moment earlier; trial numbers do not, so that a study that was
// killed proposes what the uninterrupted one would have.
const (
	forProposal uint64 = 0x9e3779b97f4a7c15
	forSeed     uint64 = 0xbf58476d1ce4e5b9
)

func (e *Engine) rng(purpose uint64, id study.TrialID) *rand.Rand {
	return rand.New(rand.NewPCG(e.view.Def.Seed^purpose, uint64(id)*0x94d049bb133111eb+purpose))
}
