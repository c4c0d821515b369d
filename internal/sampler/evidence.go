package sampler

import (
	"cmp"
	"math"
	"slices"

	"github.com/danlu-ml/danlu/internal/study"
)

// evidence divides a study's trials into good ones and the rest, as TPE compares
// them.
type evidence struct {
	good, rest []study.TrialID // in order
	finished   int             // trials that have told something: completed and stopped ones
	front      bool            // good ones are good in several objectives, in their ways
	belief     float64         // how much the users' priors count
}

// standing is where a trial stands among others: those that ran to their end by
// their loss, then those stopped early, the ones that came far first, by their
// last report.
type standing struct {
	trial *study.Trial
	early int // 0 at the end, 1 stopped, 2 stopped without a report
	key   [2]float64
}

func (a standing) compare(b standing) int {
	return cmp.Or(cmp.Compare(a.early, b.early), cmp.Compare(a.key[0], b.key[0]), cmp.Compare(a.key[1], b.key[1]), cmp.Compare(a.trial.ID, b.trial.ID))
}

// stands is a trial's standing; ok is false for one that has told nothing by
// which it could be good: it failed, diverged, or only begins.
func stands(t *study.Trial) (s standing, ok bool) {
	s.trial = t
	switch t.State {
	case study.Completed:
		s.key[0] = t.Loss()
		return s, !math.IsInf(s.key[0], 1)
	case study.Stopped, study.Paused:
		s.early = 2
		if c := t.Curve(); len(c) > 0 {
			last := c[len(c)-1]
			s.early, s.key = 1, [2]float64{-float64(last.Step), last.Loss}
		}
		return s, t.State == study.Stopped || s.early == 1
	}
	return s, false
}

// least are the k least of some standings.
func least(all []standing, k int) []standing {
	best := make([]standing, 0, k+1)
	for _, s := range all {
		if len(best) == k && (k == 0 || s.early >= best[k-1].early && s.key[0] > best[k-1].key[0] || s.compare(best[k-1]) > 0) {
			continue
		}
		i, _ := slices.BinarySearchFunc(best, s, standing.compare)
		best = slices.Insert(best, i, s)
		best = best[:min(len(best), k)]
	}
	return best
}
