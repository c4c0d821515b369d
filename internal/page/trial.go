package page

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danlu-ml/danlu/internal/display"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/text"
)

// Trial is a page about one trial. verdicts are those of all its attempts, in
// order: the view keeps the current one's alone.
func Trial(v *study.View, t *study.Trial, verdicts []study.Judged, now time.Time, width int) []text.Line {
	f := &facts{width: width}
	f.add("trial", fmt.Sprintf("%d of %s", t.ID, v.Def.Name), text.Bold)
	state := string(t.State)
	if v.Best() == t {
		state += ", the best so far"
	}
	if t.Reason != "" {
		state += ": " + t.Reason
	}
	f.add("state", state, display.StateStyle(t.State))
	by := "sampler " + t.Sampler
	switch t.Sampler {
	case "default":
		by = "the default configuration"
	case "user":
		by = "asked for by the user"
	case "earlier":
		by = "known before"
	}
	if t.Why != "" {
		by += ": " + t.Why
	}
	f.add("why", by, text.Plain)
	if t.Parent != nil {
		f.add("parent", fmt.Sprintf("trial %d at %s %d", t.Parent.Trial, display.StepName(v.Def), t.Parent.Step), text.Plain)
	}
	f.add("time", when(t, now), text.Plain)
	f.add("seed", strconv.FormatUint(t.Seed, 10), text.Plain)
	f.add("name", t.Name, text.Plain)
	if a := t.Attempt(); a != nil {
		f.whole("folder", a.Dir)
	}
	curve(f, v, t)
	f.table("parameters", trialParams(v, t))
	if t.Parent != nil {
		f.table("schedule", lineage(v, t))
	}
	f.table("metrics", metrics(t, display.StepName(v.Def)))
	f.table("attempts", attempts(t, now))
	for _, a := range t.Attempts[:max(len(t.Attempts)-1, 0)] { // the last one's reason is the trial's
		f.item(fmt.Sprintf("%3d  ", a.Number), a.Reason)
	}
	tail(f, t)
	verdictList(f, verdicts, display.StepName(v.Def))
	checkpoints(f, t, display.StepName(v.Def))
	if len(t.Notes) > 0 {
		f.lines = append(f.lines, nil)
	}
	for _, n := range t.Notes {
		f.add("note", n.Text, text.Plain)
	}
	return f.lines
}

func when(t *study.Trial, now time.Time) string {
	if len(t.Attempts) == 0 {
		return "planned " + stamp(t.Planned) + ", not started yet"
	}
	return fmt.Sprintf("started %s, ran %s", stamp(t.Attempts[0].Started), text.Duration(t.Duration(now)))
}

// curve draws the first objective over the trial's own range.
func curve(f *facts, v *study.View, t *study.Trial) {
	o, c := v.Def.Objectives[0], t.Curve()
	if len(c) == 0 {
		return
	}
	steps, values := make([]int64, len(c)), make([]float64, len(c))
	var r text.Spread
	first := true
	for i, p := range c {
		steps[i], values[i] = p.Step, o.Value(p.Loss)
		if x := values[i]; x-x == 0 {
			if first {
				r, first = text.Spread{Low: x, High: x}, false
			}
			r.Low, r.High = min(r.Low, x), max(r.High, x)
		}
	}
	spark := strings.TrimRight(text.Spark(steps, values, v.Horizon(t), 40, r.Low, r.High), " ")
	what := text.Clean(o.Metric) + " " + display.Progress(v, c.Last())
	if !first {
		what += fmt.Sprintf(", %s … %s", r.Format(r.Low), r.Format(r.High))
	}
	f.lines = append(f.lines, text.Line{{Text: text.Pad("curve", nameWidth), Style: text.Dim}, {Text: spark}, {Text: "  " + what, Style: text.Dim}})
}

func trialParams(v *study.View, t *study.Trial) text.Table {
	table := text.Table{Columns: []text.Column{{Title: "name", Min: 8}, {Title: "value", Min: 8}}}
	def, has := v.Def.Space.Default()
	has = has && !t.Default
	if has {
		table.Columns = append(table.Columns, text.Column{Title: "default", Min: 6}, text.Column{})
	}
	for _, name := range v.Def.Space.Names() {
		val, ok := t.Params[name]
		d, inDefault := def[name]
		if !ok && !(has && inDefault) {
			continue
		}
		row := []text.Span{plain(name), {Text: "–"}}
		if ok {
			row[1] = plain(val.String())
		}
		if used, changed := t.Used[name]; changed && used != val {
			row[1].Text += " (used: " + text.Clean(used.String()) + ")"
		}
		if has {
			was := text.Span{Text: "–"}
			if inDefault {
				was = plain(text.Param(d))
			}
			mark := text.Span{}
			if val != d {
				row[1].Style, mark.Text = text.Bold, "differs"
			}
			row = append(row, was, mark)
		}
		table.Rows = append(table.Rows, row)
	}
	was := v.Def.Space.Products(def)
	for i, p := range v.Def.Space.Products(t.Params) {
		if p.Value.IsZero() {
			continue
		}
		row := []text.Span{plain(p.Name), plain(text.Param(p.Value))}
		if has && was[i].Value.IsZero() {
			row = append(row, text.Span{Text: "–"})
		} else if has {
			row = append(row, plain(text.Param(was[i].Value)))
		}
		table.Rows = append(table.Rows, row)
	}
	for _, name := range slices.Sorted(maps.Keys(t.Used)) {
		if _, known := t.Params[name]; !known {
			table.Rows = append(table.Rows, []text.Span{plain(name), plain(t.Used[name].String() + " (used)")})
		}
	}
	return table
}

