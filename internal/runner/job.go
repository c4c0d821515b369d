package runner

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/danlu-ml/danlu/internal/command"
	"github.com/danlu-ml/danlu/internal/engine"
	"github.com/danlu-ml/danlu/internal/executor"
	"github.com/danlu-ml/danlu/internal/inbox"
	"github.com/danlu-ml/danlu/internal/study"
)

// job is an attempt that runs, as far as the log knows.
type job struct {
	executor.Job
	Trial     study.TrialID
	tail      *inbox.Tail // nil where there are no files
	listens   bool        // it has reported by asking, so it hears answers
	toldAt    time.Time   // when it was told to end
	cancelled bool
	killed    bool
}

func (r *Runner) sorted() []*job {
	jobs := make([]*job, 0, len(r.jobs))
	for _, id := range slices.Sorted(maps.Keys(r.jobs)) {
		jobs = append(jobs, r.jobs[id])
	}
	return jobs
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// trialDir is a trial's folder, from its name.
func (r *Runner) trialDir(name string) string {
	if r.RunsDir == "" {
		return ""
	}
	return filepath.Join(r.RunsDir, name)
}

// track makes the job of an attempt.
func (r *Runner) track(t *study.Trial) *job {
	a := t.Attempt()
	j := &job{Trial: t.ID, Job: executor.Job{
		Key: executor.Key{Study: r.engine.View().Def.Name, Trial: int(t.ID), Attempt: a.Number}, Dir: a.Dir,
	}}
	if a.Dir != "" {
		j.tail = inbox.NewTail(spoolPath(a.Dir, a.Number), int(t.ID), a.Number)
	}
	r.jobs[t.ID] = j
	return j
}

func spoolPath(dir string, attempt int) string {
	return filepath.Join(dir, "attempt-"+strconv.Itoa(attempt), "spool.jsonl")
}

// launch starts an attempt that is in the log. Where that fails the attempt is
// lost: nothing runs, and the trial waits again.
func (r *Runner) launch(ctx context.Context, l engine.Launch) {
	j := r.track(l.Trial)
	err := r.submit(ctx, j, l)
	if err == nil {
		r.submitFails = 0
		return
	}
	r.submitErr = err
	if now := time.Now(); !now.Before(r.noSubmit) { // once a round
		r.submitFails++
		r.noSubmit = now.Add(min(time.Duration(r.submitFails)*time.Second, 10*time.Second))
	}
	r.Log.Error("a trial can't be started", "trial", l.Trial.ID, "error", err)
	delete(r.jobs, l.Trial.ID)
	r.engine.Requeue(l.Trial.ID, fmt.Sprintf("could not be started: %v", err))
}

func (r *Runner) submit(ctx context.Context, j *job, l engine.Launch) error {
	launch, err := r.describe(l.Trial, l.Attempt)
	if err != nil {
		return err
	}
	if j.Dir != "" {
		if err := r.prepareDir(j); err != nil {
			return err
		}
	}
	started, err := r.Executor.Submit(ctx, launch)
	if err != nil {
		return err
	}
	j.Ref = started.Ref
	return nil
}

// prepareDir makes a trial's folder and tells it where to report.
func (r *Runner) prepareDir(j *job) error {
	if err := os.MkdirAll(filepath.Join(j.Dir, "attempt-"+strconv.Itoa(j.Attempt)), 0o700); err != nil {
		return fmt.Errorf("make the trial's folder: %w", err)
	}
	if r.server == nil {
		return nil
	}
	return inbox.WriteEndpoint(j.Dir, r.server.Endpoint(int(j.Trial), j.Attempt))
}

// describe is all an executor needs to start an attempt. It follows from the log
// alone, so that it can be said again after a crash.
func (r *Runner) describe(t *study.Trial, a *study.Attempt) (executor.Launch, error) {
	v := r.engine.View()
	def := v.Def
	params, order := v.ParamsAt(t, a.To)
	l := executor.Launch{
		Key: executor.Key{Study: def.Name, Trial: int(t.ID), Attempt: a.Number},
		Dir: a.Dir, WorkDir: r.WorkDir, Resources: executor.Resources(def.Resources),
		Deadline: def.Deadline, Grace: def.Grace,
		Params: params.Any(), Seed: t.Seed, MaxStep: v.Horizon(t),
	}
	if def.Fidelity.Param != "" {
		l.MaxStep = 0 // how long each training is, the program knows
	}
	vars := command.Vars{
		Study: def.Name, Space: def.Space, Params: params, Order: order, Trial: int(t.ID), Attempt: a.Number,
		Dir: a.Dir, Seed: t.Seed, Resume: a.Resume, MaxStep: l.MaxStep,
	}
	if a.Dir != "" {
		l.Spool = spoolPath(a.Dir, a.Number)
		vars.Endpoint, vars.Spool = filepath.Join(a.Dir, "endpoint.json"), l.Spool
	}
	if err := watch(&l, def, vars); err != nil {
		return l, err
	}
	var err error
	if l.Command, err = command.Expand(def.Command, vars); err != nil {
		return l, err
	}
	l.Env, err = command.Env(r.Environ, def.Env, vars)
	return l, err
}

// cancel ends an attempt's program.
func (r *Runner) cancel(ctx context.Context, j *job, now bool) {
	if err := r.Executor.Cancel(ctx, j.Job, now); err != nil {
		r.Log.Warn("a trial can't be ended; it is tried again", "trial", j.Trial, "error", err)
		return
	}
	j.cancelled = true
}

// poll asks the executor how the attempts fare. No answer means no news.
func (r *Runner) poll(ctx context.Context) {
	jobs := r.sorted()
	if len(jobs) == 0 {
		return
	}
	asked := make([]executor.Job, len(jobs))
	for i, j := range jobs {
		asked[i] = j.Job
	}
	statuses, err := r.Executor.Poll(ctx, asked)
	if err != nil {
		// Silence is not death: nothing is appended, so every trial stays as the
		// log last knew it.
		r.Log.Warn("no news of the running trials; asking again", "error", err)
		return
	}
	for i, s := range statuses {
		r.settle(ctx, jobs[i], s)
	}
}

// settle acts on what an executor says of an attempt.
func (r *Runner) settle(ctx context.Context, j *job, s executor.Status) {
	if s.Phase == executor.Pending || s.Phase == executor.Running {
		return
	}
	if j.tail != nil { // what it said before it ended
		if _, err := j.tail.Drain(ctx, spooled{r}); err != nil && !errors.Is(err, inbox.ErrStale) {
			r.Log.Warn("a spool can't be read; its trial's end waits", "trial", j.Trial, "error", err)
			return
		}
		if n, first := j.tail.Garbage(); n > 0 {
			r.Log.Warn("a spool had lines that are not reports", "trial", j.Trial, "lines", n, "first", first)
		}
	}
	var err error
	switch s.Phase {
	case executor.Exited:
		err = r.engine.Exit(j.Trial, j.Attempt, exitOf(s.Exit))
	case executor.Absent:
		err = r.engine.Lost(j.Trial, j.Attempt, "its claim vanished from the trial's folder; does the program empty its DANLU_DIR?")
	default:
		err = r.engine.Lost(j.Trial, j.Attempt, "its process vanished")
	}
	if err != nil {
		r.Log.Error("an attempt's end can't be written down", "trial", j.Trial, "attempt", j.Attempt, "error", err)
	}
	delete(r.jobs, j.Trial)
	if r.server != nil && j.Dir != "" {
		if err := inbox.RemoveEndpoint(j.Dir); err != nil {
			r.Log.Debug("an endpoint file stays behind", "trial", j.Trial, "error", err)
		}
	}
}

func exitOf(x *executor.Exit) study.Exit {
	tail := x.Tail
	if x.Error != "" {
		tail = x.Error + "\n" + tail
	}
	return study.Exit{
		Code: x.Code, Signal: x.Signal, Cause: x.Cause, Tail: tail,
		Started: x.Started, Ended: x.Ended, CPU: x.CPU, MaxRSS: x.MaxRSSMB,
	}
}
