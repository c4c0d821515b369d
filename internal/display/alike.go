package display

import (
	"fmt"
	"maps"
	"slices"

	"github.com/danlu-ml/danlu/internal/command"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/text"
)

// telling is how many trials with the same value are no chance.
const telling = 5

// alike counts the trials that ran to their end, if they all have the same values to
// the last bit whatever was tried, and are enough to tell; otherwise it is 0.
func alike(v *study.View) (n int) {
	best, other := v.Best(), false
	if best == nil || v.Count[study.Completed] < telling {
		return 0
	}
	for _, t := range v.Trials {
		if t.State != study.Completed {
			continue
		}
		if !slices.Equal(t.Losses, best.Losses) {
			return 0
		}
		n++
		other = other || !maps.Equal(t.Params, best.Params)
	}
	if !other {
		return 0
	}
	return n
}

// alikeLines says it in passing, when it is so for the first time.
func (s *story) alikeLines(v *study.View) []text.Line {
	n := alike(v)
	if s.alike = n > 0; !s.alike {
		return nil
	}
	return []text.Line{{{Text: fmt.Sprintf("%d trials came out the same: does the program use the parameters it is given?", n), Style: text.Warn}}}
}

// alikeText says that all came out the same, and what to look at; empty if not.
func alikeText(v *study.View) string {
	n := alike(v)
	if n == 0 {
		return ""
	}
	metric := v.Def.Objectives[0].Metric
	out := fmt.Sprintf("All %d trials that ran to their end have the same %s, %s, whatever was tried: does the program use the parameters it is given?",
		n, metric, text.Number(v.Best().Values[metric]))
	if names, all := command.Uses(v.Def.Command); len(v.Def.Command) > 0 && !all && len(names) == 0 {
		out += fmt.Sprintf(" Its command passes none, as in --%s {%[1]s}, and it may not read its environment.", v.Def.Space.Names()[0])
	}
	return out
}
