package page

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/danlu-ml/danlu/internal/plot"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/text"
)

// mostCurves is how many trials a chart tells apart.
const mostCurves = 8

// History is the values of trials as they came, and the best so far.
func History(v *study.View) plot.Chart {
	o := v.Def.Objectives[0]
	best := plot.Series{Name: "best so far", Line: true}
	each := plot.Series{Name: "trials"}
	low := math.Inf(1)
	for _, t := range v.Trials {
		if t.State != study.Completed || len(t.Losses) == 0 {
			continue
		}
		x := float64(t.ID)
		each.Points = append(each.Points, plot.Point{X: x, Y: o.Value(t.Losses[0])})
		if low = min(low, t.Losses[0]); low-low == 0 {
			best.Points = append(best.Points, plot.Point{X: x, Y: o.Value(low)})
		}
	}
	return plot.Chart{Title: "history: " + o.String(), X: "trial", Series: []plot.Series{best, each}, Y: spread(v, o.Metric).Format}
}

// Curve is a trial's curve as a series.
func Curve(v *study.View, t *study.Trial, name string) plot.Series {
	s := plot.Series{Name: name, Line: true}
	for _, p := range t.Curve() {
		s.Points = append(s.Points, plot.Point{X: float64(p.Step), Y: v.Def.Objectives[0].Value(p.Loss)})
	}
	return s
}

// Curves are those of the given trials, of more than eight the best.
func Curves(v *study.View, trials []*study.Trial) plot.Chart {
	o := v.Def.Objectives[0]
	c := plot.Chart{Title: "curves: " + o.String(), X: stepName(v), Y: spread(v, o.Metric).Format}
	for _, t := range ByValue(v) {
		if !slices.Contains(trials, t) || len(t.Curve()) == 0 || len(c.Series) == mostCurves {
			continue
		}
		c.Series = append(c.Series, Curve(v, t, "trial "+strconv.Itoa(int(t.ID))))
	}
	if n := len(trials); n > len(c.Series) && len(c.Series) == mostCurves {
		c.Title += fmt.Sprintf(" (the best %d of %d)", len(c.Series), n)
	}
	return c
}

func stepName(v *study.View) string {
	if s := v.Def.Fidelity.Step; s != "" {
		return s
	}
	return "step"
}

// Parallel has an axis a parameter, and the objective's at the right, good at the
// top: a line a trial, of many the best.
func Parallel(v *study.View) plot.Chart {
	o := v.Def.Objectives[0]
	c := plot.Chart{Title: "parallel: parameters low to high, " + o.Metric + " good at the top", Level: true}
	var axes []int
	for i := range v.Def.Space.Len() {
		if p := v.Def.Space.Param(i); p.Domain.Count() != 1 {
			c.Ticks = append(c.Ticks, plot.Tick{X: float64(len(axes)), Word: text.Truncate(p.Name, 12)})
			axes = append(axes, i)
		}
	}
	c.Ticks = append(c.Ticks, plot.Tick{X: float64(len(axes)), Word: text.Truncate(o.Metric, 12)})
	var done []*study.Trial
	low, high := math.Inf(1), math.Inf(-1)
	for _, t := range ByValue(v) {
		if t.State == study.Completed && !math.IsInf(t.Loss(), 0) && len(done) < mostCurves {
			done = append(done, t)
			low, high = min(low, t.Loss()), max(high, t.Loss())
		}
	}
	for _, t := range done {
		s := plot.Series{Name: "trial " + strconv.Itoa(int(t.ID)), Line: true}
		for x, i := range axes {
			y := math.NaN()
			if _, has := t.Params[v.Def.Space.Param(i).Name]; has && i < len(t.Unit) {
				y = t.Unit[i]
			}
			s.Points = append(s.Points, plot.Point{X: float64(x), Y: y})
		}
		y := 1.0
		if high > low {
			y = (high - t.Loss()) / (high - low)
		}
		s.Points = append(s.Points, plot.Point{X: float64(len(axes)), Y: y})
		c.Series = append(c.Series, s)
	}
	return c
}

// Slice is the objective over one parameter. An unknown one is an error with the
// nearest name.
func Slice(v *study.View, param string) (plot.Chart, error) {
	names := v.Def.Space.Names()
	if !slices.Contains(names, param) {
		hint := fmt.Sprintf("there are %v", names)
		if near := space.Nearest(param, names); near != "" {
			hint = "did you mean " + near + "?"
		}
		return plot.Chart{}, fmt.Errorf("study %s has no parameter %q: %s", v.Def.Name, param, hint)
	}
	o := v.Def.Objectives[0]
	c := plot.Chart{Title: "slice: " + o.Metric + " over " + param, X: param, Y: spread(v, o.Metric).Format}
	if f, ok := domain(v, param).(space.Float); ok {
		c.LogX = f.Log
	}
	if f, ok := domain(v, param).(space.Int); ok {
		c.LogX = f.Log
	}
	var s plot.Series
	for _, t := range v.Trials {
		val, ok := t.Params[param]
		if !ok || t.State != study.Completed || len(t.Losses) == 0 {
			continue
		}
		x, isNumber := float(val.Any())
		if !isNumber { // a choice: its words stand along the axis
			x = word(&c, text.Param(val))
		}
		s.Points = append(s.Points, plot.Point{X: x, Y: o.Value(t.Losses[0])})
	}
	c.Series = []plot.Series{s}
	return c, nil
}

func domain(v *study.View, name string) space.Domain {
	for i := range v.Def.Space.Len() {
		if p := v.Def.Space.Param(i); p.Name == name {
			return p.Domain
		}
	}
	return nil
}

// word is the place of a word on an axis, which it makes where there is none.
func word(c *plot.Chart, w string) float64 {
	for _, t := range c.Ticks {
		if t.Word == w {
			return t.X
		}
	}
	c.Ticks = append(c.Ticks, plot.Tick{X: float64(len(c.Ticks)), Word: w})
	return float64(len(c.Ticks) - 1)
}
