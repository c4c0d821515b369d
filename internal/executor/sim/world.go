// Package sim is an executor whose attempts are only imagined: functions that
// wait on timers and channels. It serves tests and benchmarks of whatever drives
// executors, a thousand trials for the price of a thousand goroutines, and in a
// [testing/synctest] bubble days of them in a moment.
//
// The attempts belong to a [World], which outlives drivers as machines do: a
// driver that is killed and comes back finds them as they are by then. A world
// can also be made to fail ([World.Fault]) and to lose attempts ([World.Lose]).
//
// Start reading at [NewWorld].
package sim

import (
	"cmp"
	"sync"
	"time"

	"github.com/danlu-ml/danlu/internal/executor"
)

// Program is the life of an attempt. It runs in a goroutine of its own, which
// must end soon after Kill is closed; what it returns then is not used. In the
// exit it returns, times and cause are filled in.
type Program func(p *Process) executor.Exit

// Process is what a program knows of itself.
type Process struct {
	executor.Launch
	// Term is closed when the attempt is asked to end, Kill when it must.
	Term, Kill <-chan struct{}
}

// Sleep waits for d and reports true, or false as soon as the attempt is asked
// to end. A program that doesn't listen waits on Kill instead.
func (p *Process) Sleep(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-p.Term:
	case <-p.Kill:
	}
	return false
}

// Options of a world. The zero value works.
type Options struct {
	// Slots is what Capacity answers; 0 means 4.
	Slots int
	// Queue is how long an attempt is pending before it runs; nil means not at
	// all.
	Queue func(l executor.Launch) time.Duration
}

// World is where attempts live.
type World struct {
	// Fault, if not nil, is asked before an operation ("submit", "poll",
	// "cancel" or "find") on an attempt (poll and find: the zero Key) and makes it
	// fail with what it returns. Set it before there are drivers.
	Fault func(op string, k executor.Key) error

	program Program
	options Options
	lives   sync.WaitGroup

	mu       sync.Mutex // guards what follows
	attempts map[executor.Key]*attempt
	drivers  map[*Executor]bool // those to wake
}

type attempt struct {
	job        executor.Job
	grace      time.Duration
	phase      executor.Phase
	exit       executor.Exit
	term, kill chan struct{} // closed when asked and when ended
	asked      bool          // to end, and why
	cause      string
	timers     []*time.Timer
}

// NewWorld makes a world in which every attempt lives as program says.
func NewWorld(program Program, o Options) *World {
	return &World{
		program: program, options: o,
		attempts: make(map[executor.Key]*attempt), drivers: make(map[*Executor]bool),
	}
}

// Driver is an executor for one driver. Its Close leaves the attempts alone.
func (w *World) Driver() *Executor {
	e := &Executor{world: w, wake: make(chan struct{}, 1)}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.drivers[e] = true
	return e
}

// Lose makes an attempt vanish without an exit, as when its machine burns down.
func (w *World) Lose(k executor.Key) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if a, ok := w.attempts[k]; ok && a.phase != executor.Exited {
		w.end(a, executor.Lost, executor.Exit{})
	}
}

// Close kills everything and waits for it.
func (w *World) Close() {
	w.mu.Lock()
	for _, a := range w.attempts {
		w.killed(a)
	}
	w.mu.Unlock()
	w.lives.Wait()
}

// begin starts an attempt. Like all below but run it wants w.mu held.
func (w *World) begin(l executor.Launch) *attempt {
	a := &attempt{
		job:   executor.Job{Key: l.Key, Ref: "sim", Dir: l.Dir},
		grace: cmp.Or(l.Grace, 30*time.Second), phase: executor.Pending,
		term: make(chan struct{}), kill: make(chan struct{}),
	}
	w.attempts[l.Key] = a
	p := &Process{Launch: l, Term: a.term, Kill: a.kill}
	w.lives.Go(func() {
		if w.options.Queue != nil && !p.Sleep(w.options.Queue(l)) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.end(a, executor.Exited, executor.Exit{Code: -1, Started: time.Now(), Ended: time.Now()})
			return
		}
		w.run(a, p)
	})
	return a
}

// run takes w.mu itself.
func (w *World) run(a *attempt, p *Process) {
	w.mu.Lock()
	if a.ended() {
		w.mu.Unlock()
		return
	}
	a.phase, a.exit.Started = executor.Running, time.Now()
	if p.Deadline > 0 {
		a.timers = append(a.timers, time.AfterFunc(p.Deadline, func() {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.ask(a, "deadline")
		}))
	}
	w.wakeDrivers()
	w.mu.Unlock()
	exit := w.program(p)
	w.mu.Lock()
	defer w.mu.Unlock()
	exit.Started, exit.Ended = a.exit.Started, time.Now()
	w.end(a, executor.Exited, exit)
}

// ask closes Term and sets the grace; only the first to ask is heard.
func (w *World) ask(a *attempt, cause string) {
	if a.asked || a.ended() {
		return
	}
	a.asked, a.cause = true, cause
	close(a.term)
	a.timers = append(a.timers, time.AfterFunc(a.grace, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.killed(a)
	}))
}

func (w *World) killed(a *attempt) {
	now := time.Now()
	if a.exit.Started.IsZero() {
		a.exit.Started = now
	}
	w.end(a, executor.Exited, executor.Exit{Code: -1, Signal: "SIGKILL", Started: a.exit.Started, Ended: now})
}

// end records the end of an attempt, once, and sees to it that its goroutine
// ends as well.
func (w *World) end(a *attempt, phase executor.Phase, exit executor.Exit) {
	if a.ended() {
		return
	}
	exit.Cause = cmp.Or(a.cause, exit.Cause)
	a.phase, a.exit = phase, exit
	close(a.kill)
	for _, t := range a.timers {
		t.Stop()
	}
	w.wakeDrivers()
}

func (a *attempt) ended() bool { return a.phase == executor.Exited || a.phase == executor.Lost }

func (w *World) wakeDrivers() {
	for e := range w.drivers {
		select {
		case e.wake <- struct{}{}:
		default:
		}
	}
}
