package foresight

import (
	"cmp"
	"math"
	"slices"

	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/triangle"
)

// Most is how many trials an outlook takes in. A study with more asks for a
// cheaper rule.
const Most = 1000

const (
	mostSeen = 300 // observations
	mostFit  = 64  // of those, what hyperparameters are fitted to
	evals    = 15  // of the posterior, to find them
)

// Outlook is what a view lets one expect.
type Outlook struct {
	columns columns
	kernel  kernel
	seen    seen
	curves  map[study.TrialID]int // a trial's curve, where it has one
	bent    []float64             // b of every moment
	pairs   []float64             // v M + v₀ of curves, a triangle
	l       []float64
	alpha   []float64
	scale   scale
	low     float64 // of the observations, standardised
	last    int64
	ahead   map[int64]*ahead // by the step it is ahead of
	room    [horizons][]float64
	found   *proposed // shared by all that recall this outlook
}

// New is the outlook of a view whose trials have a known end. Running trials but
// for self, which may be nil, are believed to go on as predicted. ok is false where
// there is too little to go by (no two different losses), or too much.
func New(v *study.View, self *study.Trial) (o *Outlook, ok bool) {
	o = &Outlook{columns: newColumns(v.Def.Space), last: v.Def.Fidelity.Max, found: new(proposed)}
	if o.last < 2 || len(v.Trials) > Most {
		return nil, false
	}
	all := glimpses(v)
	some := thinned(all, mostSeen, self)
	pending := o.pending(v, self)
	if known := recall(v.Def, some, pending); known != nil {
		return known, true
	}
	if o.scale, ok = measure(some); !ok {
		return nil, false
	}
	o.kernel = o.learn(v.Def, all)
	o.seen = o.gather(some)
	y := o.scale.of(some)
	o.low = slices.Min(y)
	o.index(some)
	if !o.condition(y) || !o.believe(some, y, pending) {
		return nil, false
	}
	remember(v.Def, some, pending, o)
	return o, true
}

// index notes whose the curves are.
func (o *Outlook) index(some []glimpse) {
	o.curves = map[study.TrialID]int{}
	for i, g := range some {
		o.curves[g.trial.ID] = o.seen.points[i].curve
	}
}

// pending is where running trials will be a stretch from now; losses are not known
// yet.
func (o *Outlook) pending(v *study.View, self *study.Trial) (at []glimpse) {
	if v.Count[study.Running] == 0 {
		return nil
	}
	for _, t := range v.Trials {
		if t.State == study.Running && t != self {
			at = append(at, glimpse{trial: t, step: min(t.Step()+Stretch(t.Step(), o.last), o.last), unit: t.Unit})
		}
	}
	return at
}

// believe takes predictions for observations (Ginsbourger et al. 2010, the Kriging
// believer), so that what runs already is not chosen once more.
func (o *Outlook) believe(some []glimpse, y []float64, pending []glimpse) bool {
	if len(pending) == 0 {
		return true
	}
	believed := map[*study.Trial]float64{}
	for _, g := range pending {
		believed[g.trial], _ = o.predict(g.trial, g.step)
	}
	var all []glimpse
	var values []float64
	for i, g := range some {
		all, values = append(all, g), append(values, y[i])
		if i+1 < len(some) && some[i+1].trial == g.trial {
			continue
		}
		for _, p := range pending { // a curve's points are together
			if p.trial == g.trial {
				all, values = append(all, p), append(values, believed[p.trial])
				delete(believed, p.trial)
			}
		}
	}
	for _, p := range pending {
		if m, left := believed[p.trial]; left {
			all, values = append(all, p), append(values, m)
		}
	}
	o.seen = o.gather(all)
	o.index(all)
	return o.condition(values)
}

