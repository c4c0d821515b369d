package sampler

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/danlu-ml/danlu/internal/gp"
	"github.com/danlu-ml/danlu/internal/study"
)

// A process of a whole space expects length scales of the space's size, and goes on looking
// at corners, where it knows nothing. Where a loss is smooth, a second process, of the trials
// about the best alone and in their scale, knows better where to go from there. It is a local
// model as those of trust regions (Powell 1994) and of TuRBO (Eriksson et al. 2019); but its
// region is no box that grows and shrinks by rules: it is a normal density about the best, as
// wide as the trials there are apart. It has the turn as long as it predicts its own trials, each
// from the others, and as its proposals find something better now and then; and never where two
// trials came out exactly alike: such a loss goes by steps, and there is no slope to follow.
const (
	// established is the number of trials from which on a local process is made.
	established = 20
	// neighbours is how many trials an axis it takes at most, and never more than three
	// quarters of all.
	neighbours = 3
	// foretold is the share of the variance of its trials that it must predict. Noise is
	// not predicted at all.
	foretold = .2
	// patience is how many of its proposals in a row may find nothing better. Then it waits
	// for 2 others, after one more for 4, then 8, and from there for 16: for no more, as those
	// of many workers fail together.
	patience = 3
	// scattered is how many places about the best are compared for a proposal.
	scattered = 300
	// nearBy is the tag of what a local process proposed.
	nearBy = "near"
)

// zooms reports whether a study is one for local processes: of one objective, and of 2 to 60
// parameters that are continuous, always exist, and of which nothing is believed or demanded.
func (c *columns) zooms(def *study.Definition) bool {
	for _, i := range c.plain {
		if c.space.Param(i).Domain.Count() > 0 {
			return false
		}
	}
	d := c.shape.Columns
	return d >= 2 && d <= modelled && len(c.plain) == d && len(def.Objectives) == 1 && len(def.Constraints) == 0
}

// patient reports whether a local process deserves a turn: few of its proposals have ended
// since something better was found, or others had enough turns since.
func (p *past) patient() bool {
	failed, since, best := 0, 0, math.Inf(1)
	for i, t := range p.trials {
		if since++; t.Tag == nearBy {
			failed, since = failed+1, 0
		}
		if l := p.losses[0][i]; l < best {
			failed, best = 0, l
		}
	}
	return failed < patience || p.nearing == 0 && since >= 1<<min(failed-patience+1, 4)
}

// stepped reports whether two of the trials that completed have the same loss.
func (p *past) stepped() bool {
	seen := map[float64]bool{}
	for i, t := range p.trials {
		if t.State != study.Completed {
			continue
		}
		if seen[p.losses[0][i]] {
			return true
		}
		seen[p.losses[0][i]] = true
	}
	return false
}

// local is the aim of a process of the trials about the best one; nil if it is not its turn.
func (s *process) local(p *past, rng *rand.Rand) *aim {
	n, d := len(p.trials), s.columns.shape.Columns
	if !s.zooms || n < max(established, d+5) || len(p.earlier)+len(p.refused) > 0 || !p.patient() || p.stepped() {
		return nil
	}
	x, losses, trials, radius := p.about(d, min(neighbours*d+1, max(3*n/4, d+2), fitted))
	if x == nil {
		return nil
	}
	shape := s.columns.shape
	belief := gpBelief(shape, false)
	belief.Length.Mean += math.Log(2 * radius)
	y, scale := standardise(losses, false)
	theta, _ := gp.Fit(shape, belief, x, y, belief.Start(shape), 40)
	m := gp.New(shape, theta, x, y)
	if m.LeftOut(y) < foretold {
		return nil
	}
	a := &aim{columns: s.columns, models: []*gp.Model{m}, scale: scale, near: radius, local: true}
	for _, i := range argsort(m.AtKnown(0, nil)) {
		a.trials = append(a.trials, trials[i])
	}
	if len(p.pending) > 0 {
		m.Fantasise(p.pending, s.draws(p, rng))
	}
	a.beat(len(trials), slices.Concat(x, p.pending))
	a.room()
	return a
}

// about are the k trials nearest to the best one, with the median of their distances from it an
// axis; nil unless all of them completed.
func (p *past) about(d, k int) (x, losses []float64, trials []*study.Trial, radius float64) {
	best := argsort(p.losses[0])[0]
	square := make([]float64, len(p.trials))
	for i := range square {
		for j := range d {
			by := p.x[i*d+j] - p.x[best*d+j]
			square[i] += by * by
		}
	}
	order := argsort(square)[:k]
	radius = max(math.Sqrt(square[order[k/2]]/float64(d)), 1e-4)
	slices.Sort(order)
	for _, i := range order {
		if p.trials[i].State != study.Completed || math.IsInf(p.losses[0][i], 0) {
			return nil, nil, nil, 0
		}
		x, losses, trials = append(x, p.x[i*d:i*d+d]...), append(losses, p.losses[0][i]), append(trials, p.trials[i])
	}
	return x, losses, trials, radius
}

// scatter are places about the best, some nearer and some farther.
func (a *aim) scatter(rng *rand.Rand) [][]float64 {
	us := make([][]float64, scattered)
	for i := range us {
		us[i] = slices.Clone(a.trials[0].Unit)
		for _, k := range a.columns.numbers {
			us[i][k] = reflect(us[i][k] + []float64{.3, 1, 2}[i%3]*a.near*rng.NormFloat64())
		}
	}
	return us
}
