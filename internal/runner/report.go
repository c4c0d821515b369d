package runner

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/danlu-ml/danlu/internal/engine"
	"github.com/danlu-ml/danlu/internal/inbox"
	"github.com/danlu-ml/danlu/internal/session"
	"github.com/danlu-ml/danlu/internal/study"
)

// message is something a trial says, with a place for the answer.
type message struct {
	trial   study.TrialID
	attempt int
	rows    []study.Point
	// A checkpoint, instead of rows.
	path string
	step int64

	answer chan answer
}

type answer struct {
	decision study.Decision
	err      error
}

// errGone is the answer of a driver that leaves.
var errGone = fmt.Errorf("the driver is leaving: %w", inbox.ErrLater)

// Reports takes in reports of an attempt and answers once they are durable. It
// may be called from any goroutine: by the HTTP server, or by a trial that runs in
// this process.
func (r *Runner) Reports(ctx context.Context, trial, attempt int, rs []inbox.Report) (inbox.Answer, error) {
	m := message{trial: study.TrialID(trial), attempt: attempt, rows: rowsOf(rs)}
	d, err := r.ask(ctx, m)
	return inbox.Answer{Decision: string(d), Step: lastStep(rs)}, err
}

// Checkpoint takes in that an attempt has left a checkpoint.
func (r *Runner) Checkpoint(ctx context.Context, trial, attempt int, step int64, path string) error {
	_, err := r.ask(ctx, message{trial: study.TrialID(trial), attempt: attempt, step: step, path: path})
	return err
}

func (r *Runner) ask(ctx context.Context, m message) (study.Decision, error) {
	m.answer = make(chan answer, 1)
	select {
	case r.in <- m:
	case <-r.done:
		return study.Continue, errGone
	case <-ctx.Done():
		return study.Continue, ctx.Err()
	}
	select {
	case a := <-m.answer:
		return a.decision, a.err
	case <-r.done:
		select {
		case a := <-m.answer: // it was the last round's
			return a.decision, a.err
		default:
			return study.Continue, errGone
		}
	case <-ctx.Done():
		return study.Continue, ctx.Err()
	}
}

// gather takes in a message and whatever others are waiting already: they share
// one append.
func (r *Runner) gather(m message) {
	for range 4096 {
		r.take(m)
		select {
		case m = <-r.in:
		default:
			return
		}
	}
	r.take(m)
}

// take lets the engine decide, and answers after the append.
func (r *Runner) take(m message) {
	if j := r.jobs[m.trial]; j != nil && j.Attempt == m.attempt {
		j.listens = true
	}
	decision, err := r.tell(m)
	r.next.replies = append(r.next.replies, func(failed error) {
		if failed != nil && err == nil { // said once, by Run's own error
			decision, err = study.Continue, fmt.Errorf("%w: %w", inbox.ErrLater, failed)
		}
		m.answer <- answer{decision, err}
	})
}

// tell passes a message to the engine, with errors as the inbox knows them.
func (r *Runner) tell(m message) (d study.Decision, err error) {
	d = study.Continue
	if m.path != "" {
		size, _ := session.OnDisk(m.path)
		err = r.engine.Checkpoint(m.trial, m.attempt, m.step, m.path, size)
	} else {
		d, err = r.engine.Report(m.trial, m.attempt, m.rows)
		r.urgent = r.urgent || d != study.Continue
	}
	switch {
	case errors.Is(err, engine.ErrStale):
		err = fmt.Errorf("%w: %w", inbox.ErrStale, err)
	case errors.Is(err, engine.ErrUnknown):
		err = fmt.Errorf("%w: %w", inbox.ErrUnknown, err)
	case errors.Is(err, engine.ErrRefused):
		err = inbox.Refuse("%v", err)
	}
	return d, err
}

// spooled is the sink of spools: they are read in the loop itself, so that what
// they hold is in the engine, and in the log with the round's append.
type spooled struct{ r *Runner }

func (s spooled) Reports(_ context.Context, trial, attempt int, rs []inbox.Report) (inbox.Answer, error) {
	d, err := s.r.tell(message{trial: study.TrialID(trial), attempt: attempt, rows: rowsOf(rs)})
	return inbox.Answer{Decision: string(d), Step: lastStep(rs)}, err
}

func (s spooled) Checkpoint(_ context.Context, trial, attempt int, step int64, path string) error {
	_, err := s.r.tell(message{trial: study.TrialID(trial), attempt: attempt, step: step, path: path})
	return err
}

// readSpools reads what trials wrote where nobody answered.
func (r *Runner) readSpools(ctx context.Context) {
	for _, j := range r.sorted() {
		if j.tail == nil {
			continue
		}
		if _, err := j.tail.Poll(ctx, spooled{r}); err != nil && !errors.Is(err, inbox.ErrStale) {
			r.Log.Warn("a spool can't be read; it is tried again", "trial", j.Trial, "error", err)
		}
	}
}

// urge ends the programs that were told to and did not: at once where they do not
// listen for answers or a person asked, after their grace otherwise.
func (r *Runner) urge(ctx context.Context) {
	now := time.Now()
	for _, j := range r.sorted() {
		t := r.engine.View().Trials[j.Trial]
		told, ok := t.Told()
		switch {
		case r.leave == Abort && !now.Before(r.killAt) && !j.killed:
			j.killed = true
			r.cancel(ctx, j, true)
		case !ok || j.cancelled:
		case told.By == "user" || !j.listens:
			r.cancel(ctx, j, false)
		case j.toldAt.IsZero():
			j.toldAt = now
		case now.Sub(j.toldAt) > r.grace():
			r.Log.Warn("a trial goes on although it was told to end; ending it", "trial", j.Trial)
			r.cancel(ctx, j, false)
		}
	}
}

func (r *Runner) grace() time.Duration {
	if g := r.engine.View().Def.Grace; g > 0 {
		return g
	}
	return 30 * time.Second
}

func rowsOf(rs []inbox.Report) []study.Point {
	var rows []study.Point
	for _, rep := range rs {
		for _, metric := range sortedKeys(rep.Values) {
			rows = append(rows, study.Point{Step: rep.Step, Metric: metric, Value: rep.Values[metric]})
		}
	}
	return rows
}

func lastStep(rs []inbox.Report) int64 {
	var step int64
	for _, rep := range rs {
		step = max(step, rep.Step)
	}
	return step
}
