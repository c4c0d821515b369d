package engine

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/danlu-ml/danlu/internal/study"
)

// keepWithin drops checkpoints until all that lie in trials' folders take at most so
// many bytes; 0 is no limit. Those of trials that have ended go, the least promising
// first and of equals the oldest. What may still be needed stays, even beyond the
// limit, which is said once: what open trials go on from, what an attempt began from,
// and the best trials'.
func (e *Engine) keepWithin(limit int64) {
	if limit == 0 {
		return
	}
	kept, spare := e.held()
	slices.SortFunc(spare, func(a, b held) int {
		return cmp.Or(cmp.Compare(b.loss(), a.loss()), a.trial.Ended.Compare(b.trial.Ended), cmp.Compare(a.trial.ID, b.trial.ID), cmp.Compare(a.Step, b.Step))
	})
	total := kept
	for _, c := range spare {
		total += c.Bytes
	}
	for _, c := range spare {
		if total <= limit {
			return
		}
		for _, same := range slices.Clone(c.trial.Checkpoints) {
			if same.Path == c.Path {
				e.drop(c.trial, same, fmt.Sprintf("checkpoints took more than %d bytes, and the trial has ended", limit))
			}
		}
		total -= c.Bytes
	}
	if total > limit && !e.crowded {
		e.crowded = true
		e.log.Warn("checkpoints that may still be needed take more than checkpoints.max_size; they are kept", "bytes", total, "max_size", limit,
			"help", "raise checkpoints.max_size, or let fewer trials pause: a smaller parallel, or a scheduler that only stops trials (asha, median)")
	}
}

// held is a checkpoint with the trial that has it.
type held struct {
	study.Checkpoint
	trial *study.Trial
}

func (h held) loss() float64 {
	if h.trial.State == study.Stopped && len(h.trial.Curve()) > 0 {
		return h.trial.Curve()[len(h.trial.Curve())-1].Loss
	}
	return h.trial.Loss()
}

// held finds the checkpoints that nothing needs any more, and how much the others take
// in trials' folders. A file that is reported at many steps counts once.
func (e *Engine) held() (needed int64, spare []held) {
	best := map[*study.Trial]bool{}
	for _, t := range e.view.Pareto() {
		best[t] = true
	}
	for _, t := range e.view.Trials {
		seen := map[string]bool{}
		for _, c := range t.Checkpoints {
			switch {
			case seen[c.Path] || !inside(t.Attempt().Dir, c.Path):
			case t.State.Open() || best[t] || e.referred(c.Path):
				needed += c.Bytes
			default:
				spare = append(spare, held{c, t})
			}
			seen[c.Path] = true
		}
	}
	return needed, spare
}
