package batchstudy

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"github.com/danlu-ml/danlu/internal/aside"
	"github.com/danlu-ml/danlu/internal/batchsize"
	"github.com/danlu-ml/danlu/internal/lrstudy"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/text"
)

// RateAsk is a question for the exponent of the learning rate.
type RateAsk struct {
	Param string  // the batch size's name; empty: the one there is
	Rate  string  // the learning rate's; likewise
	Sizes []int64 // two at least
	// Share is the part of a whole training that a probe may have, the same at all
	// sizes; 0: a tenth.
	Share float64
}

// Law is how the best learning rate follows the size.
type Law struct {
	batchsize.Exponent
	SizeName, RateName string // what the study calls batch size and learning rate
	Current            int64  // the size of the default configuration
	Bests              []batchsize.Best
	Failed             []string // why a size has no rate
	Ok                 bool
	Reason             string
	Interrupted        bool
}

// Follow finds the best learning rate at each size, by short trainings of as many
// epochs, and fits the exponent.
func Follow(ctx context.Context, def *study.Definition, ask RateAsk, p aside.Place, say *aside.Lines) (Law, error) {
	size, err := aside.Param(def, role, flag, ask.Param)
	if err != nil {
		return Law{}, err
	}
	unit := batchsize.UnitOf(def.Fidelity.Step)
	if unit == "" || def.Fidelity.Max == 0 {
		return Law{}, aside.FileError(def, "fidelity", "can't say what an epoch is, and rates compare at equal epochs: add fidelity: {step: epoch, max: N}, or {step: step, max: N} with the N of the batch size's default")
	}
	q := &question{def: def, param: size}
	law := Law{SizeName: size.Name, Current: q.current()}
	for _, n := range ask.Sizes {
		at, err := q.fixed(n, unit)
		if err != nil {
			return law, err
		}
		say.Say("the learning rate at %s %d:", size.Name, n)
		found, err := lrstudy.Find(ctx, lrstudy.Options{
			Definition: at, Place: p, Watch: &lrstudy.Watch{Lines: say},
			Ask: lrstudy.Ask{Param: ask.Rate, Method: lrstudy.Probes, Steps: steps(at.Fidelity.Max, ask.Share)},
		})
		if err != nil || found.Interrupted {
			law.Interrupted = found.Interrupted
			return law, err
		}
		law.RateName = found.Param
		if found.Probes == nil || found.Probes.Best == 0 { // nothing, or no more than where harm begins
			law.Failed = append(law.Failed, fmt.Sprintf("at %d nothing can be said: %s", n, found.Reason))
			continue
		}
		law.Bests = append(law.Bests, batchsize.Best{Size: n, Rate: found.Probes.Best * found.Scale, Spread: found.Probes.Spread})
		say.Say("%s %d: best %s %s", size.Name, n, found.Param, text.Number(found.Probes.Best*found.Scale))
	}
	if len(law.Bests) < 2 {
		law.Reason = fmt.Sprintf("the exponent needs a learning rate at two sizes, and %d gave one", len(law.Bests))
		return law, nil
	}
	if law.Exponent, err = batchsize.Fit(law.Bests); err != nil {
		return law, err
	}
	law.Ok, law.Reason = true, law.Exponent.String()
	return law, nil
}

// fixed is the study with one size, and a training of as many epochs as its own.
func (q *question) fixed(size int64, unit batchsize.Unit) (*study.Definition, error) {
	def := *q.def
	def.Name = q.def.Name + "-b" + strconv.FormatInt(size, 10)
	if was := q.current(); unit == batchsize.Step && was > 0 {
		def.Fidelity.Max = max(int64(math.Round(float64(def.Fidelity.Max)*float64(was)/float64(size))), 1)
	}
	var params []space.Param
	for i := range q.def.Space.Len() {
		p := *q.def.Space.Param(i)
		if p.Name == q.param.Name {
			p.Domain, p.Default, p.Prior = space.Choice{Values: []space.Value{space.IntValue(size)}}, space.IntValue(size), nil
		}
		params = append(params, p)
	}
	var err error
	if def.Space, err = space.New(params); err != nil {
		return nil, fmt.Errorf("train with %s %d alone: %w", q.param.Name, size, err)
	}
	return &def, nil
}

// steps are a share of a training.
func steps(full int64, share float64) int64 {
	return max(int64(math.Round(float64(full)*cmp.Or(share, 0.1))), 1)
}

// LawWords are the law in words, for a terminal of so many columns.
func LawWords(law Law, width int) []text.Line {
	var lines []text.Line
	say := func(format string, args ...any) {
		lines = append(lines, text.Wrap(fmt.Sprintf(format, args...), width)...)
	}
	table := text.Table{Indent: 2, Columns: []text.Column{{}, {Right: true}, {}, {Right: true}}}
	for _, b := range law.Bests {
		table.Rows = append(table.Rows, []text.Span{{Text: law.SizeName}, {Text: fmt.Sprint(b.Size)}, {Text: law.RateName}, {Text: text.Number(b.Rate)}})
	}
	lines = append(lines, table.Lines(width)...)
	for _, why := range law.Failed {
		say("Note: %s.", why)
	}
	if !law.Ok {
		say("can't say how the learning rate follows the batch size, because %s.", law.Reason)
		return lines
	}
	say("%s. Outside of these sizes it says nothing.", law.Reason)
	for _, r := range batchsize.Rules() {
		word := "outside the interval"
		if law.Has(r.K) {
			word = "within it"
		}
		say("- %s, exponent %.3g (%s): %s", r.Name, r.K, r.Source, word)
	}
	if _, ok := law.Predict(law.Current); ok {
		say("To let a search follow it: %s: {…, scales_with: {%s: %.2f, at: %d}}", law.RateName, law.SizeName, law.K, law.Current)
	}
	return lines
}

// MarshalJSON is what programs rely on: see docs/contract.md.
func (law Law) MarshalJSON() ([]byte, error) {
	o := map[string]any{"verdict": "cannot_say", "reason": law.Reason, "exponent": nil, "interval": nil, "fitted": nil}
	rates := [][2]any{}
	for _, b := range law.Bests {
		rates = append(rates, [2]any{b.Size, b.Rate})
	}
	o["rates"] = rates
	if law.Ok {
		rules := map[string]bool{}
		for _, r := range batchsize.Rules() {
			rules[r.Name] = law.Has(r.K)
		}
		o["verdict"], o["exponent"], o["interval"], o["fitted"], o["rules"] = "ok", law.K, [2]float64{law.Low, law.High}, [2]int64{law.From, law.To}, rules
	}
	return json.Marshal(o)
}
