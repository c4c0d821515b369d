package foresight

import (
	"cmp"
	"slices"
	"time"

	"github.com/danlu-ml/danlu/internal/study"
)

// learn finds hyperparameters, by what a study had shown when it had last grown by a
// fifth: a few observations more change little, and so they needn't be found anew for
// every decision.
func (o *Outlook) learn(def *study.Definition, all []glimpse) kernel {
	first := early(all, stage(len(all)))
	few := landmarks(first, mostFit)
	numbers := o.columns.numbers()
	s, ok := measure(first)
	if !ok {
		mean, _ := belief(len(o.columns.of(all[0].trial)))
		return mean.kernel(numbers)
	}
	y := s.of(few)
	return fitted(def, few, y, func() kernel { return fit(o.gather(few), y, numbers, evals).kernel(numbers) })
}

// stage is the last of 6, 8, 10, 13, …, each a fifth more, that n has come to.
func stage(n int) int {
	s := min(n, 6)
	for next := s*6/5 + 1; next <= n; next = s*6/5 + 1 {
		s = next
	}
	return s
}

// early are the first n of them by when the attempts began that showed them. No
// later report changes who these are while attempts take turns.
func early(all []glimpse, n int) []glimpse {
	order := make([]int, len(all))
	began := make([]time.Time, len(all))
	for i, g := range all {
		order[i], began[i] = i, g.began()
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Or(began[a].Compare(began[b]), cmp.Compare(a, b)) })
	order = order[:n]
	slices.Sort(order)
	first := make([]glimpse, n)
	for i, at := range order {
		first[i] = all[at]
	}
	return first
}

// began is when the attempt began that showed it; when the trial was planned where
// none did.
func (g glimpse) began() time.Time {
	for i := range g.trial.Attempts {
		if a := &g.trial.Attempts[i]; a.LastStep >= g.step {
			return a.Started
		}
	}
	return g.trial.Planned
}
