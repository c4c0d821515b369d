package display

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/text"
)

// End is how a run came to its end.
type End struct {
	// Reason is a word: budget, target, exhausted, stopped, hopeless. Empty with
	// Interrupted.
	Reason string
	Why    string // for people
	// Interrupted: a person left before the study's end, and it can go on.
	Interrupted bool
	Store       string // the file the study is kept in; empty: none
	Flag        string // " --store FILE" where danlu does not find it by itself
	Self        string // how to call danlu; empty: danlu
	File        string // of the definition; empty: none
	// Next is what to type now; nil: what suits the study.
	Next []Command
}

// Command is something to type, and what it is good for.
type Command struct{ Line, What string }

func (e End) reason() string {
	if e.Interrupted {
		return "interrupted"
	}
	return e.Reason
}

// summary is the last picture.
func (s *story) summary(v *study.View, end End, width int) []text.Line {
	lines := []text.Line{nil}
	lines = append(lines, text.Wrap(s.conclusion(v, end), width)...)
	if len(v.Trials) > 0 {
		lines = append(lines, text.Of(Counts(v)+trained(v)), nil)
		lines = append(lines, s.outcome(v, width)...)
	}
	if end.Store != "" {
		lines = append(lines, nil, text.Line{{Text: "kept in  ", Style: text.Dim}, {Text: text.Clean(end.Store), Style: text.Whole}})
	}
	return append(lines, s.next(v, end, width)...)
}

func (s *story) conclusion(v *study.View, end End) string {
	took := text.Duration(v.Elapsed(s.now()))
	if end.Interrupted {
		return fmt.Sprintf("Study %s was left after %s, before its end. It can go on.", v.Def.Name, took)
	}
	out := fmt.Sprintf("Study %s ended after %s", v.Def.Name, took)
	if end.Why != "" {
		out += ": " + end.Why
	}
	return text.Clean(out) + "."
}

// trained says how much of the full length of all trials was needed.
func trained(v *study.View) string {
	h := v.Def.Fidelity.Max
	if h == 0 || v.Started == 0 {
		return ""
	}
	if v.Def.Fidelity.Param != "" {
		return fmt.Sprintf("; %.1f of %d full trainings", float64(v.Steps)/float64(h), v.Started)
	}
	return fmt.Sprintf("; %d of %d %ss trained", v.Steps, h*int64(v.Started), StepName(v.Def))
}

// outcome is the best configuration beside the default one, or why there is none.
func (s *story) outcome(v *study.View, width int) []text.Line {
	best, def := v.Best(), v.DefaultTrial()
	if best == nil {
		return s.nothing(v, width)
	}
	if def != nil && def.State != study.Completed {
		def = nil
	}
	lines := s.compare(v, best, def).Lines(width)
	if best == def && v.Count[study.Completed] > 1 {
		lines = append(lines, nil)
		lines = append(lines, text.Wrap("Nothing that was tried is better than the default configuration.", width)...)
	}
	if len(v.Def.Objectives) > 1 {
		lines = append(lines, s.front(v, width)...)
	}
	if a := alikeText(v); a != "" {
		lines = append(lines, nil)
		for _, l := range text.Wrap(text.Clean(a), width) {
			l[0].Style = text.Warn
			lines = append(lines, l)
		}
	}
	if o := Outlook(v); o != "" {
		lines = append(lines, nil)
		lines = append(lines, text.Wrap(strings.ToUpper(o[:1])+o[1:]+".", width)...)
	}
	return lines
}

func (s *story) nothing(v *study.View, width int) []text.Line {
	lines := text.Wrap("No trial ran to its end, so there is no best one.", width)
	if t := lastFailure(v); t != nil {
		lines = append(lines, text.Wrap(fmt.Sprintf("Trial %d %s: %s", t.ID, t.State, text.Clean(t.Reason)), width)...)
	}
	return lines
}

// lastFailure is the last trial that shows what is wrong; nil if none does.
func lastFailure(v *study.View) *study.Trial {
	for _, t := range slices.Backward(v.Trials) {
		if t.State == study.Failed || t.State == study.Infeasible || t.State == study.Diverged {
			return t
		}
	}
	return nil
}

