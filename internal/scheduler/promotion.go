package scheduler

import (
	"fmt"
	"iter"
	"math"
	"slices"

	"github.com/danlu-ml/danlu/internal/study"
)

// promotion is asha for programs that save and load checkpoints: the original
// form of asynchronous successive halving (Li et al. 2020, A System for Massively
// Parallel Hyperparameter Tuning, Algorithm 2). Trials pause at every rung. A free
// slot goes to the best of those that wait at the highest rung where one is among
// the best 1/Eta of all that came there, else to a new trial at the lowest rung.
// Who was passed over early can still be promoted when more have come, which
// stopping can't do.
//
// When no more trials may be started, the best at each rung goes on even if fewer
// than Eta came, so that somebody reaches the end. With several objectives the best
// are those of the first fronts, as in [byStanding].
type promotion struct{ asha }

// Next implements [Scheduler]. It takes time in proportion to the share of trials
// that may go on.
func (p promotion) Next(v *study.View) (Action, bool) {
	p.ladder.catchUp(v)
	for k := len(p.ladder.rungs) - 1; k >= 0; k-- {
		places := p.ladder.at[k]
		left := p.promoted(v, len(places))
		for rank, id := range p.ranked(v, k) {
			if left == 0 {
				break
			}
			t := v.Trials[id]
			if cameToNothing(t) {
				continue // the next best takes its place
			}
			left--
			if t.State == study.Paused && p.ladder.highest(t.Step()) == k {
				return Action{
					Kind: Resume, Trial: t.ID, To: p.ladder.above(k),
					Why: fmt.Sprintf("rank %d of %d at %s", rank+1, len(places), at(v.Def, p.ladder.rungs[k])),
				}, true
			}
		}
	}
	return Action{Kind: Start, To: p.ladder.rungs[0]}, true
}

// ranked goes through the trials that came to rung k, best first: with several
// objectives front by front.
func (p promotion) ranked(v *study.View, k int) iter.Seq2[int, study.TrialID] {
	places := p.ladder.at[k]
	return func(yield func(int, study.TrialID) bool) {
		if len(v.Def.Objectives) > 1 {
			ids := make([]study.TrialID, len(places))
			for i, place := range places {
				ids[i] = place.trial
			}
			slices.All(byStanding(v, ids, p.ladder.rungs[k]))(yield)
			return
		}
		for i, place := range places {
			if !yield(i, place.trial) {
				return
			}
		}
	}
}

// promoted is how many of n that came to a rung may go on.
func (p promotion) promoted(v *study.View, n int) int {
	if v.TrialsSpent() && n > 0 {
		return p.keep(n)
	}
	return int(float64(n) / p.eta)
}

// Judge implements [Scheduler]: a rung says how a trial stands; that it pauses
// there follows from its segment.
func (p promotion) Judge(v *study.View, t *study.Trial, step int64) Verdict {
	verdict := p.asha.Judge(v, t, step)
	if loss, _, ok := standing(v.Def, t, step); ok && math.IsInf(loss, 1) {
		return verdict
	}
	verdict.Decision = study.Continue
	return verdict
}
