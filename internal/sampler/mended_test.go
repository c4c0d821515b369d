package sampler_test

import (
	"math"
	"testing"

	"github.com/danlu-ml/danlu/internal/sampler"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/study/studytest"
)

// A program that fails until it is mended, at its best configurations among others, is then
// searched as if it had worked from the start.
func TestWhatFailedBeforeTheProgramWorkedIsForgotten(t *testing.T) {
	def := define(t, float("x", 0, 1), float("y", 0, 1))
	for name, most := range map[string]float64{"gp": .001, "auto": .001, "tpe": .01} {
		t.Run(name, func(t *testing.T) {
			s := build(t, study.Algorithm{Name: name}, def)
			l := studytest.New(def)
			run := func(p sampler.Proposal, state study.State) float64 {
				id := study.TrialID(len(l.View().Trials))
				x, y := p.Params["x"].Float()-.52, p.Params["y"].Float()-.48
				l.Propose(study.Planned{Params: p.Params, Sampler: p.Sampler, Tag: p.Tag}).Start(id)
				if state == study.Failed {
					l.End(id, state)
					return math.Inf(1)
				}
				l.End(id, state, x*x+y*y)
				return x*x + y*y
			}
			for _, at := range []float64{.5, .47, .55, .53} {
				run(sampler.Proposal{Params: space.Values{"x": space.FloatValue(at), "y": space.FloatValue(1 - at)}}, study.Failed)
			}
			best := math.Inf(1)
			for range 20 {
				best = min(best, run(suggest(t, s, l.View(), 1)[0], study.Completed))
			}
			if best > most {
				t.Errorf("the best of 20 trials after it was mended is %.4f, want at most %v", best, most)
			}
		})
	}
}
