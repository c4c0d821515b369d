package discover

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/danlu-ml/danlu/internal/draft"
	"github.com/danlu-ml/danlu/internal/guess"
	"github.com/danlu-ml/danlu/internal/option"
)

// fidelity says how long a full training is, where an option tells and the reports
// count the same.
func (d *discovery) fidelity(h *heard) draft.Entry {
	g := d.find(guess.Fidelity)
	if g == nil {
		all := guess.Options(&option.Program{Options: d.lengths}, guess.Facts{})
		if i := slices.IndexFunc(all, func(g *guess.Guess) bool { return g.Use == guess.Fidelity }); i >= 0 {
			g = all[i]
		}
	}
	if g == nil {
		for _, g := range d.guesses {
			if x, err := strconv.ParseFloat(g.Option.Default, 64); err == nil && x <= 0 && guess.IsLength(g.Option) {
				return draft.Entry{Value: "fidelity: {step: step, max: 1000}", Unsure: fmt.Sprintf("%s is %s: does the training end? Give it a value in command, and say it here", g.Option.Long(), g.Option.Default)}
			}
		}
		if h.once() {
			return wholeOnly
		}
		if h.ended && h.last > 1 {
			return draft.Entry{Key: "fidelity", Value: fmt.Sprintf("{step: %s, max: %d}", cmp.Or(h.counts, "step"), h.last), Unsure: "the run ended there; can another be longer?"}
		}
		return draft.Entry{Value: "fidelity: {step: epoch, max: 30}", Unsure: "how long a training is was not found; say so here, and poor trials are ended early"}
	}
	name := d.typed(g.Option)
	x, err := strconv.ParseFloat(strings.ReplaceAll(g.Option.Default, "_", ""), 64)
	n := int64(math.Ceil(x))
	if err != nil || n < 1 || n > 1<<53 {
		return draft.Entry{Value: "fidelity: {step: epoch, max: 30}", Unsure: name + " says how long a training is, and its value is not known"}
	}
	if h.once() && h.last+1 < n {
		return wholeOnly
	}
	unit := "step"
	for _, u := range []string{"epoch", "iter", "round", "update"} {
		if strings.Contains(strings.ToLower(name), u) {
			unit = u
		}
	}
	if unit != "epoch" && strings.Contains(strings.ToLower(g.Option.Help), "epochs") || strings.HasSuffix(strings.ToLower(name), "ep") || name == "-e" {
		unit = "epoch"
	}
	if unit != "epoch" && h.counts != "epoch" && h.counts != "" { // "step 20: val loss 2.1", whatever the option calls it
		unit = h.counts
	}
	e := draft.Entry{Key: "fidelity", Value: fmt.Sprintf("{step: %s, max: %d}", unit, n), Note: "by " + name}
	if n == 1 {
		e.Key, e.Value = "", "fidelity: "+e.Value
		return e
	}
	if h.last > n || (h.last > 1 && h.last-h.first > 1 && unit == "epoch" && h.apart > 1) {
		return draft.Entry{Value: "fidelity: {step: step, max: 1000}", Unsure: fmt.Sprintf("%s is %d, and the reports count otherwise (up to %d already); how far do they count?", name, n, h.last)}
	}
	if (h.fromZero || h.ran && h.first == 0) && unit == "epoch" && n > 1 {
		e.Value = fmt.Sprintf("{step: %s, max: %d}", unit, n-1)
		e.Note += ", counted from 0"
	}
	if !h.ran && h.objective.Unsure != "" {
		e.Unsure = "does the program report every " + unit + "?"
	}
	return e
}

// wholeOnly is the fidelity of a program that says at its end what came of it, and
// nothing before.
var wholeOnly = draft.Entry{
	Key: "fidelity", Value: "{step: training, max: 1}",
	Note: "the objective comes once, at the end: no trial can be ended early",
}

// once reports whether a run told the objective one time, and then came to its end.
func (h *heard) once() bool { return h.ended && h.apart == 0 }
