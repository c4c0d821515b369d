// Package lrfind reads a learning rate from the curve of a range test: a training
// whose rate rises from batch to batch (Smith 2017, section 3.3). It says which rate
// it would take, where a search should look, what other finders would say of the
// same curve, or why nothing can be said.
//
// It trains nothing itself: [Suggest] takes a curve, [Find] a loop that can make
// one. It knows nothing of studies.
//
// Start at [Suggest].
package lrfind

import (
	"encoding/json"
	"math"
	"strconv"
)

// Point is the loss of a batch that was trained with a rate, before its step.
type Point struct {
	LR   float64 // above 0
	Loss float64 // NaN or ±Inf where the training had diverged
}

// Options say what the rate is for. The zero value takes a constant rate and an
// optimiser nobody knows.
type Options struct {
	Schedule  string  // of the training proper, whose highest rate is wanted; "" is constant
	Optimizer string  // sgd, adam, adamw, …; "" is unknown
	Momentum  float64 // of sgd; 0 is none
	Current   float64 // the rate in use; 0 is unknown. It is told apart, never followed
	Linear    bool    // Find sweeps by equal steps of the rate; else of its logarithm
	// Low and High bound the suggestion and its range; 0 is no bound.
	Low, High float64
}

// Verdict says whether there is a suggestion.
type Verdict string

// The verdicts.
const (
	Ok        Verdict = "ok"
	CannotSay Verdict = "cannot_say"
)

// Range is where a search should look, both ends included.
type Range struct{ Low, High float64 }

// Candidate is a rate that one rule takes from the curve.
type Candidate struct {
	Name  string
	LR    float64
	Help  string // the rule, for a legend
	Aside bool   // for whom compares finders; of little use to others
}

// Result is what a curve says. Without a suggestion it still has the curve, and
// the candidates of those rules that ask for nothing.
type Result struct {
	Suggestion float64 // 0 with CannotSay, like Range
	Range      Range
	Candidates []Candidate // in the order to show them
	Curve      []Point     // as given
	Smooth     []Point     // what was read: up to where the loss took off
	Verdict    Verdict
	Reason     string // why this rate; or why none, and what to do about it
}

// Suggest reads a curve with ascending rates.
func Suggest(curve []Point, o Options) Result {
	if reason := unusable(curve); reason != "" {
		return Unknown(curve, reason)
	}
	d := descend(curve)
	r := Result{Curve: curve, Smooth: d.smooth, Candidates: candidates(curve, &d)}
	if r.Reason = d.doubt(); r.Reason != "" {
		r.Verdict = CannotSay
		return r
	}
	return r.Settle(d.suggest(o), d.span(o), d.why(o), o)
}

// Unknown is the result of a driver that has its own reason to say nothing.
func Unknown(curve []Point, reason string) Result {
	return Result{Curve: curve, Verdict: CannotSay, Reason: reason}
}

// Settle makes a suggestion of a result, within the bounds that the user gave.
func (r Result) Settle(rate float64, span Range, why string, o Options) Result {
	r.Verdict, r.Suggestion, r.Range, r.Reason = Ok, o.within(rate), span.Within(o.Low, o.High), why
	if r.Suggestion != rate {
		r.Reason += "; " + number(rate) + " would be outside of the range given"
	}
	return r
}

// within is a rate, or the nearest that the user allows.
func (o Options) within(rate float64) float64 { return within(rate, o.Low, o.High) }

func within(rate, low, high float64) float64 {
	if high == 0 {
		high = math.Inf(1)
	}
	return min(max(rate, low), high)
}

// Within is what bounds leave of a range, 0 being none; where that is nothing, the half
// decade of theirs that is nearest to it.
func (r Range) Within(low, high float64) Range {
	in := Range{within(r.Low, low, high), within(r.High, low, high)}
	if in.Low == in.High {
		half := math.Sqrt(10)
		in = Range{within(in.Low/half, low, high), within(in.High*half, low, high)}
	}
	return in
}

// Candidate is the rate of a rule, 0 where it has none.
func (r Result) Candidate(name string) float64 {
	for _, c := range r.Candidates {
		if c.Name == name {
			return c.LR
		}
	}
	return 0
}

// MarshalJSON writes suggestion and range (null without one), candidates by name,
// the curve as pairs, verdict and reason. A loss that is not finite is the string
// "nan", "inf" or "-inf".
func (r Result) MarshalJSON() ([]byte, error) {
	out := struct {
		Suggestion *float64           `json:"suggestion"`
		Range      *[2]float64        `json:"range"`
		Candidates map[string]float64 `json:"candidates"`
		Curve      [][2]any           `json:"curve"`
		Verdict    Verdict            `json:"verdict"`
		Reason     string             `json:"reason"`
	}{Candidates: map[string]float64{}, Curve: [][2]any{}, Verdict: r.Verdict, Reason: r.Reason}
	if r.Verdict == Ok {
		out.Suggestion, out.Range = &r.Suggestion, &[2]float64{r.Range.Low, r.Range.High}
	}
	for _, c := range r.Candidates {
		out.Candidates[c.Name] = c.LR
	}
	for _, p := range r.Curve {
		out.Curve = append(out.Curve, [2]any{p.LR, jsonLoss(p.Loss)})
	}
	return json.Marshal(out)
}

func jsonLoss(v float64) any {
	switch {
	case math.IsNaN(v):
		return "nan"
	case math.IsInf(v, 1):
		return "inf"
	case math.IsInf(v, -1):
		return "-inf"
	}
	return v
}

// number is a rate in a sentence.
func number(v float64) string { return strconv.FormatFloat(v, 'g', 3, 64) }
