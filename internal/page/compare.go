package page

import (
	"maps"
	"slices"
	"time"

	"github.com/danlu-ml/danlu/internal/display"
	"github.com/danlu-ml/danlu/internal/export"
	"github.com/danlu-ml/danlu/internal/plot"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/text"
)

// Compared is a trial beside others, perhaps of other studies.
type Compared struct {
	Name  string // STUDY:TRIAL
	View  *study.View
	Trial *study.Trial
	Code  study.Provenance // that its last attempt ran with: see [CodeOf]
}

// Beside is a compared trial as an object for other programs.
type Beside struct {
	Study string `json:"study"`
	export.Row
	Seconds float64 `json:"seconds"`
	Code    string  `json:"code,omitempty"`
}

// BesideOf is one of them.
func BesideOf(c Compared, now time.Time) Beside {
	return Beside{c.View.Def.Name, export.RowOf(c.View, c.Trial), c.Trial.Duration(now).Seconds(), version(c.Code)}
}

// Compare shows trials side by side: what they are, what they reached, their
// parameters, a row marked ≠ where they are not all the same.
func Compare(cs []Compared, now time.Time) *text.Table {
	t := &text.Table{Columns: []text.Column{{Min: 8}, {}}}
	for _, c := range cs {
		t.Columns = append(t.Columns, text.Column{Title: text.Clean(c.Name), Min: 6})
	}
	row := func(name string, mark bool, cell func(Compared) string) {
		cells, differ := make([]string, len(cs)), false
		for i, c := range cs {
			cells[i] = cell(c)
			differ = differ || cells[i] != cells[0]
		}
		r := []text.Span{plain(name), {}}
		style := text.Plain
		if differ && mark {
			r[1], style = text.Span{Text: "≠", Style: text.Warn}, text.Bold
		}
		for _, s := range cells {
			r = append(r, text.Span{Text: text.Clean(s), Style: style})
		}
		t.Rows = append(t.Rows, r)
	}
	row("state", false, func(c Compared) string { return string(c.Trial.State) })
	for _, metric := range metricsOf(cs) {
		row(metric, false, func(c Compared) string {
			if x, ok := export.Values(c.View, c.Trial)[metric]; ok {
				return spread(c.View, metric).Format(x)
			}
			return "–"
		})
	}
	for _, name := range paramsOf(cs) {
		row(name, true, func(c Compared) string {
			if v, ok := c.Trial.Params[name]; ok {
				return text.Param(v)
			}
			return "–"
		})
	}
	row("seed", false, func(c Compared) string { return text.Number(float64(c.Trial.Seed)) })
	row("steps", false, func(c Compared) string { return display.Progress(c.View, c.Trial.Step()) })
	row("time", false, func(c Compared) string { return text.Duration(c.Trial.Duration(now)) })
	row("code", true, func(c Compared) string { return version(c.Code) })
	return t
}

// metricsOf are the objectives of the first, then all others by name.
func metricsOf(cs []Compared) []string {
	var first []string
	others := map[string]bool{}
	for _, c := range cs {
		for _, o := range c.View.Def.Objectives {
			if !slices.Contains(first, o.Metric) {
				first = append(first, o.Metric)
			}
		}
		for name := range export.Values(c.View, c.Trial) {
			others[name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(others)) {
		if !slices.Contains(first, name) {
			first = append(first, name)
		}
	}
	return first
}

func paramsOf(cs []Compared) (names []string) {
	for _, c := range cs {
		for _, name := range c.View.Def.Space.Names() {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// Overlay is the compared trials' curves in one chart.
func Overlay(cs []Compared) plot.Chart {
	v := cs[0].View
	c := plot.Chart{Title: "curves: " + v.Def.Objectives[0].Metric, X: stepName(v)}
	for _, x := range cs {
		if len(x.Trial.Curve()) > 0 && x.View.Def.Objectives[0].Metric == v.Def.Objectives[0].Metric {
			c.Series = append(c.Series, Curve(x.View, x.Trial, x.Name))
		}
	}
	return c
}
