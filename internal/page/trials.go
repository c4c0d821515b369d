package page

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/danlu-ml/danlu/internal/display"
	"github.com/danlu-ml/danlu/internal/export"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/text"
)

// Trials lists trials of a study, in the order given.
func Trials(v *study.View, trials []*study.Trial, now time.Time) *text.Table {
	t := &text.Table{Columns: []text.Column{{Title: "trial", Right: true}, {Title: "state"}}}
	ranges := make([]text.Spread, len(v.Def.Objectives))
	for i, o := range v.Def.Objectives {
		t.Columns = append(t.Columns, text.Column{Title: text.Truncate(text.Clean(o.Metric), 14), Right: true})
		ranges[i] = spread(v, o.Metric)
	}
	t.Columns = append(t.Columns,
		text.Column{Title: display.StepName(v.Def), Right: true, Drop: 2}, text.Column{Title: "time", Right: true, Drop: 3},
		text.Column{Title: "parameters", Min: 24}, text.Column{Title: "why", Min: 14, Drop: 1})
	for _, tr := range trials {
		t.Rows = append(t.Rows, trialRow(v, tr, ranges, now))
	}
	return t
}

func trialRow(v *study.View, t *study.Trial, ranges []text.Spread, now time.Time) []text.Span {
	row := []text.Span{{Text: strconv.Itoa(int(t.ID))}, {Text: string(t.State), Style: display.StateStyle(t.State)}}
	values := export.Values(v, t)
	best := v.Best() == t
	for i, o := range v.Def.Objectives {
		cell := text.Span{Text: "–"}
		if x, ok := values[o.Metric]; ok {
			cell.Text = ranges[i].Format(x)
		}
		if best {
			cell.Style = text.Good
		}
		row = append(row, cell)
	}
	step, took := "", ""
	if len(t.Attempts) > 0 {
		step, took = display.Progress(v, t.Step()), text.Duration(t.Duration(now))
	}
	params := display.Differences(v.Def, t.Params)
	if t.Default {
		params = "(default)"
	}
	why := display.Brief(v.Def, t.Reason)
	if best {
		why = "the best so far"
	}
	return append(row, text.Span{Text: step}, text.Span{Text: took}, text.Span{Text: params}, text.Span{Text: text.Clean(why), Style: text.Dim})
}

// ByValue sorts trials: those that ran to their end by the first objective, then
// the others by what they had reached.
func ByValue(v *study.View) []*study.Trial {
	ts := slices.Clone(v.Trials)
	loss := func(t *study.Trial) float64 {
		if len(t.Losses) == 0 && len(t.Curve()) > 0 {
			return t.Curve()[len(t.Curve())-1].Loss
		}
		return t.Loss()
	}
	rank := func(t *study.Trial) int {
		if t.State == study.Completed {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(ts, func(a, b *study.Trial) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(loss(a), loss(b)))
	})
	return ts
}
