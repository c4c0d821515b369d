package sampler

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/danlu-ml/danlu/internal/cma"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

// strategy is what has been learned up to a generation.
type strategy struct {
	state      *cma.State
	shares     [][]float64 // a probability a value, of the unordered choices
	generation int         // of the next proposals
	run        int         // restarts so far
	bests      []float64   // of the run's generations
}

// fold is the strategy after all generations that are over. It goes on from the
// last fold unless something that one learned from has changed.
func (s *cmaes) fold(v *study.View) *strategy {
	if v.Def.Space.Len() == 0 {
		return s.begin(v, 0)
	}
	if s.ended.catchUp(v, s.Name()) {
		s.now = s.begin(v, 0)
	}
	for {
		l, ok := s.ended.next(s.now.state.Lambda)
		if !ok {
			return s.now
		}
		s.learn(v, s.now, l)
	}
}

// tag is what has to be known of a proposal to learn from it: its generation, and
// the coordinates that its parameters do not tell.
func (s *cmaes) tag(generation int, x []float64, params space.Values) string {
	b := strconv.AppendInt(nil, int64(generation), 10)
	for k, i := range s.numbers {
		if _, exists := params[s.def.Space.Param(i).Name]; !exists || s.discrete(i) {
			b = append(b, ' ')
			b = strconv.AppendFloat(b, x[k], 'g', 6, 64)
		}
	}
	return string(b)
}

// point is where the strategy drew a trial; of a stranger, where it lies, with
// the mean for parameters that do not exist.
func (s *cmaes) point(now *strategy, t *study.Trial) []float64 {
	x := s.coordinates(t.Unit)
	hidden := strings.Fields(t.Tag)
	own := t.Sampler == s.Name() && len(hidden) > 0
	if own {
		hidden = hidden[1:]
	}
	for k, i := range s.numbers {
		_, exists := t.Params[s.def.Space.Param(i).Name]
		if exists && !s.discrete(i) {
			continue
		}
		drawn := math.NaN()
		if own && len(hidden) > 0 {
			if y, err := strconv.ParseFloat(hidden[0], 64); err == nil {
				drawn = y
			}
			hidden = hidden[1:]
		}
		switch {
		case !exists && math.IsNaN(drawn):
			x[k] = now.state.Mean[k]
		case !exists:
			x[k] = drawn
		case s.sameCell(i, drawn, x[k]):
			x[k] = drawn
		}
	}
	return x
}

// sameCell reports whether two coordinates of a discrete parameter mean the same
// value.
func (s *cmaes) sameCell(i int, a, b float64) bool {
	if math.IsNaN(a) {
		return false
	}
	d := s.def.Space.Param(i).Domain
	return d.At(a) == d.At(b)
}

// learn takes one generation in.
func (s *cmaes) learn(v *study.View, now *strategy, l lesson) {
	now.generation++
	ranked := l.ranked()
	if !ranked[0].ok {
		return // nothing is known of any
	}
	if len(s.numbers) > 0 {
		x := make([][]float64, len(ranked))
		for k, one := range ranked {
			x[k] = s.point(now, one.trial)
		}
		now.state.Tell(x)
		now.state.Margin(s.cell, 1/float64(len(s.numbers)*now.state.Lambda))
	}
	s.learnWords(now, ranked)
	now.bests = append(now.bests, ranked[0].key[0])
	if s.settled(now) {
		fresh := s.begin(v, now.run+1)
		fresh.run, fresh.generation = now.run+1, now.generation
		*now = *fresh
	}
}

// towards is how far probabilities move towards the values of the better half.
const towards = 0.15

// learnWords moves the probabilities of unordered choices, none of which falls
// below a share of the usual margin.
func (s *cmaes) learnWords(now *strategy, ranked []told) {
	for k, i := range s.words {
		p := s.def.Space.Param(i)
		shares := now.shares[k]
		step := make([]float64, len(shares))
		for rank, one := range ranked[:now.state.Mu] {
			if _, exists := one.trial.Params[p.Name]; !exists || !one.ok {
				continue
			}
			w := towards * now.state.Weights[rank]
			for value := range step {
				step[value] -= w * shares[value]
			}
			step[min(int(one.trial.Unit[i]*float64(len(step))), len(step)-1)] += w
		}
		least, total := 1/float64((len(s.numbers)+len(s.words))*len(ranked)*len(shares)), 0.0
		for value := range shares {
			shares[value] = max(shares[value]+step[value], least)
			total += shares[value]
		}
		for value := range shares {
			shares[value] /= total
		}
	}
}

// settled reports whether a run has nothing more to find: its distribution has
// shrunk to a point or a line, or its best has not changed for long (Hansen's
// tutorial, appendix B.3).
func (s *cmaes) settled(now *strategy) bool {
	if len(s.numbers) == 0 {
		return false
	}
	largest, condition := now.state.Extent()
	long := 10 + 30*now.state.N/now.state.Lambda
	n := len(now.bests)
	return largest < 1e-8 || condition > 1e14 ||
		n > long && slices.Min(now.bests[n-long:]) == slices.Max(now.bests[n-long:])
}
