package display

import (
	"slices"
	"strconv"

	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/text"
)

// Front lists the trials on the Pareto front by the first objective, the best
// first: with several objectives, they are the answer.
func Front(v *study.View) *text.Table {
	front := v.Pareto()
	slices.SortStableFunc(front, func(a, b *study.Trial) int {
		return slices.Compare(a.Losses, b.Losses)
	})
	t := &text.Table{Columns: []text.Column{{Title: "trial", Right: true}}}
	ranges := make([]text.Spread, len(v.Def.Objectives))
	for i, o := range v.Def.Objectives {
		t.Columns = append(t.Columns, text.Column{Title: text.Truncate(text.Clean(o.Metric), 14), Right: true})
		for k, tr := range front {
			x := tr.Values[o.Metric]
			if k == 0 {
				ranges[i] = text.Spread{Low: x, High: x}
			}
			ranges[i].Low, ranges[i].High = min(ranges[i].Low, x), max(ranges[i].High, x)
		}
	}
	t.Columns = append(t.Columns, text.Column{Title: "parameters", Min: 24})
	for _, tr := range front {
		row := []text.Span{{Text: strconv.Itoa(int(tr.ID))}}
		for i, o := range v.Def.Objectives {
			row = append(row, text.Span{Text: ranges[i].Format(tr.Values[o.Metric])})
		}
		params := Differences(v.Def, tr.Params)
		if tr.Default {
			params = "(default)"
		}
		t.Rows = append(t.Rows, append(row, text.Span{Text: params}))
	}
	return t
}

// frontShown is how many trials of a front the last picture has.
const frontShown = 12

// front is the Pareto front in the last picture.
func (s *story) front(v *study.View, width int) []text.Line {
	t := Front(v)
	n := len(t.Rows)
	if n < 2 {
		return nil
	}
	more := ""
	if n > frontShown {
		t.Rows = t.Rows[:frontShown]
		more = " The first " + strconv.Itoa(frontShown) + "; danlu best lists all."
	}
	lines := []text.Line{nil}
	lines = append(lines, text.Wrap("This is the best in "+text.Clean(v.Def.Objectives[0].Metric)+". "+strconv.Itoa(n)+" trials are on the Pareto front: better in one objective only at the cost of another."+more, width)...)
	t.Indent = 2
	return append(lines, t.Lines(width)...)
}
