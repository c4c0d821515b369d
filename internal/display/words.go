package display

import (
	"strconv"
	"strings"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/text"
)

// StateStyle is how a trial's state stands out.
func StateStyle(s study.State) text.Style {
	switch s {
	case study.Failed, study.Diverged, study.Infeasible:
		return text.Bad
	case study.Waiting, study.Paused:
		return text.Warn
	case study.Stopped:
		return text.Dim
	}
	return text.Plain
}

// StepName is what the study calls a step.
func StepName(d *study.Definition) string {
	if d.Fidelity.Step != "" {
		return text.Clean(d.Fidelity.Step)
	}
	return "step"
}

// Progress is a step of the schedule: 3/10.
func Progress(v *study.View, step int64) string {
	s := strconv.FormatInt(step, 10)
	if h := v.Def.Fidelity.Max; h > 0 {
		s += "/" + strconv.FormatInt(h, 10)
	}
	return s
}

// Count is a number of things: 1 trial, 2 trials.
func Count(n int, what string) string {
	if n != 1 && !strings.HasPrefix(what, "%") {
		what += "s"
	}
	return strconv.Itoa(n) + " " + what
}

// Counts says how many trials are in which state.
func Counts(v *study.View) string { return countsOf(v.Trials) }

func countsOf(trials []*study.Trial) string {
	n := map[study.State]int{}
	for _, t := range trials {
		n[t.State]++
	}
	var parts []string
	for _, s := range study.States {
		if n[s] > 0 {
			parts = append(parts, strconv.Itoa(n[s])+" "+string(s))
		}
	}
	return strings.Join(parts, " · ")
}

// Differences lists the parameters that differ from the default configuration,
// or, without one, those that could be otherwise.
func Differences(d *study.Definition, params space.Values) string {
	var parts []string
	def, has := d.Space.Default()
	for i := range d.Space.Len() {
		p := d.Space.Param(i)
		val, ok := params[p.Name]
		switch {
		case !ok, has && def[p.Name] == val, !has && p.Domain.Count() == 1:
			continue
		}
		parts = append(parts, text.Clean(p.Name)+"="+text.Param(val))
	}
	return strings.Join(parts, " ")
}

// Brief leaves out of a scheduler's reason what the line shows already: the value,
// and the step.
func Brief(d *study.Definition, reason string) string {
	said, rest, ok := strings.Cut(reason, ": ")
	if ok && strings.Contains(said, " at "+StepName(d)+" ") && len(strings.Fields(said)) == 4 {
		return rest
	}
	return reason
}
