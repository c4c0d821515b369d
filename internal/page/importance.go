package page

import (
	"fmt"
	"math"

	"github.com/danlu-ml/danlu/internal/importance"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/text"
)

const (
	barWidth = 20
	// pairsShown is how many pairs of parameters a page lists.
	pairsShown = 5
)

// Importance shows how much each parameter matters, an objective after another.
// An error says why it can't be told.
func Importance(v *study.View, width int) ([]text.Line, error) {
	var lines []text.Line
	for k := range v.Def.Objectives {
		r, err := importance.Of(v, k)
		if err != nil {
			return nil, err
		}
		if k > 0 {
			lines = append(lines, nil)
		}
		lines = append(lines, importanceLines(r, width)...)
	}
	return lines, nil
}

func importanceLines(r *importance.Report, width int) []text.Line {
	lines := text.Wrap(fmt.Sprintf("What %s depends on, by the %d trials that ran to their end:", text.Clean(r.Objective), r.Trials), width)
	table := text.Table{Indent: 2, Columns: []text.Column{
		{Title: "parameter", Min: 8},
		{Title: "share of the variance", Drop: 2},
		{Right: true},
		{Title: "among the best", Right: true, Drop: 1},
	}}
	for _, p := range r.Params {
		table.Rows = append(table.Rows, []text.Span{plain(p.Name), {Text: text.Bar(p.Share.Mean, barWidth), Style: text.Good}, {Text: percent(p.Share)}, {Text: percent(p.Best)}})
	}
	for _, p := range r.Pairs[:min(len(r.Pairs), pairsShown)] {
		table.Rows = append(table.Rows, []text.Span{plain(p.A + " × " + p.B), {Text: text.Bar(p.Share.Mean, barWidth), Style: text.Dim}, {Text: percent(p.Share)}, {}})
	}
	lines = append(lines, table.Lines(width)...)
	lines = append(lines, nil)
	explain := "The share is what a parameter, or two together beyond each alone, changes over the whole space (fANOVA)"
	if rest := math.Round(100 * r.Rest); rest >= 1 {
		explain += fmt.Sprintf("; %.0f %% are larger combinations and noise", rest)
	}
	explain += ". Among the best: how much the best tenth of the trials differs from all in it (PED-ANOVA)."
	for _, l := range text.Wrap(explain, width) {
		lines = append(lines, text.Line{{Text: l[0].Text, Style: text.Dim}})
	}
	return lines
}

func percent(s importance.Share) string {
	return fmt.Sprintf("%.0f ± %.0f %%", 100*s.Mean, 100*s.SD)
}

// Weights is the importance of parameters as an object for other programs.
type Weights struct {
	Objective  string            `json:"objective"`
	Trials     int               `json:"trials"`
	Parameters []ParameterWeight `json:"parameters"`
	Pairs      []PairWeight      `json:"pairs"`
	Rest       float64           `json:"rest"`
}

// ParameterWeight is the importance of one parameter: shares of 1.
type ParameterWeight struct {
	Name   string  `json:"name"`
	Share  float64 `json:"fanova"`
	SD     float64 `json:"fanova_sd"`
	Best   float64 `json:"ped_anova"`
	BestSD float64 `json:"ped_anova_sd"`
}

// PairWeight is the importance of two parameters together.
type PairWeight struct {
	Names [2]string `json:"names"`
	Share float64   `json:"fanova"`
	SD    float64   `json:"fanova_sd"`
}

// WeightsOf is the importance of parameters for every objective.
func WeightsOf(v *study.View) ([]Weights, error) {
	var all []Weights
	for k := range v.Def.Objectives {
		r, err := importance.Of(v, k)
		if err != nil {
			return nil, err
		}
		w := Weights{Objective: r.Objective, Trials: r.Trials, Pairs: []PairWeight{}, Rest: r.Rest}
		for _, p := range r.Params {
			w.Parameters = append(w.Parameters, ParameterWeight{p.Name, p.Share.Mean, p.Share.SD, p.Best.Mean, p.Best.SD})
		}
		for _, p := range r.Pairs {
			w.Pairs = append(w.Pairs, PairWeight{[2]string{p.A, p.B}, p.Share.Mean, p.Share.SD})
		}
		all = append(all, w)
	}
	return all, nil
}
