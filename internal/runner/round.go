package runner

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/danlu-ml/danlu/internal/engine"
	"github.com/danlu-ml/danlu/internal/store"
	"github.com/danlu-ml/danlu/internal/study"
)

// submitLimit is how often in a row a trial may not be started, which takes about
// a minute, until the driver gives up.
const submitLimit = 10

// pending is what a round does once its events are in the log.
type pending struct {
	replies []func(error)
	answers []store.Answer
}

// round fills free slots, appends what the engine says, and acts on it. done says
// that the study is over, or that nothing is left to wait for.
func (r *Runner) round(ctx context.Context) (res Result, done bool, err error) {
	if r.submitFails >= submitLimit {
		return res, false, fmt.Errorf("start a trial, %d times in a row: %w", r.submitFails, r.submitErr)
	}
	launches, reason, err := r.fill(ctx)
	if err != nil {
		return res, false, err
	}
	over := len(r.jobs) == 0 && len(launches) == 0 && reason != engine.Ready && reason != engine.Waiting
	if over {
		_, why := r.engine.Over()
		res = Result{Reason: reason, Why: why}
		r.engine.Conclude(reason, why)
	}
	if err := r.commit(ctx); err != nil {
		return res, false, err
	}
	for _, l := range launches {
		r.launch(ctx, l)
	}
	if r.urgent {
		r.urgent = false
		r.urge(ctx)
	}
	if r.leave == Leave || (r.leave > 0 && len(r.jobs) == 0 && !over) {
		return Result{Interrupted: true, Why: "left by the user"}, true, nil
	}
	return res, over, nil
}

// fill begins attempts for the free slots.
func (r *Runner) fill(ctx context.Context) ([]engine.Launch, engine.Reason, error) {
	if r.leave > 0 || time.Now().Before(r.noSubmit) {
		return nil, engine.Ready, nil
	}
	launches, reason, err := r.engine.Next(ctx, max(r.slots-len(r.jobs), 0), r.trialDir)
	if reason == engine.Hopeless && !r.despaired {
		r.despaired = true
		_, why := r.engine.Over()
		r.Log.Error("no more trials are started: " + why)
	}
	return launches, reason, err
}

// commit appends, answers, tells the observer, and removes what the log no longer
// refers to.
func (r *Runner) commit(ctx context.Context) error {
	p := r.next
	r.next = pending{}
	after, events := r.engine.Peek()
	err := r.Session.Commit(ctx, p.answers...)
	for _, reply := range p.replies {
		reply(err)
	}
	if err != nil {
		return err
	}
	if r.Observe != nil && (len(events) > 0 || after == 0) {
		r.Observe(r.engine.View(), events)
	}
	for _, d := range r.engine.Doomed() {
		if err := removeInside(d.Dir, d.Path); err != nil {
			r.Log.Warn("a superseded checkpoint can't be removed", "path", d.Path, "error", err)
		}
	}
	return nil
}

// removeInside removes a file or folder of a trial's folder, and nothing that a
// symbolic link there leads to outside it.
func removeInside(dir, path string) error {
	root, err := os.OpenRoot(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	rel, err := filepath.Rel(dir, path)
	if err == nil {
		err = root.RemoveAll(rel)
	}
	return errors.Join(err, root.Close())
}

// tick looks after what no event brings.
func (r *Runner) tick(ctx context.Context) {
	r.ticks++
	r.urgent = true
	observed := !r.engine.View().Def.Observe.IsZero() // their reports all come by spool
	if observed || r.ticks%10 == 0 {
		r.readSpools(ctx)
	}
	if r.ticks%25 == 0 {
		r.poll(ctx)
	}
	r.requests(ctx)
	if r.engine.TimeSpent() && r.engine.View().Count[study.Running] > 0 {
		r.engine.EndRunning("budget", "the study's time is spent")
	}
	if r.Observe != nil && r.ticks%5 == 0 {
		r.Observe(r.engine.View(), nil)
	}
}

// requests grants what verbs have asked for.
func (r *Runner) requests(ctx context.Context) {
	version, err := r.Store.Version(ctx)
	if err != nil || version == r.version {
		return
	}
	wishes, err := r.Store.Requests(ctx, r.engine.View().Def.Name)
	if err != nil {
		r.Log.Warn("requests can't be read; they wait", "error", err)
		return
	}
	r.version = version
	for _, w := range wishes {
		a := store.Answer{ID: w.ID}
		text, err := r.engine.Request(w.Kind, w.Body)
		if err != nil {
			a.Error = err.Error()
		}
		a.Text = text
		r.next.answers = append(r.next.answers, a)
	}
}

// signal takes in a wish to leave.
func (r *Runner) signal(ctx context.Context, s Signal) {
	if s <= r.leave {
		if s == Abort { // asked once more: no more patience
			r.killAt = time.Now()
		}
		return
	}
	r.leave = s
	if s != Abort {
		return
	}
	r.killAt = time.Now().Add(5 * time.Second)
	for _, j := range r.jobs {
		r.cancel(ctx, j, false)
	}
}
