package page

import (
	"fmt"
	"strconv"
	"time"

	"github.com/danlu-ml/danlu/internal/display"
	"github.com/danlu-ml/danlu/internal/locate"
	"github.com/danlu-ml/danlu/internal/store"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/text"
)

// Standing is where a study stands: running, ended, or waiting to go on.
func Standing(i store.Info, v *study.View) (state, why string) {
	switch {
	case locate.Running(i):
		return "running", fmt.Sprintf("%s (pid %d on %s) since %s", i.Holder.What, i.Holder.PID, i.Holder.Host, stamp(i.Since))
	case v.Concluded != nil:
		return "ended", v.Concluded.Why
	}
	return "resting", "it can go on: danlu tune"
}

// Studies lists studies, in the order of infos; views has one for each.
func Studies(infos []store.Info, views []*study.View, now time.Time) *text.Table {
	t := &text.Table{Columns: []text.Column{
		{Title: "study", Min: 12},
		{Title: "state"},
		{Title: "trials", Right: true},
		{Title: "best", Right: true},
		{Title: "in trial", Right: true, Drop: 3},
		{Title: "objective", Min: 8, Drop: 1},
		{Title: "last change", Drop: 2},
	}}
	for i, info := range infos {
		v := views[i]
		state, _ := Standing(info, v)
		row := []text.Span{
			plain(info.Study),
			{Text: state, Style: standingStyle(state)},
			{Text: trials(v)},
			{Text: "–"},
			{},
			plain(v.Def.Objectives[0].String()),
			{Text: ago(v.Updated, now), Style: text.Dim},
		}
		if b := v.Best(); b != nil {
			metric := v.Def.Objectives[0].Metric
			row[3] = text.Span{Text: spread(v, metric).Format(b.Values[metric]), Style: text.Bold}
			row[4].Text = strconv.Itoa(int(b.ID))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func standingStyle(state string) text.Style {
	switch state {
	case "running":
		return text.Good
	case "resting":
		return text.Warn
	}
	return text.Plain
}

func trials(v *study.View) string {
	n := strconv.Itoa(len(v.Trials))
	if b := v.Def.Budget.Trials; b > 0 {
		n += "/" + strconv.Itoa(b)
	}
	return n
}

// Study is a page about one study.
func Study(info store.Info, v *study.View, now time.Time, width int) []text.Line {
	d := v.Def
	f := &facts{width: width}
	f.add("study", d.Name, text.Bold)
	state, why := Standing(info, v)
	if why != "" {
		state += ": " + why
	}
	f.add("state", state, text.Plain)
	for _, o := range d.Objectives {
		at := "the last report counts"
		if o.Best {
			at = "the best report counts"
		}
		f.add("objective", o.String()+" ("+at+")", text.Plain)
	}
	f.add("trials", trials(v)+"  "+display.Counts(v), text.Plain)
	f.add("budget", budget(v, now), text.Plain)
	f.add("outlook", display.Outlook(v), text.Plain)
	f.add("search", fmt.Sprintf("sampler %s, scheduler %s, seed %d", d.Sampler.Name, d.Scheduler.Name, d.Seed), text.Plain)
	for _, c := range d.Constraints {
		f.add("constraint", c, text.Plain)
	}
	f.add("made", stamp(v.Created)+" ("+ago(v.Created, now)+")", text.Plain)
	provenance(f, v)
	for _, c := range v.Changes {
		for _, what := range c.What {
			f.add("changed", what, text.Warn)
		}
	}
	for _, n := range v.Notes {
		f.add("note", n.Text, text.Plain)
	}
	f.table("parameters", parameters(d))
	if v.Best() != nil {
		f.table("result", *display.Compare(v, now))
	}
	return f.lines
}

func budget(v *study.View, now time.Time) string {
	b := v.Def.Budget
	out := "spent " + text.Duration(v.Elapsed(now))
	if b.Time > 0 {
		out += " of " + text.Duration(b.Time)
	}
	out += fmt.Sprintf(", %d", v.Steps)
	if b.Steps > 0 {
		out += fmt.Sprintf(" of %d", b.Steps)
	}
	out += " " + display.StepName(v.Def) + "s"
	if h := v.GPUHours(now); h > 0 || b.GPUHours > 0 {
		out += ", " + text.Number(h)
		if b.GPUHours > 0 {
			out += " of " + text.Number(b.GPUHours)
		}
		out += " GPU hours"
	}
	return out
}

func provenance(f *facts, v *study.View) {
	d, p := v.Def, v.Provenance
	f.whole("file", d.File)
	f.whole("command", commandLine(d))
	if p.Commit != "" || len(p.Files) > 0 {
		f.add("code", p.Code(), text.Plain)
	}
	f.add("danlu", p.Danlu, text.Plain)
	machine := p.Host
	for _, s := range append([]string{p.OS, p.CPU}, p.GPUs...) {
		if s != "" {
			machine += ", " + s
		}
	}
	f.add("machine", machine, text.Plain)
	for _, name := range sorted(p.Toolchain) {
		f.add(name, p.Toolchain[name], text.Plain)
	}
}

// parameters is the space as a table.
func parameters(d *study.Definition) text.Table {
	t := text.Table{Columns: []text.Column{
		{Title: "name", Min: 8}, {Title: "range", Min: 10}, {Title: "default"}, {Title: "role", Drop: 2}, {Title: "depends on", Min: 8, Drop: 1},
	}}
	for i := range d.Space.Len() {
		p := d.Space.Param(i)
		on := ""
		for _, c := range p.When {
			on += condition(c) + " "
		}
		if p.Scale != nil {
			on += fmt.Sprintf("scales with %s^%s", p.Scale.To, text.Number(p.Scale.Exponent))
		}
		t.Rows = append(t.Rows, []text.Span{
			plain(p.Name), plain(p.Domain.String()), plain(text.Param(p.Default)), {Text: p.Role, Style: text.Dim}, {Text: text.Clean(on), Style: text.Dim},
		})
	}
	return t
}
