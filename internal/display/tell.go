package display

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/text"
)

// tell puts events into lines for a person. Starts are told only where nothing
// else shows what is running.
func (s *story) tell(v *study.View, events []study.Event, starts bool) []text.Line {
	var lines []text.Line
	if !s.begun {
		lines = s.opening(v, events)
	}
	for _, e := range events {
		switch b := e.Body.(type) {
		case study.Changed:
			for _, what := range b.What {
				lines = append(lines, text.Line{{Text: "changed: " + text.Clean(what), Style: text.Warn}})
			}
		case study.Started:
			if starts {
				lines = append(lines, s.startedLine(v, b))
			}
		case study.Ended:
			lines = append(lines, s.endedLine(v, b))
			if !s.alike {
				lines = append(lines, s.alikeLines(v)...)
			}
		case study.Noted:
			lines = append(lines, notedLine(b))
		}
	}
	return lines
}

// note remembers the best trial as known, and reports whether it is new.
func (s *story) note(v *study.View) bool {
	b := v.Best()
	if b == nil || b.ID == s.best {
		return false
	}
	s.best = b.ID
	return true
}

// opening is the study in a few lines, and the heads of the columns that follow.
func (s *story) opening(v *study.View, events []study.Event) []text.Line {
	d := v.Def
	parts := make([]string, 0, 6)
	for _, o := range d.Objectives {
		parts = append(parts, o.String())
	}
	if n := s.trials(v); n > 0 {
		parts = append(parts, Count(n, "trial"))
	}
	if d.Fidelity.Max > 0 {
		parts = append(parts, Count(int(d.Fidelity.Max), StepName(d))+" each")
	}
	if d.Budget.Time > 0 {
		parts = append(parts, text.Duration(d.Budget.Time))
	}
	lines := []text.Line{
		{{Text: "study ", Style: text.Dim}, {Text: text.Clean(d.Name), Style: text.Bold}, {Text: "  " + strings.Join(parts, " · ")}},
		{{Text: fmt.Sprintf("sampler %s, scheduler %s, seed %d", d.Sampler.Name, d.Scheduler.Name, d.Seed), Style: text.Dim}},
	}
	if old := len(v.Trials) - planned(events); old > 0 {
		l := text.Line{{Text: "goes on: " + countsOf(v.Trials[:old])}}
		if b := v.Best(); b != nil && (len(events) == 0 || b.Ended.Before(events[0].Time)) {
			s.note(v)
			l = append(l, text.Span{Text: fmt.Sprintf("; best so far trial %d, %s", b.ID, s.value(v, b))})
		}
		lines = append(lines, l)
	}
	head := s.columns(v, "trial", "state", text.Clean(d.Objectives[0].Metric), StepName(d), "time")
	for i := range head {
		head[i].Style = text.Dim
	}
	return append(lines, nil, head)
}

// planned counts the trials that came into being with these events.
func planned(events []study.Event) int {
	n := 0
	for _, e := range events {
		if _, ok := e.Body.(study.Planned); ok {
			n++
		}
	}
	return n
}

// columns lays out what all lines about trials begin with.
func (s *story) columns(v *study.View, id, state, value, step, duration string) text.Line {
	metric := min(max(text.Width(v.Def.Objectives[0].Metric), 8), 14)
	steps := min(max(text.Width(StepName(v.Def)), 5), 7)
	if h := v.Def.Fidelity.Max; h > 0 {
		steps = max(steps, 2*len(strconv.FormatInt(h, 10))+1)
	}
	return text.Line{
		{Text: text.PadLeft(id, 5) + "  "},
		{Text: text.Pad(state, 10) + "  "},
		{Text: text.PadLeft(text.Truncate(value, metric), metric) + "  "},
		{Text: text.PadLeft(text.Truncate(step, steps), steps) + "  " + text.PadLeft(duration, 5) + "  "},
	}
}

func (s *story) startedLine(v *study.View, b study.Started) text.Line {
	t := v.Trials[b.Trial]
	l := text.Line{{Text: text.PadLeft(strconv.Itoa(int(b.Trial)), 5) + "  started     ", Style: text.Dim}}
	what := Differences(v.Def, t.Params)
	switch {
	case b.Attempt > 1 && b.From > 0:
		what = fmt.Sprintf("attempt %d, from its checkpoint at %s %d", b.Attempt, StepName(v.Def), b.From)
		if f := v.Def.Fidelity; f.Param != "" {
			what = fmt.Sprintf("attempt %d, %s=%s", b.Attempt, text.Clean(f.Param), f.At(b.To))
		}
	case b.Attempt > 1:
		what = fmt.Sprintf("attempt %d, from the beginning", b.Attempt)
	case t.Default:
		what = "the default configuration"
	}
	return append(l, text.Span{Text: what})
}

func (s *story) endedLine(v *study.View, b study.Ended) text.Line {
	t := v.Trials[b.Trial]
	state, value, step := string(b.State), "", ""
	if x, ok := b.Values[v.Def.Objectives[0].Metric]; ok {
		value = s.scale.format(x)
	}
	if b.Attempt > 0 && b.Attempt <= len(t.Attempts) {
		step = Progress(v, t.Attempts[b.Attempt-1].LastStep)
	}
	if b.State == study.Waiting {
		state = "again" // it is the attempt that ended
	}
	l := s.columns(v, strconv.Itoa(int(t.ID)), state, value, step, text.Duration(t.Duration(s.now())))
	l[1].Style = StateStyle(b.State)
	if v.Best() == t && s.note(v) {
		l[1].Style, l[2].Style = text.Good, text.Good
		l = append(l, text.Span{Text: "best so far", Style: text.Good}, text.Span{Text: "  "})
	}
	switch {
	case b.Reason != "":
		l = append(l, text.Span{Text: text.Clean(Brief(v.Def, b.Reason)), Style: reasonStyle(b.State)})
	case t.Default:
		l = append(l, text.Span{Text: "the default configuration", Style: text.Dim})
	default:
		l = append(l, text.Span{Text: Differences(v.Def, t.Params), Style: text.Dim})
	}
	return l
}

func notedLine(b study.Noted) text.Line {
	about := "the study"
	if b.Trial != nil {
		about = fmt.Sprintf("trial %d", *b.Trial)
	}
	return text.Of(fmt.Sprintf("note on %s: %s", about, text.Clean(b.Text)))
}

func reasonStyle(s study.State) text.Style {
	if s == study.Failed || s == study.Infeasible {
		return text.Plain
	}
	return text.Dim
}

// value is a trial's value of the first objective.
func (s *story) value(v *study.View, t *study.Trial) string {
	return s.scale.format(t.Values[v.Def.Objectives[0].Metric])
}

func (s *scale) format(x float64) string { return s.spread().Format(x) }