// lineage is how a copy came to its state: which trial trained which steps, with which
// parameters, of later ones those that changed.
func lineage(v *study.View, t *study.Trial) text.Table {
	table := text.Table{Columns: []text.Column{{Title: display.StepName(v.Def) + "s", Right: true}, {Title: "trial", Right: true}, {Title: "parameters", Min: 12}}}
	var before space.Values
	for _, s := range v.Lineage(t) {
		var what []string
		for _, name := range v.Def.Space.Names() {
			if val, ok := s.Params[name]; ok && (before == nil || val != before[name]) {
				what = append(what, name+"="+text.Param(val))
			}
		}
		before = s.Params
		table.Rows = append(table.Rows, []text.Span{plain(fmt.Sprintf("%d–%d", s.From, max(s.From, s.To))), plain(fmt.Sprint(s.Trial)), plain(strings.Join(what, " "))})
	}
	return table
}

func metrics(t *study.Trial, step string) text.Table {
	table := text.Table{Columns: []text.Column{
		{Title: "name", Min: 8},
		{Title: "value", Right: true},
		{Title: "last", Right: true},
		{Title: "at " + step, Right: true},
		{Title: "lowest", Right: true},
		{Title: "highest", Right: true},
		{Title: "reports", Right: true, Drop: 1},
	}}
	for _, name := range slices.Sorted(maps.Keys(t.Metrics)) {
		s := t.Metrics[name]
		r := text.Spread{Low: s.Min, High: s.Max}
		row := []text.Span{
			plain(name),
			{},
			{Text: r.Format(s.Last)},
			{Text: strconv.FormatInt(s.LastStep, 10)},
			{Text: r.Format(s.Min)},
			{Text: r.Format(s.Max)},
			{Text: strconv.Itoa(s.Count)},
		}
		if s.Min > s.Max {
			row[4].Text, row[5].Text = "–", "–"
		}
		if x, ok := t.Values[name]; ok {
			row[1] = text.Span{Text: r.Format(x), Style: text.Bold}
		}
		table.Rows = append(table.Rows, row)
	}
	for _, name := range slices.Sorted(maps.Keys(t.Values)) {
		if t.Metrics[name] == nil { // told at the end alone
			table.Rows = append(table.Rows, []text.Span{plain(name), {Text: text.Number(t.Values[name]), Style: text.Bold}})
		}
	}
	return table
}

func attempts(t *study.Trial, now time.Time) text.Table {
	table := text.Table{Columns: []text.Column{
		{Title: "", Right: true},
		{Title: "started"},
		{Title: "ran", Right: true},
		{Title: "steps", Right: true},
		{Title: "then"},
		{Title: "exit"},
		{Title: "CPU", Right: true, Drop: 2},
		{Title: "memory", Right: true, Drop: 1},
	}}
	for _, a := range t.Attempts {
		end := a.Ended
		if end.IsZero() {
			end = now
		}
		row := []text.Span{
			{Text: strconv.Itoa(a.Number)},
			{Text: a.Started.Local().Format("15:04:05")},
			{Text: text.Duration(end.Sub(a.Started))},
			{Text: fmt.Sprintf("%d–%d", a.From, a.LastStep)},
			{Text: string(a.State), Style: display.StateStyle(a.State)},
			{},
			{},
			{},
		}
		if a.Lost {
			row[5].Text = "lost"
		}
		if x := a.Exit; x != nil {
			row[5].Text = exit(x)
			if x.CPU > 0 {
				row[6].Text = text.Duration(time.Duration(x.CPU * float64(time.Second)))
			}
			if x.MaxRSS > 0 {
				row[7].Text = text.Number(x.MaxRSS) + " MB"
			}
		}
		table.Rows = append(table.Rows, row)
	}
	return table
}

func exit(x *study.Exit) string {
	out := strconv.Itoa(x.Code)
	if x.Signal != "" {
		out = x.Signal
	}
	if x.Cause != "" {
		out += " (" + x.Cause + ")"
	}
	return text.Clean(out)
}

// tail adds the last lines of the last attempt's output, where it did not end
// well.
func tail(f *facts, t *study.Trial) {
	a := t.Attempt()
	if a == nil || a.Exit == nil || a.Exit.Tail == "" || t.State == study.Completed || t.State == study.Stopped {
		return
	}
	f.lines = append(f.lines, nil, text.Line{{Text: "last lines of its output", Style: text.Dim}})
	for line := range strings.Lines(strings.TrimSpace(a.Exit.Tail)) {
		f.lines = append(f.lines, text.Of("  "+text.Clean(strings.TrimRight(line, "\r\n"))))
	}
}

// verdictList has the verdicts with all of their reasons.
func verdictList(f *facts, verdicts []study.Judged, step string) {
	if len(verdicts) == 0 {
		return
	}
	f.lines = append(f.lines, nil, text.Line{{Text: "verdicts", Style: text.Dim}})
	for _, j := range verdicts {
		head := fmt.Sprintf("  %s %d", step, j.Step)
		if j.Attempt > 1 {
			head += fmt.Sprintf(" of attempt %d", j.Attempt)
		}
		f.item(head+"  ", fmt.Sprintf("%s, says %s: %s", j.Decision, j.By, j.Why))
	}
}

// checkpoints lists them with their whole paths, which are there to be copied.
func checkpoints(f *facts, t *study.Trial, step string) {
	if len(t.Checkpoints) == 0 {
		return
	}
	f.lines = append(f.lines, nil, text.Line{{Text: "checkpoints", Style: text.Dim}})
	for _, c := range t.Checkpoints {
		what := fmt.Sprintf("  %s %d  ", step, c.Step)
		if c.Bytes > 0 {
			what += text.Number(float64(c.Bytes)/1e6) + " MB  "
		}
		f.lines = append(f.lines, text.Line{{Text: what}, {Text: text.Clean(c.Path), Style: text.Whole}})
	}
}