// condition computes the factor and weights that predictions need.
func (o *Outlook) condition(y []float64) bool {
	s, k := o.seen, o.kernel
	n := len(s.points)
	o.ahead, o.bent = nil, make([]float64, len(s.tau))
	for i, t := range s.tau {
		o.bent[i] = k.bent(t)
	}
	var kt, own []float64 // triangles of moments
	for i, b := range o.bent {
		for _, c := range o.bent[:i+1] {
			t, w := k.moments(b, c)
			kt, own = append(kt, t), append(own, w)
		}
	}
	o.l = make([]float64, triangle.Len(n))
	o.pairs = make([]float64, triangle.Len(len(s.x)))
	for i, x := range s.x {
		o.alikes(x, triangle.Row(o.pairs, i))
	}
	for i, a := range s.points {
		shared := triangle.Row(o.pairs, a.curve)
		row := triangle.Row(o.l, i)
		for j, b := range s.points[:i+1] {
			at := at(a.moment, b.moment)
			row[j] = shared[b.curve] * kt[at]
			if a.curve == b.curve {
				row[j] += own[at]
			}
		}
		row[i] += k.noise + jitter
	}
	if !triangle.Cholesky(o.l, n) {
		return false
	}
	o.alpha = slices.Clone(y)
	triangle.Forward(o.l, o.alpha)
	triangle.Backward(o.l, o.alpha)
	return true
}

// alikes are v M(|x−x'|²) + v₀ for the first curves.
func (o *Outlook) alikes(x []float64, into []float64) {
	for i := range into {
		kx, _ := o.kernel.alike(x, o.seen.x[i])
		into[i] = o.kernel.signal*kx + o.kernel.common
	}
}

// shared is v M + v₀ of a trial with every curve.
func (o *Outlook) shared(t *study.Trial) []float64 {
	s := make([]float64, len(o.seen.x))
	curve, known := o.curves[t.ID]
	if !known {
		o.alikes(o.columns.of(t), s)
		return s
	}
	for i := range s {
		s[i] = o.pairs[at(i, curve)]
	}
	return s
}

// predict is the mean and standard deviation of a trial's loss at a step,
// standardised.
func (o *Outlook) predict(t *study.Trial, step int64) (mean, sd float64) {
	c := o.cross(t, step)
	mean = triangle.Dot(c, o.alpha)
	triangle.Forward(o.l, c)
	return mean, math.Sqrt(max(o.kernel.variance()-triangle.Dot(c, c), 1e-10))
}

// cross is the covariance of a trial's loss at a step with the observations.
func (o *Outlook) cross(t *study.Trial, step int64) []float64 {
	b := o.kernel.bent(tau(step, o.last))
	kt, own := make([]float64, len(o.bent)), make([]float64, len(o.bent))
	for i, c := range o.bent {
		kt[i], own[i] = o.kernel.moments(b, c)
	}
	curve, known := o.curves[t.ID]
	shared := o.shared(t)
	c := make([]float64, len(o.seen.points))
	for i, p := range o.seen.points {
		if c[i] = shared[p.curve] * kt[p.moment]; known && p.curve == curve {
			c[i] += own[p.moment]
		}
	}
	return c
}

// End is what a trial's loss is expected to be at the end of training, and its
// standard deviation, in the objective's unit.
func (o *Outlook) End(t *study.Trial) (loss, sd float64) {
	m, s := o.predict(t, o.last)
	return o.scale.mean + o.scale.sd*m, o.scale.sd * s
}

// leaders are the trials that are expected to end best, at most n.
func (o *Outlook) leaders(trials []*study.Trial, n int) []*study.Trial {
	type expected struct {
		trial *study.Trial
		mean  float64
	}
	var all []expected
	for _, t := range trials {
		if _, known := o.curves[t.ID]; known {
			all = append(all, expected{t, triangle.Dot(o.cross(t, o.last), o.alpha)})
		}
	}
	slices.SortStableFunc(all, func(a, b expected) int { return cmp.Compare(a.mean, b.mean) })
	best := make([]*study.Trial, min(n, len(all)))
	for i := range best {
		best[i] = all[i].trial
	}
	return best
}

// Beats is the probability that a trial ends better than the incumbent; 1 where
// there is none.
func (o *Outlook) Beats(v *study.View, t *study.Trial) float64 {
	best := v.Best()
	if best == nil {
		return 1
	}
	loss, sd := o.End(t)
	p, _ := student((best.Loss() - loss) / sd)
	return p
}
