package engine

import (
	"context"
	"fmt"
	"maps"

	"github.com/danlu-ml/danlu/internal/sampler"
	"github.com/danlu-ml/danlu/internal/scheduler"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

// Launch is an attempt that has begun in the log and is now to be started.
type Launch struct {
	Trial   *study.Trial
	Attempt *study.Attempt
}

// Reason says why nothing can be started.
type Reason string

// The reasons for not starting more. All but Waiting end the study.
const (
	Ready     Reason = ""          // something was started
	Budget    Reason = "budget"    // spent
	Target    Reason = "target"    // reached
	NoGain    Reason = "no_gain"   // to be expected that could be told from noise
	Exhausted Reason = "exhausted" // the sampler or scheduler has no more
	Stopped   Reason = "stopped"   // a person said so
	Hopeless  Reason = "hopeless"  // the first trials show that something is wrong
	Waiting   Reason = "waiting"   // for running trials
)

// Next begins up to n attempts: trials that wait (retries, enqueued ones, the
// default) first, then what the scheduler asks for. Fewer come with the reason.
// dir gives a trial's folder from its name; it may be nil.
func (e *Engine) Next(ctx context.Context, n int, dir func(name string) string) ([]Launch, Reason, error) {
	var begun []Launch
	e.planDefault()
	for len(begun) < n {
		if r, why := e.Over(); r != Ready {
			e.log.Debug("no more trials", "reason", r, "why", why)
			return begun, r, nil
		}
		if e.stepsShort() {
			return begun, Waiting, nil
		}
		t, from, to, err := e.candidate(ctx)
		if err != nil {
			return begun, Ready, err
		}
		if t == nil {
			if e.view.Count[study.Running] > 0 {
				return begun, Waiting, nil
			}
			return begun, Exhausted, nil
		}
		begun = append(begun, e.start(t, from, to, dir))
	}
	return begun, Ready, nil
}

// candidate is the next trial to start, and its segment; nil if there is none.
func (e *Engine) candidate(ctx context.Context) (t *study.Trial, from *study.Checkpoint, to int64, err error) {
	if t := e.waiting(); t != nil {
		return t, e.onward(t, segmentEnd(t)), segmentEnd(t), nil
	}
	a, ok := e.scheduler.Next(e.view)
	for ok && a.Kind == scheduler.Retire {
		e.retire(a)
		a, ok = e.scheduler.Next(e.view)
	}
	if !ok || (a.Kind != scheduler.Resume && e.view.TrialsSpent()) {
		return nil, nil, 0, nil
	}
	switch a.Kind {
	case scheduler.Resume:
		t := e.view.Trials[a.Trial]
		c := e.onward(t, a.To)
		if c == nil && !e.restarts {
			e.restarts = true
			e.log.Warn("a paused trial starts again from nothing: it left no checkpoint", "trial", t.ID, "scheduler", e.scheduler.Name(),
				"help", "let the program save with danlu.checkpoint(path, step=…) and load danlu.resume(), or use a scheduler that only stops trials: asha, median")
		}
		return t, c, a.To, nil
	case scheduler.Clone:
		parent, before := e.view.Trials[a.Trial], e.view.Seq
		c := e.usable(parent, (*study.Trial).LatestCheckpoint)
		if c == nil && e.view.Seq > before { // it had one until now
			return e.candidate(ctx)
		}
		if c == nil || e.last(parent, c) {
			return nil, nil, 0, fmt.Errorf("scheduler %s clones trial %d, which has no checkpoint before its end", e.scheduler.Name(), a.Trial)
		}
		t := e.plan(sampler.Proposal{Params: a.Params, Sampler: e.scheduler.Name(), Why: a.Why},
			study.Planned{Parent: &study.Parent{Trial: a.Trial, Step: c.Step}, To: a.To, Bracket: a.Bracket})
		return t, c, a.To, nil
	default:
		p, ok, err := e.propose(ctx)
		if err != nil || !ok {
			return nil, nil, 0, err
		}
		return e.plan(p, study.Planned{To: a.To, Bracket: a.Bracket}), nil, a.To, nil
	}
}

// segmentEnd is how far a trial that waits is to go: as far as its attempt before
// was, or as planned.
func segmentEnd(t *study.Trial) int64 {
	if a := t.Attempt(); a != nil {
		return a.To
	}
	return t.To
}

// retire ends a paused trial that its scheduler has no more use for.
func (e *Engine) retire(a scheduler.Action) {
	t := e.view.Trials[a.Trial]
	e.emit(study.Ended{Trial: t.ID, Attempt: t.Attempt().Number, State: study.Stopped, Values: e.values(t), Reason: a.Why})
	e.dropAll(t)
}

// waiting is the first trial that waits.
func (e *Engine) waiting() *study.Trial {
	if e.view.Count[study.Waiting] == 0 {
		return nil
	}
	for _, t := range e.view.Trials {
		if t.State == study.Waiting && (len(t.Attempts) > 0 || !e.view.TrialsSpent()) {
			return t
		}
	}
	return nil
}

// propose asks the sampler for one more configuration. Asking for one at a time,
// with the earlier ones already waiting in the view, keeps proposals the same
// whatever number of slots happened to be free.
func (e *Engine) propose(ctx context.Context) (sampler.Proposal, bool, error) {
	if p, ok := e.inherit(); ok {
		return p, true, nil
	}
	id := study.TrialID(len(e.view.Trials))
	ps, err := e.sampler.Suggest(ctx, e.view, 1, e.rng(forProposal, id))
	if err != nil {
		return sampler.Proposal{}, false, fmt.Errorf("sampler %s, for trial %d: %w", e.sampler.Name(), id, err)
	}
	if len(ps) == 0 {
		return sampler.Proposal{}, false, nil
	}
	return ps[0], true, nil
}

// planDefault makes the default configuration trial 0, where there is one and the
// constraints allow it.
func (e *Engine) planDefault() {
	if len(e.view.Trials) > 0 {
		return
	}
	params, ok := e.view.Def.Space.Default()
	if !ok || !e.limits.allows(params) {
		return
	}
	with, why := study.Planned{Default: true}, "the defaults come first"
	if parts := e.view.Def.Schedule(); len(parts) > 0 {
		with.To, why = parts[0].To, "the defaults, and the schedule's last parameters"
		params = maps.Clone(params)
		maps.Copy(params, parts[len(parts)-1].Params)
	}
	e.plan(sampler.Proposal{Params: params, Sampler: "default", Why: why}, with)
}

// plan brings a trial into being; with holds what does not follow from the
// proposal.
func (e *Engine) plan(p sampler.Proposal, with study.Planned) *study.Trial {
	id := study.TrialID(len(e.view.Trials))
	with.Trial, with.Params, with.Sampler, with.Why, with.Tag = id, p.Params, p.Sampler, p.Why, p.Tag
	with.Name = e.names.name(e.now(), id, p.Params)
	with.Seed = uint64(e.rng(forSeed, id).Uint32()) // numpy's seeds have 32 bits
	e.emit(with)
	return e.view.Trials[id]
}

// start begins an attempt from a checkpoint or, without one, from nothing.
func (e *Engine) start(t *study.Trial, from *study.Checkpoint, to int64, dir func(string) string) Launch {
	s := study.Started{Trial: t.ID, Attempt: len(t.Attempts) + 1, To: to}
	if from != nil {
		s.From, s.Resume = from.Step, from.Path
	}
	if dir != nil {
		s.Dir = dir(t.Name)
	}
	e.emit(s)
	return Launch{Trial: t, Attempt: t.Attempt()}
}

// Enqueue plans a configuration a person asks for. What is left out comes from
// the defaults. It is tried as soon as a slot is free.
func (e *Engine) Enqueue(given space.Values, why string) (*study.Trial, error) {
	params, err := e.view.Def.Space.Complete(given)
	if err != nil {
		return nil, refuse("%v", err)
	}
	if !e.limits.allows(params) {
		return nil, refuse("this configuration is against the study's constraints (%s)", e.limits)
	}
	e.planDefault()
	return e.plan(sampler.Proposal{Params: params, Sampler: "user", Why: why}, study.Planned{}), nil
}
