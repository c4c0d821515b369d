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
}

// pair is the densities of the good and of the rest over one group.
type pair struct {
	params     []int
	good, rest *parzen.Mixture
}

func (s *tpe) model(sp *space.Space, e evidence, before heritage, lies []*study.Trial) *tpeModel {
	m := &tpeModel{tpe: s, space: sp, why: fmt.Sprintf("like the best %d, unlike the rest", len(e.good)), belief: e.belief}
	if before.weight > 0 {
		m.why += ", earlier studies' trials included"
	}
	rest := slices.Concat(e.rest, lies)
	for _, g := range s.groups {
		axes := make([]parzen.Axis, len(g))
		for k, i := range g {
			axes[k] = s.axes[i]
		}
		m.pairs = append(m.pairs, pair{
			params: g,
			good:   s.density(sp, g, axes, before.good, e.good, before.weight, e.front),
			rest:   s.density(sp, g, axes, before.rest, rest, before.weight, false),
		})
	}
	return m
}

// density estimates where some trials lie, of a group's parameters: those of
// earlier studies by a weight, the study's own by age unless they are alike.
func (s *tpe) density(sp *space.Space, group []int, axes []parzen.Axis, before, own []*study.Trial, weight float64, alike bool) *parzen.Mixture {
	x := s.rows(sp, group, own)
	var weights []float64 // by age
	if alike {
		weights = slices.Repeat([]float64{1}, len(x)/len(group))
	}
	if weight > 0 {
		if weights == nil {
			weights = parzen.Recency(len(x) / len(group))
		}
		y := s.rows(sp, group, before)
		x, weights = append(y, x...), append(slices.Repeat([]float64{weight}, len(y)/len(group)), weights...)
	}
	return parzen.New(axes, x, weights, parzen.Options{})
}

// jointly is how many draws over all groups are made for one proposal where the
// best draws of the groups don't make one.
const jointly = 1000

// propose finds the most promising new configuration: the best draw of every
// group together or, where that is not new or not allowed, the best of those
// draws over all groups that are.
func (m *tpeModel) propose(f *fresh) (params space.Values, why string, ok bool) {
	u := m.blank()
	for _, p := range m.pairs {
		m.best(f.rng, p, u)
	}
	if params := m.space.At(u); f.accept(params) {
		return params, m.why, true
	}
	if params := m.bestJointly(f); params != nil && f.accept(params) {
		return params, m.why, true
	}
	params, ok = f.take(func(u []float64) {
		for i := range u {
			u[i] = f.rng.Float64()
		}
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
func (m *tpeModel) best(rng *rand.Rand, p pair, u []float64) {
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
func (m *tpeModel) sample(rng *rand.Rand, p pair, x []float64) {
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
func (m *tpeModel) score(p pair, x []float64) float64 {
	score := p.ratio(x)
	if m.belief > 0 {
		for k, i := range p.params {
			score += m.belief * m.space.LogPriorOf(i, x[k])
		}
	}
	return score
}

// ratio is the logarithm of the ratio of the densities.
func (p pair) ratio(x []float64) float64 { return p.good.LogDensity(x) - p.rest.LogDensity(x) }

// bestJointly is the best of some whole configurations that are new and allowed,
// nil if none of those drawn is.
func (m *tpeModel) bestJointly(f *fresh) (best space.Values) {
	u, most, kept := m.blank(), math.Inf(-1), 0
	var x [][]float64
	for _, p := range m.pairs {
		x = append(x, make([]float64, len(p.params)))
	}
	for range jointly {
		if kept == m.options.Candidates {
			break
		}
		for g, p := range m.pairs {
			m.sample(f.rng, p, x[g])
			for k, i := range p.params {
				u[i] = x[g][k]
			}
		}
		params := m.space.At(u)
		if !f.allows(params) {
			continue
		}
		kept++
		score := 0.0
		for g, p := range m.pairs {
			if _, exists := params[m.space.Param(p.params[0]).Name]; exists {
				score += m.score(p, x[g])
			}
		}
		if best == nil || score > most {
			best, most = params, score
		}
	}
	return best
}