// Compare sets the best configuration beside the default one (nil: alone), with
// what each of them reached. Only a default trial that ran to its end is shown.
func Compare(v *study.View, now time.Time) *text.Table {
	s := story{now: func() time.Time { return now }, scale: newScale(v)}
	def := v.DefaultTrial()
	if def != nil && def.State != study.Completed {
		def = nil
	}
	return s.compare(v, v.Best(), def)
}

func (s *story) compare(v *study.View, best, def *study.Trial) *text.Table {
	if best == def {
		def = nil
	}
	table := &text.Table{Columns: []text.Column{{}, {Title: fmt.Sprintf("best (trial %d)", best.ID), Min: 8}}}
	if best.Default {
		table.Columns[1].Title = fmt.Sprintf("default (trial %d)", best.ID)
	}
	if def != nil {
		table.Columns = append(table.Columns,
			text.Column{Title: fmt.Sprintf("default (trial %d)", def.ID), Min: 8},
			text.Column{Title: "difference", Min: 8})
	}
	for _, m := range resultMetrics(v, best) {
		table.Rows = append(table.Rows, s.metricRow(v, m, best, def))
	}
	ours, others := configuration(v, best), configuration(v, def)
	for i, p := range ours {
		if row := paramRow(p.Name, p.Value, others[i].Value, def != nil); row != nil {
			table.Rows = append(table.Rows, row)
		}
	}
	if len(best.Curve()) > 1 {
		row := []text.Span{{Text: "curve", Style: text.Dim}, {Text: s.spark(v, best), Style: text.Good}}
		if def != nil {
			row = append(row, text.Span{Text: s.spark(v, def)})
		}
		table.Rows = append(table.Rows, row)
	}
	table.Rows = append(table.Rows, timeRow(s, best, def))
	return table
}

// resultMetrics are the objectives, and what a trial measured on data it was not
// chosen by: metrics with "test" in their name.
func resultMetrics(v *study.View, t *study.Trial) []string {
	var names, tests []string
	for _, o := range v.Def.Objectives {
		names = append(names, o.Metric)
	}
	for name := range t.Metrics {
		if strings.Contains(name, "test") && !slices.Contains(names, name) {
			tests = append(tests, name)
		}
	}
	slices.Sort(tests)
	return append(names, tests...)
}

func (s *story) metricRow(v *study.View, metric string, best, def *study.Trial) []text.Span {
	spread := s.scale.spread()
	if metric != v.Def.Objectives[0].Metric {
		spread = text.Spread{}
	}
	b, ok := reported(best, best.Values)[metric]
	row := []text.Span{{Text: text.Clean(metric)}, {Text: "–", Style: text.Good}}
	if ok {
		row[1].Text = spread.Format(b)
	}
	if def == nil {
		return row
	}
	d, has := reported(def, def.Values)[metric]
	if !ok || !has {
		return append(row, text.Span{Text: "–"})
	}
	if !(spread.High > spread.Low) { // as many digits for both
		spread = text.Spread{Low: min(b, d), High: max(b, d)}
		if w := max(spread.High-spread.Low, 0.01*max(spread.High, -spread.Low)); w > 0 {
			spread.High = spread.Low + w
			row[1].Text = spread.Format(b)
		}
	}
	return append(row, text.Span{Text: spread.Format(d)}, text.Span{Text: spread.Delta(b - d), Style: text.Bold})
}

// configuration is what the search chose for a trial: each parameter, and products
// that are searched as such. One that the trial does not have is no value; without a
// trial all are.
func configuration(v *study.View, t *study.Trial) []space.Product {
	var vs space.Values
	if t != nil {
		vs = t.Params
	}
	var all []space.Product
	for _, name := range v.Def.Space.Names() {
		all = append(all, space.Product{Name: name, Value: vs[name]})
	}
	return append(all, v.Def.Space.Products(vs)...)
}

