package danlu

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/danlu-ml/danlu/internal/spec"
	"github.com/danlu-ml/danlu/internal/study"
)

// Config describes a study. Name, Objective (or Objectives) and Params are needed;
// every other field's zero value works.
type Config struct {
	Name string
	// Objective is a metric and its direction, as in "val_loss min" or
	// "val_accuracy max".
	Objective string
	// Objectives, instead of Objective, are several: the study then looks for the
	// trials that no other one beats in all of them, see [Study.Front].
	Objectives []string
	// BestReport takes a trial's best report as its value instead of its last.
	BestReport bool
	Params     []Param
	// Constraints over parameters are checked before a trial is proposed, those
	// over metrics when it has ended: "width * depth <= 4096".
	Constraints []string
	// Store is the file the study is kept in; empty keeps it in memory.
	Store string
	// MaxStep is the step at which a full training ends; 0: unknown. Schedulers
	// that stop poor trials early want to know it.
	MaxStep int64
	// Resume says that the program keeps the state of a trial that is told to pause,
	// and goes on from it when the trial is asked for again: see [Trial.From]. Without
	// it a trial that pauses begins anew, and schedulers that have a choice do not
	// pause.
	Resume bool
	// Trials, Steps (over all trials) and Time bound the study; 0: no bound.
	Trials int
	Steps  int64
	Time   time.Duration
	// Target ends the study when a trial reaches it in the first objective.
	Target *float64
	// Sampler proposes and Scheduler stops trials early: names as in danlu.yaml; empty:
	// auto. docs/reference.md has them all, with their options.
	Sampler, Scheduler               string
	SamplerOptions, SchedulerOptions Options
	Seed                             uint64 // 0: 1
	// Retries is how often a trial that fails is tried again.
	Retries int
}

// Options are those of a sampler or scheduler, as in Options{"eta": 3}. Names and
// values that it does not have are refused by [New].
type Options map[string]any

// definition is the config as the rest of danlu knows it.
func (c Config) definition() (*study.Definition, error) {
	if c.Name == "" {
		return nil, errors.New("a study needs a name: danlu.Config{Name: …}")
	}
	sp, err := newSpace(c.Params)
	if err != nil {
		return nil, err
	}
	objectives, err := c.objectives()
	if err != nil {
		return nil, err
	}
	sampler, err := algorithm(c.Sampler, c.SamplerOptions)
	if err != nil {
		return nil, err
	}
	scheduler, err := algorithm(c.Scheduler, c.SchedulerOptions)
	if err != nil {
		return nil, err
	}
	def := &study.Definition{
		Name: c.Name, Objectives: objectives, Space: sp, Constraints: c.Constraints,
		Fidelity: study.Fidelity{Step: "step", Max: c.MaxStep, Resume: &c.Resume},
		Budget:   study.Budget{Trials: c.Trials, Steps: c.Steps, Time: c.Time},
		Sampler:  sampler, Scheduler: scheduler, Seed: max(c.Seed, 1), Retries: c.Retries,
	}
	if c.Target != nil {
		def.Target = &study.Target{Metric: objectives[0].Metric, Op: "<=", Value: *c.Target}
		if objectives[0].Maximize {
			def.Target.Op = ">="
		}
	}
	return def, nil
}

func (c Config) objectives() ([]study.Objective, error) {
	texts := c.Objectives
	switch {
	case len(texts) == 0:
		texts = []string{c.Objective}
	case c.Objective != "":
		return nil, errors.New("a study has Objective or Objectives, not both")
	}
	all := make([]study.Objective, len(texts))
	for i, text := range texts {
		o, err := spec.ParseObjective(text)
		if err != nil {
			return nil, err
		}
		for _, other := range all[:i] {
			if other.Metric == o.Metric {
				return nil, fmt.Errorf("two objectives are about %s; leave one out", o.Metric)
			}
		}
		o.Best = c.BestReport
		all[i] = o
	}
	return all, nil
}

func algorithm(name string, options Options) (study.Algorithm, error) {
	a := study.Algorithm{Name: cmp.Or(name, "auto")}
	for option, value := range options {
		text, err := json.Marshal(value)
		if err != nil {
			return a, fmt.Errorf("option %s of %s: %w", option, a.Name, err)
		}
		if a.Options == nil {
			a.Options = map[string]json.RawMessage{}
		}
		a.Options[option] = text
	}
	return a, nil
}
