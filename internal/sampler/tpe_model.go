package sampler

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/danlu-ml/danlu/internal/parzen"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

// tpeModel is the two densities by group.
type tpeModel struct {
	*tpe
	space  *space.Space
	pairs  []pair
	why    string
	belief float64 // how much the log density of the users' priors counts
	weight float64 // of a trial of earlier studies
}

// pair is the densities of the good and of the rest over one group.
type pair struct {
	params     []int
	axes       []parzen.Axis
	good, rest parzen.Mixture
	x          []float64 // rows of the rest: those of earlier studies, then the study's
	earlier    int       // how many of them are of earlier studies
}

// newPairs makes room for the densities.
func (s *tpe) newPairs() []pair {
	pairs := make([]pair, len(s.groups))
	for g, group := range s.groups {
		pairs[g].params = group
		for _, i := range group {
			pairs[g].axes = append(pairs[g].axes, s.axes[i])
		}
	}
	return pairs
}

// model estimates the densities, in the memory of some pairs.
func (s *tpe) model(sp *space.Space, e evidence, before heritage, pairs []pair) *tpeModel {
	m := &tpeModel{tpe: s, space: sp, pairs: pairs, belief: e.belief, weight: before.weight}
	m.why = fmt.Sprintf("like the best %d, unlike the rest", len(e.good))
	if before.weight > 0 {
		m.why += ", earlier studies' trials included"
	} else {
		before = heritage{}
	}
	for g := range pairs {
		p := &pairs[g]
		x := addRows(p.x[:0], sp, p.params, before.good)
		earlier := len(x) / len(p.params)
		x = s.past.add(x, g, e.good)
		p.good.Fit(p.axes, x, weigh(earlier, len(x)/len(p.params), m.weight, e.front), parzen.Options{})
		p.x = addRows(x[:0], sp, p.params, before.rest)
		p.earlier = len(p.x) / len(p.params)
		p.x = s.past.add(p.x, g, e.rest)
		p.rest.Fit(p.axes, p.x, weigh(p.earlier, len(p.x)/len(p.params), m.weight, false), parzen.Options{})
	}
	return m
}

// lie counts what is proposed among the rest.
func (m *tpeModel) lie(proposed *study.Trial) {
	for g := range m.pairs {
		p := &m.pairs[g]
		n := len(p.x)
		if p.x = addRows(p.x, m.space, p.params, []*study.Trial{proposed}); len(p.x) > n {
			p.rest.Fit(p.axes, p.x, weigh(p.earlier, len(p.x)/len(p.params), m.weight, false), parzen.Options{})
		}
	}
}

// weigh are the weights of n rows: those of earlier studies, which come first, by
// one weight, the study's own by age unless they are alike; nil: all by age.
func weigh(earlier, n int, weight float64, alike bool) []float64 {
	if weight == 0 && !alike {
		return nil
	}
	own := slices.Repeat([]float64{1}, n-earlier)
	if !alike {
		own = parzen.Recency(n - earlier)
	}
	return append(slices.Repeat([]float64{weight}, earlier), own...)
}

// jointly is how many draws over all groups are made for one proposal where the
// best draws of the groups don't make one.
const jointly = 1000

// propose finds the most promising new configuration: the best draw of every
// group together or, where that is not new or not allowed, the best of those
// draws over all groups that are.
func (m *tpeModel) propose(f *fresh) (params space.Values, why string, ok bool) {
	u := m.blank()
	for g := range m.pairs {
		m.best(f.rng, &m.pairs[g], u)
	}
	if params := m.space.At(u); f.accept(params) {
		return params, m.why, true
	}
	if params := m.bestJointly(f); params != nil && f.accept(params) {
		return params, m.why, true
	}
	params, ok = f.take(func(u []float64) {
		uniform(f.rng, u)
	})
	return params, "at random: what the model likes was tried", ok
}

// blank is the middle of the cube, where parameters in no group stay.
func (m *tpeModel) blank() []float64 {
	u := make([]float64, m.space.Len())
	for i := range u {
		u[i] = 0.5
	}
	return u
}

// best fills in the coordinates of a group: of its candidates, those with the
// highest ratio of densities.
func (m *tpeModel) best(rng *rand.Rand, p *pair, u []float64) {
	x, most := make([]float64, len(p.params)), math.Inf(-1)
	for c := range m.options.Candidates {
		m.sample(rng, p, x)
		if score := m.score(p, x); c == 0 || score > most {
			most = score
			for k, i := range p.params {
				u[i] = x[k]
			}
		}
	}
}

// sample draws a candidate: from where good ones lie or, while the users' priors
// count for much, from these.
func (m *tpeModel) sample(rng *rand.Rand, p *pair, x []float64) {
	if m.belief == 0 || rng.Float64() >= min(m.belief, 1)/2 {
		p.good.Sample(rng, x)
		return
	}
	for k, i := range p.params {
		x[k] = m.space.BelieveOf(i, rng.Float64())
	}
}

// score is the logarithm of the ratio that TPE maximises, with what the users
// believe.
func (m *tpeModel) score(p *pair, x []float64) float64 {
	score := p.ratio(x)
	if m.belief > 0 {
		for k, i := range p.params {
			score += m.belief * m.space.LogPriorOf(i, x[k])
		}
	}
	return score
}

// ratio is the logarithm of the ratio of the densities.
func (p *pair) ratio(x []float64) float64 { return p.good.LogDensity(x) - p.rest.LogDensity(x) }

// bestJointly is the best of some whole configurations that are new and allowed,
// nil if none of those drawn is.
func (m *tpeModel) bestJointly(f *fresh) (best space.Values) {
	u, most, kept := m.blank(), math.Inf(-1), 0
	var x [][]float64
	for _, group := range m.groups {
		x = append(x, make([]float64, len(group)))
	}
	for range jointly {
		if kept == m.options.Candidates {
			break
		}
		for g := range m.pairs {
			m.sample(f.rng, &m.pairs[g], x[g])
			for k, i := range m.pairs[g].params {
				u[i] = x[g][k]
			}
		}
		params := m.space.At(u)
		if !f.allows(params) {
			continue
		}
		kept++
		score := 0.0
		for g, group := range m.groups {
			if _, exists := params[m.space.Param(group[0]).Name]; exists {
				score += m.score(&m.pairs[g], x[g])
			}
		}
		if best == nil || score > most {
			best, most = params, score
		}
	}
	return best
}
