package sampler

import (
	"cmp"
	"math"
	"slices"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

// past is what a process learns from.
type past struct {
	trials  []*study.Trial // observed, in the order of their ends
	x       []float64      // their rows
	losses  [][]float64    // an objective each; +Inf for the worst
	told    int            // trials with finite losses
	run     []float64      // rows of trials that could be run, and
	refused []float64      // of those that could not
	pending []float64      // rows of the last trials that wait or run
	nearing int            // those of them that a local process proposed
	belief  float64        // the weight of the users' priors
	custom  float64        // that of the belief in what is customary
	earlier []study.Earlier
}

// look gathers a study's past. What it says of a trial depends on those alone
// that ended before.
func (s *process) look(v *study.View) *past {
	p := &past{losses: make([][]float64, len(v.Def.Objectives)), earlier: v.Earlier}
	ended := make([]*study.Trial, 0, len(v.Trials))
	for _, t := range v.Trials {
		if t.State.Open() {
			p.expect(s.columns, t.Params, t.Unit)
			if t.Tag == nearBy {
				p.nearing++
			}
		} else {
			ended = append(ended, t)
		}
	}
	slices.SortStableFunc(ended, func(a, b *study.Trial) int {
		return cmp.Or(a.Ended.Compare(b.Ended), cmp.Compare(a.ID, b.ID))
	})
	var outlook outlook
	for _, t := range ended {
		row := s.columns.of(t.Params, t.Unit)
		if t.State == study.Infeasible {
			p.refused = append(p.refused, row...)
			continue
		}
		if t.State != study.Failed {
			p.run = append(p.run, row...)
		}
		losses := outlook.of(v.Def.Objectives, t)
		if losses == nil {
			continue
		}
		if !slices.ContainsFunc(losses, func(l float64) bool { return math.IsInf(l, 0) }) {
			if p.told == 0 {
				p.mended(s.columns.shape.Columns)
			}
			p.told++
		}
		p.trials, p.x = append(p.trials, t), append(p.x, row...)
		for k := range p.losses {
			p.losses[k] = append(p.losses[k], losses[k])
		}
	}
	p.belief = belief(v, evidence{finished: p.told})
	p.custom = customary / float64(max(len(p.trials), 1)) * trust(v, func(t *study.Trial) float64 {
		away := 0.0
		for _, i := range s.columns.plain {
			by := t.Unit[i] - s.columns.customs[i]
			away += by * by
		}
		return -away
	})
	return p
}

// mended forgets what failed before the first trial that has told something: a program
// that did not work says nothing of its parameters.
func (p *past) mended(columns int) {
	n := 0
	for i, t := range p.trials {
		if t.State == study.Failed {
			continue
		}
		p.trials[n] = t
		copy(p.x[n*columns:], p.x[i*columns:(i+1)*columns])
		for _, l := range p.losses {
			l[n] = l[i]
		}
		n++
	}
	p.trials, p.x = p.trials[:n], p.x[:n*columns]
	for k := range p.losses {
		p.losses[k] = p.losses[k][:n]
	}
}

// pendingAtMost is how many trials that wait or run a process takes into account, the
// last ones: each costs as much as one that ended.
const pendingAtMost = 100

// expect takes note of a trial that waits or runs.
func (p *past) expect(c *columns, params space.Values, unit []float64) {
	row := c.of(params, unit)
	p.pending = append(p.pending[max(len(p.pending)-(pendingAtMost-1)*len(row), 0):], row...)
}

// recent is how many completed trials say how others would have gone on.
const recent = 50

// outlook says what trials come to, those that were stopped included, by the
// curves of trials that completed before.
type outlook struct {
	done  []*study.Trial // the most recent ones
	best  []float64      // their objectives' lowest losses
	gains map[gainKey]float64
}

type gainKey struct {
	objective int
	step      int64
}

// of is what a trial says of its configuration: its final losses, +Inf where it
// failed or diverged; nil if it says nothing. A stopped trial is taken to go on
// from its last report as the median of the completed ones did from that step,
// and not to come out better than the best of them.
func (o *outlook) of(objectives []study.Objective, t *study.Trial) []float64 {
	losses := make([]float64, len(objectives))
	for k := range losses {
		losses[k] = math.Inf(1)
		switch {
		case t.State == study.Completed && k < len(t.Losses) && !math.IsNaN(t.Losses[k]):
			losses[k] = t.Losses[k]
		case t.State == study.Stopped:
			step := t.Curves[k].Last()
			last, ok := t.Curves[k].At(step, objectives[k].Best)
			if !ok {
				return nil
			}
			if losses[k] = last; o.best != nil {
				losses[k] = max(last+o.gain(k, step, objectives[k].Best), o.best[k])
			}
			if math.IsNaN(losses[k]) {
				losses[k] = math.Inf(1)
			}
		}
	}
	if t.State == study.Completed {
		o.add(t, losses)
	}
	return losses
}

func (o *outlook) add(t *study.Trial, losses []float64) {
	if o.best == nil {
		o.best = slices.Clone(losses)
	}
	for k, l := range losses {
		o.best[k] = min(o.best[k], l)
	}
	o.done = append(o.done[max(len(o.done)+1-recent, 0):], t)
	o.gains = nil
}

// gain is the median change of an objective's loss from a step to the end.
func (o *outlook) gain(objective int, step int64, best bool) float64 {
	key := gainKey{objective, step}
	if g, ok := o.gains[key]; ok {
		return g
	}
	var all []float64
	for _, d := range o.done {
		if len(d.Losses) <= objective {
			continue
		}
		at, ok := d.Curves[objective].At(step, best)
		if g := d.Losses[objective] - at; ok && !math.IsNaN(g) && !math.IsInf(g, 0) {
			all = append(all, g)
		}
	}
	if o.gains == nil {
		o.gains = map[gainKey]float64{}
	}
	o.gains[key] = median(all)
	return o.gains[key]
}

// median sorts v; 0 if there is nothing.
func median(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	slices.Sort(v)
	return v[(len(v)-1)/2]/2 + v[len(v)/2]/2
}

// standardise maps losses to values of mean 0 and variance 1, in which bad ones
// are no worse than twice as far above the median as the best is below it; where
// logged is set, by the logarithm of the distance from the best, of which half the
// best's from the median is added before. Losses that are not finite become the
// worst. scale is what a unit of a value is in losses, near the best.
func standardise(losses []float64, logged bool) (y []float64, scale float64) {
	y = make([]float64, len(losses))
	known := make([]float64, 0, len(losses))
	for _, l := range losses {
		if !math.IsInf(l, 0) {
			known = append(known, l)
		}
	}
	if len(known) == 0 {
		return y, 1
	}
	middle := median(known)
	best, worst := known[0], known[len(known)-1]
	size := max(math.Abs(best), math.Abs(worst))
	if size < 1e100 {
		size = 1 // nothing can overflow
	}
	best, middle, worst = best/size, middle/size, worst/size
	gap := middle - best
	limit := middle + 2*gap
	if limit > worst || limit <= best {
		limit = worst
	}
	soft := gap / 2
	for i, l := range losses {
		y[i] = limit
		if !math.IsInf(l, 0) {
			y[i] = min(l/size, limit)
		}
		if logged && soft > 0 {
			y[i] = math.Log1p((y[i] - best) / soft)
		}
	}
	var mean, square float64
	for _, v := range y {
		mean += v / float64(len(y))
	}
	for i := range y {
		y[i] -= mean
		square += y[i] * y[i] / float64(len(y))
	}
	sd := math.Sqrt(square)
	if !(sd > 0) || math.IsInf(1/sd, 1) {
		clear(y)
		return y, 1
	}
	for i := range y {
		y[i] /= sd
	}
	if logged && soft > 0 {
		return y, sd * soft * size
	}
	return y, sd * size
}