// paramRow is a value of the best configuration, the default one or both, which it
// compares if that is wanted; nil where neither has it.
func paramRow(name string, b, d space.Value, compare bool) []text.Span {
	ok, has := !b.IsZero(), !d.IsZero()
	if !ok && !has {
		return nil
	}
	show := func(v space.Value, ok bool) string {
		if !ok {
			return "–"
		}
		return text.Param(v)
	}
	row := []text.Span{{Text: text.Clean(name)}, {Text: show(b, ok)}}
	if !compare {
		return row
	}
	row = append(row, text.Span{Text: show(d, has)})
	if b == d {
		row[1].Style = text.Dim
		row[2].Style = text.Dim
		return row
	}
	row[1].Style = text.Bold
	what := change(b, d)
	switch {
	case !has:
		what = "not in the default"
	case !ok:
		what = "not in the best"
	}
	return append(row, text.Span{Text: what, Style: text.Bold})
}

// change says how a value differs from another.
func change(b, d space.Value) string {
	x, y := b.Float(), d.Float()
	switch {
	case x > 0 && y > 0 && x >= y:
		return "×" + strconv.FormatFloat(x/y, 'g', 3, 64)
	case x > 0 && y > 0:
		return "÷" + strconv.FormatFloat(y/x, 'g', 3, 64)
	case x != x || y != y || b.Kind() == space.BoolKind:
		return "other"
	}
	return (text.Spread{}).Delta(x - y)
}

func timeRow(s *story, best, def *study.Trial) []text.Span {
	now := s.now()
	row := []text.Span{{Text: "time", Style: text.Dim}, {Text: text.Duration(best.Duration(now)), Style: text.Dim}}
	if def != nil {
		row = append(row, text.Span{Text: text.Duration(def.Duration(now)), Style: text.Dim})
	}
	return row
}

// next is what to type now.
func (s *story) next(v *study.View, end End, width int) []text.Line {
	commands := end.Next
	if commands == nil {
		commands = suggestions(v, end)
	}
	if len(commands) == 0 {
		return nil
	}
	// The commands are to be copied, so they stand whole on their lines; what each
	// is good for stands beside it where there is room for all of them.
	wide, help := 0, 0
	for _, c := range commands {
		wide, help = max(wide, text.Width(c.Line)), max(help, text.Width(c.What))
	}
	lines := []text.Line{nil, {{Text: "next", Style: text.Dim}}}
	for _, c := range commands {
		l := text.Line{{Text: "  "}, {Text: text.Pad(c.Line, wide), Style: text.Whole}}
		if 2+wide+2+help <= text.Columns(width) {
			l = append(l, text.Span{Text: "  " + c.What, Style: text.Dim})
		} else {
			l = text.Line{{Text: "  "}, {Text: c.Line, Style: text.Whole}}
			lines = append(lines, text.Line{{Text: "  # " + c.What, Style: text.Dim}})
		}
		lines = append(lines, l)
	}
	return lines
}

func suggestions(v *study.View, end End) []Command {
	name := end.study(v)
	var cs []Command
	add := func(line, what string) {
		if end.Self != "" {
			line = end.Self + strings.TrimPrefix(line, "danlu")
		}
		cs = append(cs, Command{line, what})
	}
	if end.Interrupted && end.File != "" {
		add("danlu tune"+orDefault(end.File), "go on with the study")
	}
	if end.Store == "" {
		return cs
	}
	if b := v.Best(); b != nil {
		if len(v.Def.Command) > 0 {
			add("danlu best"+name+" --command"+end.Flag, "the command line that reproduces the best")
		}
		add(fmt.Sprintf("danlu show%s %d%s", name, b.ID, end.Flag), "all about the best trial")
	} else if t := lastFailure(v); t != nil {
		add(fmt.Sprintf("danlu logs%s %d%s", name, t.ID, end.Flag), "what its program said")
	}
	add("danlu ls"+name+end.Flag, "every trial")
	return cs
}

// study is the study's name as an argument, quoted where a shell needs it.
func (e End) study(v *study.View) string { return " " + quote(v.Def.Name) }

func orDefault(file string) string {
	if file == "danlu.yaml" {
		return ""
	}
	return " " + quote(file)
}

// quote makes s one word of a POSIX shell.
func quote(s string) string {
	if s != "" && strings.IndexFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_-./=,:@%+", r))
	}) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
