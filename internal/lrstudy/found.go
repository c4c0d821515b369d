package lrstudy

import (
	"math"

	"github.com/danlu-ml/danlu/internal/lrfind"
	"github.com/danlu-ml/danlu/internal/probe"
	"github.com/danlu-ml/danlu/internal/study"
)

// Probed is what short trainings said, beside the result made of it.
type Probed struct {
	probe.Result
	Full int64  // steps of a whole training; 0 unknown
	Step string // what a step is called
	// Objective is what they were compared by.
	Objective study.Objective
}

// found is the result of probes in the form that all methods share. Its curve has
// the loss of each rate at the common step: of an objective to be made large, its
// negative.
func (q *question) found(p probe.Result) lrfind.Result {
	var curve []lrfind.Point
	for _, x := range p.Points {
		switch {
		case x.Verdict == "diverged":
			curve = append(curve, lrfind.Point{LR: x.Rate, Loss: math.Inf(1)})
		case x.Verdict == "measured" || x.Verdict == "hopeless":
			curve = append(curve, lrfind.Point{LR: x.Rate, Loss: x.Loss})
		}
	}
	if !p.Ok {
		return lrfind.Unknown(curve, p.Reason)
	}
	r := lrfind.Result{Suggestion: p.Rate, Range: lrfind.Range{Low: p.Low, High: p.High}, Curve: curve, Verdict: lrfind.Ok, Reason: p.Reason}
	for _, c := range []lrfind.Candidate{
		{Name: "max_stable", LR: p.Stable, Help: "the largest rate at which the loss fell"},
		{Name: "short_run", LR: p.Best, Help: "the best of the short trainings, as they stand"},
	} {
		if c.LR > 0 {
			r.Candidates = append(r.Candidates, c)
		}
	}
	return r
}
