package runner

import (
	"context"
	"fmt"

	"github.com/danlu-ml/danlu/internal/engine"
	"github.com/danlu-ml/danlu/internal/executor"
	"github.com/danlu-ml/danlu/internal/inbox"
	"github.com/danlu-ml/danlu/internal/study"
)

// recover acts again on what the log says an earlier driver began. Attempts that
// run are taken up, those that ended meanwhile are settled, those that were never
// started are started. Attempts the log knows nothing of are ended.
func (r *Runner) recover(ctx context.Context) error {
	var running []*study.Trial
	for _, t := range r.engine.View().Trials {
		if t.State == study.Running {
			running = append(running, t)
		}
	}
	jobs := make([]executor.Job, len(running))
	for i, t := range running {
		jobs[i] = r.track(t).Job
	}
	statuses, err := r.Executor.Poll(ctx, jobs)
	if err != nil {
		return fmt.Errorf("ask how %d running trials fare: %w", len(jobs), err)
	}
	for i, s := range statuses {
		r.takeUp(ctx, running[i], s)
	}
	return r.endStrays(ctx)
}

func (r *Runner) takeUp(ctx context.Context, t *study.Trial, s executor.Status) {
	j := r.jobs[t.ID]
	switch a := t.Attempt(); s.Phase {
	case executor.Pending, executor.Running:
		r.Log.Info("taking up a running trial", "trial", t.ID, "step", t.Step())
		if r.server != nil && j.Dir != "" {
			if err := inbox.WriteEndpoint(j.Dir, r.server.Endpoint(int(t.ID), a.Number)); err != nil {
				r.Log.Warn("a running trial can't be told where to report; it writes to its spool", "trial", t.ID, "error", err)
			}
		}
	case executor.Absent:
		if t.Step() > a.From || len(t.Curve()) > 0 && a.From == 0 {
			// It has reported, so it ran: inside a driver that is gone.
			r.engine.Requeue(t.ID, "it ran inside a driver that is gone")
			delete(r.jobs, t.ID)
			return
		}
		r.launch(ctx, engine.Launch{Trial: t, Attempt: a})
	default:
		r.settle(ctx, j, s)
	}
}

// endStrays ends attempts that run although the log has closed them.
func (r *Runner) endStrays(ctx context.Context) error {
	found, err := r.Executor.Find(ctx, r.engine.View().Def.Name)
	if err != nil {
		return fmt.Errorf("look for trials left running: %w", err)
	}
	for _, job := range found {
		if j, ok := r.jobs[study.TrialID(job.Trial)]; ok && j.Attempt == job.Attempt {
			continue
		}
		r.Log.Warn("ending a trial's attempt that is over in the log", "trial", job.Trial, "attempt", job.Attempt)
		if err := r.Executor.Cancel(ctx, job, true); err != nil {
			return fmt.Errorf("end attempt %d of trial %d, left running: %w", job.Attempt, job.Trial, err)
		}
	}
	return nil
}
