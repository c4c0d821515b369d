package foresight

import (
	"cmp"
	"math"
	"slices"

	"github.com/danlu-ml/danlu/internal/normal"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/triangle"
)

// Most is how many trials an outlook takes in. A study with more asks for a
// cheaper rule.
const Most = 200

const (
	perCurve = 9   // observations of one curve, at most
	mostSeen = 200 // observations in all
	mostFit  = 80  // of those, what hyperparameters are fitted to
	evals    = 20  // of the posterior, to find them
)

// Outlook is what a view lets one expect.
type Outlook struct {
	columns columns
	kernel  kernel
	points  []point
	l       []float64
	alpha   []float64
	mean    float64 // of losses, to standardise them
	sd      float64
	low     float64 // of the observations, standardised
	last    int64
	above   [horizons]aboveStep // how far the steps ahead of the last asked for are from the observed
	found   *proposed           // shared by all that recall this outlook
}

// New is the outlook of a view whose trials have a known end. Running trials but
// for self, which may be nil, are believed to go on as predicted. ok is false where
// there is too little to go by (no two different losses), or too much.
func New(v *study.View, self *study.Trial) (o *Outlook, ok bool) {
	o = &Outlook{columns: newColumns(v.Def.Space), last: v.Def.Fidelity.Max, found: new(proposed)}
	if o.last < 2 || len(v.Trials) > Most {
		return nil, false
	}
	losses := o.observe(v)
	pending := o.pending(v, self)
	known, whole := recall(v.Def, o.points, pending, losses)
	if whole {
		return known, true
	}
	y, ok := o.standardise(losses)
	if !ok {
		return nil, false
	}
	if known != nil {
		o.kernel = known.kernel
	} else {
		o.kernel = o.fit(y)
	}
	o.low = slices.Min(y)
	observed := slices.Clone(o.points)
	if !o.condition(y) || !o.believe(y, pending) {
		return nil, false
	}
	remember(memory{v.Def, observed, pending, losses, o})
	return o, true
}

// fit finds the kernel, by some of the observations.
func (o *Outlook) fit(y []float64) kernel {
	few := sample(o.points, mostFit)
	fewY := make([]float64, len(few))
	fewPoints := make([]point, len(few))
	for i, at := range few {
		fewPoints[i], fewY[i] = o.points[at], y[at]
	}
	return fit(fewPoints, fewY, o.columns.numbers(), evals).kernel(o.columns.numbers())
}

// pending is where running trials will be a stretch from now.
func (o *Outlook) pending(v *study.View, self *study.Trial) (at []point) {
	if v.Count[study.Running] == 0 {
		return nil
	}
	for _, t := range v.Trials {
		if t.State == study.Running && t != self {
			step := min(max(t.Step()+1, t.Step()*3/2), o.last)
			at = append(at, point{o.columns.of(t), o.tau(step), int(t.ID)})
		}
	}
	return at
}

// believe takes predictions for observations (Ginsbourger et al. 2010, the Kriging
// believer), so that what runs already is not chosen once more.
func (o *Outlook) believe(y []float64, pending []point) bool {
	if len(pending) == 0 {
		return true
	}
	mean, sd := make([]float64, len(pending)), make([]float64, len(pending))
	o.predict(pending, mean, sd)
	o.points = append(slices.Clone(o.points), pending...)
	return o.condition(append(slices.Clone(y), mean...))
}

// observe takes in what trials have shown, each at a few steps that are evenly
// apart in their logarithm, and the last.
func (o *Outlook) observe(v *study.View) (losses []float64) {
	for grid := perCurve; grid >= 1; grid = (grid - 1) / 2 {
		o.points, losses = o.points[:0], losses[:0]
		for _, t := range v.Trials {
			c := t.Curve()
			x := o.columns.of(t)
			next := int64(1)
			for i, s := range c {
				if s.Step < next && i < len(c)-1 {
					continue
				}
				for next <= s.Step {
					next = max(next+1, int64(math.Ceil(float64(next)*math.Pow(float64(o.last), 1/float64(grid)))))
				}
				o.points = append(o.points, point{x, o.tau(s.Step), int(t.ID)})
				losses = append(losses, s.Loss)
			}
			if len(c) == 0 && !t.State.Open() {
				o.points = append(o.points, point{x, o.tau(1), int(t.ID)})
				losses = append(losses, math.Inf(1))
			}
		}
		if len(o.points) <= mostSeen {
			break
		}
	}
	return losses
}

