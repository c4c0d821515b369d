package sampler

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

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
	learned    []lesson    // of which all of this follows
}

// lesson is what one generation was told: its trials as they ended, and the best
// of others that ended meanwhile, if any has a standing.
type lesson struct {
	lambda   int
	told     []told
	stranger told
}

// ranked is the best first, the stranger in the place of the worst if it is better
// than all.
func (l lesson) ranked() []told {
	all := slices.Clone(l.told)
	slices.SortFunc(all, told.compare)
	if l.stranger.ok && l.stranger.compare(all[0]) < 0 {
		all = slices.Insert(all[:l.lambda-1], 0, l.stranger)
	}
	return all
}

type told struct {
	standing
	ok   bool     // it has a standing; others are worse than any
	unit *float64 // of its coordinates, which change if a program says that it used others
}

func (a told) compare(b told) int {
	if a.ok != b.ok {
		return map[bool]int{true: -1, false: 1}[a.ok]
	}
	return a.standing.compare(b.standing)
}

func tell(t *study.Trial) told {
	s, ok := stands(t)
	return told{s, ok, &t.Unit[0]}
}

// fold is the strategy after all generations that are over. It goes on from the
// last fold where that was of the same lessons.
func (s *cmaes) fold(v *study.View) *strategy {
	if v.Def.Space.Len() == 0 {
		return s.begin(v, 0)
	}
	now := s.last
	if now != nil {
		told := divide(v, s.Name())
		for _, l := range now.learned {
			again, ok := told.next(l.lambda)
			if !ok || again.stranger != l.stranger || !slices.Equal(again.told, l.told) {
				now = nil
				break
			}
		}
		if now != nil {
			s.goOn(v, now, told)
			return now
		}
	}
	now = s.begin(v, 0)
	s.goOn(v, now, divide(v, s.Name()))
	s.last = now
	return now
}

func (s *cmaes) goOn(v *study.View, now *strategy, told *generations) {
	for {
		l, ok := told.next(now.state.Lambda)
		if !ok {
			return
		}
		l.told = slices.Clone(l.told)
		s.learn(v, now, l)
	}
}

// generations deals out a study's ended trials, a generation at a time.
type generations struct {
	members [][]*study.Trial // by generation
	others  []*study.Trial   // of other origin, or late
	at      int
	until   time.Time // the end of the last generation
	told    []told    // scratch
}

func divide(v *study.View, name string) *generations {
	g := &generations{}
	of := make([]int, len(v.Trials)) // the generation of each, -1 without one
	var sizes []int
	for i, t := range v.Trials {
		of[i] = -1
		if t.State.Open() {
			continue
		}
		if t.Sampler == name {
			of[i] = generationOf(t.Tag)
		}
		if of[i] < 0 || of[i] > len(v.Trials) {
			of[i] = -1
			g.others = append(g.others, t)
			continue
		}
		for len(sizes) <= of[i] {
			sizes = append(sizes, 0)
		}
		sizes[of[i]]++
	}
	g.members = make([][]*study.Trial, len(sizes))
	all := make([]*study.Trial, len(v.Trials))
	for n, size := range sizes {
		g.members[n], all = all[:0:size], all[size:]
	}
	for i, t := range v.Trials {
		if n := of[i]; n >= 0 {
			g.members[n] = append(g.members[n], t)
		}
	}
	slices.SortStableFunc(g.others, byEnd)
	return g
}

func byEnd(a, b *study.Trial) int { return cmp.Or(a.Ended.Compare(b.Ended), cmp.Compare(a.ID, b.ID)) }

// next is what the next generation of lambda points has to tell, until the next
// call; ok is false while it is not over.
func (g *generations) next(lambda int) (l lesson, ok bool) {
	if g.at >= len(g.members) || len(g.members[g.at]) < lambda {
		return lesson{}, false
	}
	members := g.members[g.at]
	slices.SortStableFunc(members, byEnd)
	g.told = g.told[:0]
	for _, t := range members[:lambda] {
		g.told = append(g.told, tell(t))
	}
	until := members[lambda-1].Ended
	l = lesson{lambda, g.told, g.stranger(until)}
	g.others = append(g.others, members[lambda:]...) // to be looked at next time
	g.at, g.until = g.at+1, until
	return l, true
}

// stranger is the best of the others that ended during this generation; without a
// standing if there is none.
func (g *generations) stranger(until time.Time) (best told) {
	for _, t := range g.others {
		if t.Ended.After(until) || g.at > 0 && !t.Ended.After(g.until) {
			continue
		}
		if one := tell(t); one.ok && (!best.ok || one.compare(best) < 0) {
			best = one
		}
	}
	return best
}

// generationOf reads a tag's generation, -1 if it has none.
func generationOf(tag string) int {
	number, _, _ := strings.Cut(tag, " ")
	if g, err := strconv.Atoi(number); err == nil {
		return g
	}
	return -1
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
	now.learned = append(now.learned, l)
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
		now.state.Margin(s.cell, 1/float64(len(s.numbers)*l.lambda))
	}
	s.learnWords(now, ranked)
	now.bests = append(now.bests, ranked[0].key[0])
	if s.settled(now) {
		fresh := s.begin(v, now.run+1)
		fresh.run, fresh.generation, fresh.learned = now.run+1, now.generation, now.learned
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
