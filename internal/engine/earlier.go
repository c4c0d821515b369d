package engine

import (
	"fmt"
	"math"

	"github.com/danlu-ml/danlu/internal/sampler"
	"github.com/danlu-ml/danlu/internal/study"
)

// inherited is how many of the best configurations of earlier studies are tried
// before anything new.
const inherited = 2

// earlier is what trials of that origin have as their sampler.
const earlier = "earlier"

// Inform tells the study what an earlier one found.
func (e *Engine) Inform(b study.Informed) { e.emit(b) }

// inherit is the next of the best configurations of earlier studies: of each in
// turn its best, then its second best.
func (e *Engine) inherit() (sampler.Proposal, bool) {
	tried := 0
	for _, t := range e.view.Trials {
		if t.Sampler == earlier {
			tried++
		}
	}
	for rank := 0; rank < inherited && tried < max(inherited, len(e.view.Earlier)); rank++ {
		for _, from := range e.view.Earlier {
			if rank >= len(from.Trials) || math.IsInf(from.Trials[rank].Loss, 1) {
				continue
			}
			s := from.Trials[rank]
			if !e.view.Tried.Has(s.Unit, s.Params) && e.limits.allows(s.Params) {
				return sampler.Proposal{Params: s.Params, Sampler: earlier, Why: fmt.Sprintf("the %s of study %s", []string{"best", "second best"}[rank], from.Study)}, true
			}
		}
	}
	return sampler.Proposal{}, false
}
