package play

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"sync"
	"time"

	"github.com/danlu-ml/danlu/internal/engine"
	"github.com/danlu-ml/danlu/internal/study"
)

// Ours searches as danlu does: the engine asks sampler and scheduler, a virtual clock
// runs a second a step.
type Ours struct {
	Sampler, Scheduler study.Algorithm
	name               string
}

// ParseOurs reads the name of a searcher of ours: a sampler, and a scheduler after a
// plus sign (none without one), each with options as in a web address.
//
//	gp   tpe?multivariate=false&startup=8   auto+asha?eta=4
func ParseOurs(name string) (*Ours, error) {
	sampler, scheduler, _ := strings.Cut(name, "+")
	o := &Ours{name: "danlu:" + name}
	var err error
	if o.Sampler, err = parseAlgorithm(sampler); err != nil {
		return nil, err
	}
	if scheduler == "" {
		scheduler = "none"
	}
	o.Scheduler, err = parseAlgorithm(scheduler)
	return o, err
}

func parseAlgorithm(text string) (study.Algorithm, error) {
	name, options, has := strings.Cut(text, "?")
	a := study.Algorithm{Name: name}
	if !has {
		return a, nil
	}
	a.Options = map[string]json.RawMessage{}
	for _, o := range strings.Split(options, "&") {
		key, value, ok := strings.Cut(o, "=")
		if !ok {
			return a, fmt.Errorf("option %q of %s: want name=value", o, name)
		}
		if !json.Valid([]byte(value)) {
			quoted, err := json.Marshal(value)
			if err != nil {
				return a, err
			}
			value = string(quoted)
		}
		a.Options[key] = json.RawMessage(value)
	}
	return a, nil
}

// Name implements [Searcher].
func (o *Ours) Name() string { return o.name }

// Version implements [Searcher]: it is a digest of the code that proposes and judges.
func (o *Ours) Version() (string, error) { return ourVersion() }

var ourVersion = sync.OnceValues(func() (string, error) { return sourceDigest("internal/engine") })

// metric names an objective of a study that has several.
func metric(i int) string { return fmt.Sprintf("loss%d", i+1) }

func (o *Ours) definition(f *Fence, seed uint64) *study.Definition {
	def := &study.Definition{
		Name: "benchmark", Space: f.Space(), Constraints: f.Constraints(),
		Sampler: o.Sampler, Scheduler: o.Scheduler, Seed: seed, Parallel: 1,
	}
	for i := range f.Objectives() {
		def.Objectives = append(def.Objectives, study.Objective{Metric: metric(i)})
	}
	if f.Steps() > 0 {
		def.Fidelity = study.Fidelity{Step: "epoch", Max: f.Steps()}
		def.Budget.Steps = f.Budget()
	} else {
		def.Budget.Trials = int(f.Budget())
	}
	return def
}

// Search implements [Searcher].
func (o *Ours) Search(ctx context.Context, f *Fence, seed uint64) error {
	clock := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	s := &oursRun{fence: f, clock: &clock, engine: engine.New(engine.Options{Now: func() time.Time { return clock }}), trials: map[study.TrialID]int{}}
	s.resume()
	if err := s.engine.Create(o.definition(f, seed), study.Provenance{}); err != nil {
		return err
	}
	if err := s.inform(); err != nil {
		return err
	}
	for f.Left() > 0 {
		begun, reason, err := s.engine.Next(ctx, 1, nil)
		if err != nil {
			return err
		}
		if len(begun) == 0 {
			if reason == engine.Exhausted || reason == engine.Budget {
				return nil
			}
			return fmt.Errorf("the study ends early: %s", reason)
		}
		if err := s.attempt(begun[0]); err != nil {
			return err
		}
		s.engine.Take()
	}
	s.pause()
	return nil
}

// oursRun is a search under way.
type oursRun struct {
	fence  *Fence
	engine *engine.Engine
	clock  *time.Time
	trials map[study.TrialID]int
	since  float64 // when the searcher began to think, in CPU seconds
}

// inform tells the study what another one found, where there was one.
func (s *oursRun) inform() error {
	trials, err := s.fence.Earlier()
	if trials == nil {
		return err
	}
	told := study.Informed{Study: "earlier"}
	for _, t := range trials {
		o := study.Observation{Params: t.Params, Loss: t.Loss}
		if math.IsNaN(t.Loss) {
			o.Loss, o.Bad = 0, true
		}
		told.Trials = append(told.Trials, o)
	}
	s.engine.Inform(told)
	return nil
}

func (s *oursRun) resume() { s.since = cpuSeconds() }
func (s *oursRun) pause()  { s.fence.Thinking += cpuSeconds() - s.since }

// attempt trains a trial until its time is over.
func (s *oursRun) attempt(l engine.Launch) error {
	t := l.Trial
	trial, known := s.trials[t.ID]
	if !known {
		s.pause()
		id, used := s.fence.Start(t.Params)
		s.resume()
		trial, s.trials[t.ID] = id, id
		if err := s.engine.Used(t.ID, used); err != nil {
			return err
		}
	}
	for {
		s.pause()
		r, step, ok := s.fence.Train(trial)
		s.resume()
		if !ok {
			return nil // spent
		}
		*s.clock = s.clock.Add(time.Second)
		if r.Infeasible {
			return s.engine.Tell(t.ID, study.Infeasible, nil)
		}
		rows := make([]study.Point, len(r.Losses))
		for i, v := range r.Losses {
			rows[i] = study.Point{Step: step, Metric: metric(i), Value: v}
		}
		decision, err := s.engine.Report(t.ID, l.Attempt.Number, rows)
		if err != nil {
			return err
		}
		if s.fence.Steps() > 0 {
			if err := s.engine.Checkpoint(t.ID, l.Attempt.Number, step, fmt.Sprintf("/checkpoints/%d-%d", t.ID, step), 1); err != nil {
				return err
			}
		}
		if decision != study.Continue || step >= max(1, s.fence.Steps()) {
			return s.engine.Exit(t.ID, l.Attempt.Number, study.Exit{})
		}
	}
}