// standardise cuts losses far beyond the median, which say no more than bad, to
// mean zero and variance one.
func (o *Outlook) standardise(losses []float64) (y []float64, ok bool) {
	finite := slices.DeleteFunc(slices.Clone(losses), func(x float64) bool { return math.IsInf(x, 0) })
	if len(finite) < 2 {
		return nil, false
	}
	slices.Sort(finite)
	best, median := finite[0], finite[len(finite)/2]
	if best == finite[len(finite)-1] {
		return nil, false
	}
	if median == best {
		median = finite[len(finite)-1]
	}
	highest := median + (median - best)
	y = make([]float64, len(losses))
	for i, x := range losses {
		y[i] = min(x, highest)
		o.mean += y[i] / float64(len(y))
	}
	for _, x := range y {
		o.sd += (x - o.mean) * (x - o.mean) / float64(len(y))
	}
	o.sd = math.Sqrt(o.sd)
	if !(o.sd > 0) || math.IsInf(o.sd, 0) {
		return nil, false
	}
	for i := range y {
		y[i] = (y[i] - o.mean) / o.sd
	}
	return y, true
}

func (o *Outlook) tau(step int64) float64 {
	return math.Log(float64(max(step, 1))) / math.Log(float64(o.last))
}

// sample picks at most n observations: the last of every curve first, then
// earlier ones, evenly.
func sample(points []point, n int) []int {
	var last, rest []int
	for i, p := range points {
		if i+1 == len(points) || points[i+1].curve != p.curve {
			last = append(last, i)
		} else {
			rest = append(rest, i)
		}
	}
	picked := append(evenly(last, n), evenly(rest, max(n-len(last), 0))...)
	slices.Sort(picked)
	return picked
}

// evenly takes n of them at equal distances, all where there are no more.
func evenly(from []int, n int) []int {
	if len(from) <= n {
		return from
	}
	some := make([]int, n)
	for i := range some {
		some[i] = from[i*len(from)/n]
	}
	return some
}

// condition computes the factor and weights that predictions need.
func (o *Outlook) condition(y []float64) bool {
	n := len(o.points)
	o.l = make([]float64, triangle.Len(n))
	for i, a := range o.points {
		row := triangle.Row(o.l, i)
		for j, b := range o.points[:i+1] {
			row[j] = o.kernel.between(a, b)
		}
		row[i] += o.kernel.noise + jitter
	}
	if !triangle.Cholesky(o.l, n) {
		return false
	}
	o.alpha = slices.Clone(y)
	triangle.Forward(o.l, o.alpha)
	triangle.Backward(o.l, o.alpha)
	return true
}

// predict is the mean and standard deviation at a few points, standardised.
func (o *Outlook) predict(at []point, mean, sd []float64) {
	var room [4][]float64
	for c := range room {
		room[c] = make([]float64, len(o.points))
	}
	for first := 0; first < len(at); first += 4 {
		var some [4]point
		for c := range some {
			some[c] = at[min(first+c, len(at)-1)]
			for i, p := range o.points {
				room[c][i] = o.kernel.between(some[c], p)
			}
		}
		m := min(4, len(at)-first)
		for c := range m {
			mean[first+c] = triangle.Dot(room[c], o.alpha)
		}
		triangle.Forward4(o.l, room[0], room[1], room[2], room[3])
		for c := range m {
			variance := o.kernel.signal + o.kernel.own - triangle.Dot(room[c], room[c])
			sd[first+c] = math.Sqrt(max(variance, 1e-10))
		}
	}
}

// End is what a trial's loss is expected to be at the end of training, and its
// standard deviation, in the objective's unit.
func (o *Outlook) End(t *study.Trial) (loss, sd float64) {
	var m, s [1]float64
	o.predict([]point{{o.columns.of(t), 1, int(t.ID)}}, m[:], s[:])
	return o.mean + o.sd*m[0], o.sd * s[0]
}

// leaders are the trials that are expected to end best, at most n.
func (o *Outlook) leaders(trials []*study.Trial, n int) []*study.Trial {
	at := make([]point, len(trials))
	for i, t := range trials {
		at[i] = point{o.columns.of(t), 1, int(t.ID)}
	}
	mean, sd := make([]float64, len(at)), make([]float64, len(at))
	o.predict(at, mean, sd)
	order := make([]int, len(trials))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(mean[a], mean[b]), cmp.Compare(a, b)) })
	best := make([]*study.Trial, min(n, len(order)))
	for i := range best {
		best[i] = trials[order[i]]
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
	return normal.CDF((best.Loss() - loss) / sd)
}
