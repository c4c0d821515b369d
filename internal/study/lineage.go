package study

import (
	"slices"

	"github.com/danlu-ml/danlu/internal/space"
)

// Segment is a part of a training, (From, To], under one set of parameters.
type Segment struct {
	Trial    TrialID
	From, To int64
	Params   space.Values
}

// Lineage is how a trial came to its state, from the beginning: one segment for
// itself, after one for each trial whose state it was copied from. For a trial
// that was copied from nobody it is one segment. Read downwards it is the schedule
// of parameters that population based training has found.
func (v *View) Lineage(t *Trial) []Segment {
	line := []Segment{{Trial: t.ID, To: t.Step(), Params: t.Params}}
	for t.Parent != nil {
		line[len(line)-1].From = t.Parent.Step
		parent := v.Trials[t.Parent.Trial]
		line = append(line, Segment{Trial: parent.ID, To: t.Parent.Step, Params: parent.Params})
		t = parent
	}
	slices.Reverse(line)
	// A copy of a copy may have been taken before the copy's own first step.
	return slices.DeleteFunc(line, func(s Segment) bool { return s.To <= s.From && s.Trial != line[len(line)-1].Trial })
}
