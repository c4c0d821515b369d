package scheduler

import (
	"fmt"

	"github.com/danlu-ml/danlu/internal/study"
)

// replay trains by a schedule of parameters, such as population based training has
// found: a trial pauses where a segment ends and goes on from its checkpoint with the
// next one's parameters. It judges nobody.
type replay struct{ segments []study.Scheduled }

type replayOptions struct {
	// Segments are the parts of the schedule in order, each with the step at which it
	// ends, the last without, and the parameters until there.
	Segments []study.Scheduled `json:"segments"`
}

func newReplay(a study.Algorithm, def *study.Definition) (Scheduler, error) {
	var o replayOptions
	if err := a.Decode(&o); err != nil {
		return nil, err
	}
	if len(o.Segments) == 0 {
		return nil, fmt.Errorf("it has no segments; `danlu show STUDY TRIAL --schedule` writes those of a trial")
	}
	before := int64(0)
	for i, s := range o.Segments {
		last := i == len(o.Segments)-1
		if (s.To != 0 || !last) && s.To <= before || last && s.To != 0 && s.To != def.Fidelity.Max {
			return nil, fmt.Errorf("segment %d ends at %s; want rising ends from 1 up, and the last segment without", i+1, at(def, s.To))
		}
		before = s.To
		for name, value := range s.Params {
			k := def.Space.Index(name)
			if k < 0 {
				return nil, fmt.Errorf("segment %d sets %s, which is not a parameter%s", i+1, name, didYouMean(name, def.Space.Names()))
			}
			if _, ok := def.Space.Param(k).Domain.Cast(value); !ok {
				return nil, fmt.Errorf("segment %d sets %s to %s: it is %s", i+1, name, value, def.Space.Param(k).Domain)
			}
		}
	}
	return replay{o.Segments}, nil
}

// Name implements [Scheduler].
func (replay) Name() string { return "replay" }

// Judge implements [Scheduler]: that a trial pauses follows from its segment.
func (replay) Judge(*study.View, *study.Trial, int64) Verdict { return goOn }

// Next implements [Scheduler].
func (r replay) Next(v *study.View) (Action, bool) {
	for _, t := range v.Trials {
		if t.State == study.Paused {
			return Action{Kind: Resume, Trial: t.ID, To: r.end(t.Step()), Why: "the next part of the schedule"}, true
		}
	}
	return Action{Kind: Start, To: r.end(0)}, true
}

// end is where the segment ends that follows a step.
func (r replay) end(step int64) int64 {
	for _, s := range r.segments[:len(r.segments)-1] {
		if s.To > step {
			return s.To
		}
	}
	return 0
}
