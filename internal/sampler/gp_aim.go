package sampler

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/danlu-ml/danlu/internal/gp"
	"github.com/danlu-ml/danlu/internal/normal"
	"github.com/danlu-ml/danlu/internal/pareto"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

// aim is what a search maximises: the logarithm of the improvement to expect,
// and of the probability that a configuration can be run.
type aim struct {
	models  []*gp.Model    // an objective each
	best    []float64      // one objective: the least posterior mean, under each fantasy
	front   *pareto.EHVI   // several objectives
	can     *gp.Model      // nil while every trial could be run
	trials  []*study.Trial // observed, the best first by the mean of the first objective
	scale   float64        // what 1 is in losses
	belief  float64        // the weight of the users' priors
	legacy  legacy         // what earlier studies add to the means of a single objective
	custom  float64        // the weight of the belief in what is customary
	near    float64        // the deviation of the normal density about the best by which improvements are weighed; 0: none
	local   bool           // whether the process is one of the trials about the best
	columns *columns

	places           []gp.Place
	feasible         gp.Place
	mean, sd, dm, ds []float64
}

const (
	// observedAtMost is how many observations a process takes: the better half of
	// them and an even choice of the rest.
	observedAtMost = 400
	// fantasies are the ways in which pending trials may turn out.
	fantasies = 8
)

// aim makes the processes for a past.
func (s *process) aim(p *past, rng *rand.Rand) *aim {
	shape := s.columns.shape
	a := &aim{belief: p.belief, custom: p.custom, columns: s.columns}
	if s.near && len(p.earlier) == 0 {
		a.near = nearSD
	}
	x, losses, trials := p.x, p.losses, p.trials
	if len(trials) > observedAtMost {
		x, losses, trials = nil, make([][]float64, len(p.losses)), nil
		for _, i := range thinned(p.losses[0], observedAtMost) {
			x = append(x, p.x[i*shape.Columns:(i+1)*shape.Columns]...)
			trials = append(trials, p.trials[i])
			for k := range losses {
				losses[k] = append(losses[k], p.losses[k][i])
			}
		}
	}
	logged := len(p.trials)%2 == 1
	var draws [][]float64
	if len(losses) == 1 {
		draws = s.draws(p, rng)
	}
	var elders []*gp.Model
	if len(losses) == 1 {
		elders = s.elders(p.earlier, logged)
	}
	for k := range losses {
		theta := s.fits.theta(shape, fitKey{objective: k, logged: logged}, p.x, p.losses[k], elders)
		y, scale := standardise(losses[k], logged)
		a.legacy, y = inherit(shape, elders, x, y)
		m := gp.New(shape, theta, x, y)
		if k == 0 {
			a.scale = scale
			means := m.AtKnown(0, nil)
			a.legacy.many(x, means, 1)
			for _, i := range argsort(means) {
				a.trials = append(a.trials, trials[i])
			}
		}
		if len(p.pending) > 0 {
			m.Fantasise(p.pending, draws)
		}
		a.models = append(a.models, m)
	}
	a.beat(len(trials), slices.Concat(x, p.pending))
	if len(p.refused) > 0 {
		a.can = feasibility(shape, p)
	}
	a.room()
	return a
}

// room makes what values are computed in.
func (a *aim) room() {
	k := max(len(a.models), a.models[0].Fantasies())
	a.places = make([]gp.Place, len(a.models))
	a.mean, a.sd, a.dm, a.ds = make([]float64, k), make([]float64, k), make([]float64, k), make([]float64, k)
}

// beat finds what is to be improved on: the posterior means where trials, n of
// which have ended, are or are pending; x has their rows.
func (a *aim) beat(n int, x []float64) {
	if len(a.models) == 1 {
		var means []float64
		for f := range a.models[0].Fantasies() {
			means = a.models[0].AtKnown(f, means)
			a.legacy.many(x, means, 1)
			a.best = append(a.best, slices.Min(means))
		}
		return
	}
	points := make([][]float64, n)
	for i := range points {
		points[i] = make([]float64, len(a.models))
	}
	for k, m := range a.models {
		for i, v := range m.AtKnown(0, nil)[:n] {
			points[i][k] = v
		}
	}
	a.front = pareto.NewEHVI(points, pareto.Reference(points))
}

// feasibility is a process of what can be run, 1, and what can't, −1.
func feasibility(shape gp.Shape, p *past) *gp.Model {
	x := slices.Concat(p.run, p.refused)
	label := make([]float64, len(x)/shape.Columns)
	for i := range label {
		label[i] = 1
		if i*shape.Columns >= len(p.run) {
			label[i] = -1
		}
	}
	x, label = thin(shape, x, label, observedAtMost)
	return gp.New(shape, gpBelief(shape, false).Start(shape), x, label)
}

// draws are standard normal numbers for the pending trials, a row a fantasy.
func (s *process) draws(p *past, rng *rand.Rand) [][]float64 {
	n := 0
	if s.columns.shape.Columns > 0 {
		n = len(p.pending) / s.columns.shape.Columns
	}
	if n == 0 {
		return nil
	}
	out := make([][]float64, fantasies)
	for f := range out {
		out[f] = make([]float64, n)
	}
	for f := 0; f < fantasies; f += 2 { // in pairs that cancel
		for i := range n {
			out[f][i] = rng.NormFloat64()
			out[f+1][i] = -out[f][i]
		}
	}
	return out
}

// value is what is maximised at a row; where gradient is not nil it receives the
// derivatives by the row's numbers.
func (a *aim) value(x, gradient []float64) float64 {
	clear(gradient)
	var v float64
	if a.front == nil {
		m, p := a.models[0], &a.places[0]
		m.At(p, x)
		a.legacy.many(x, p.Mean, len(p.Mean))
		var dv float64
		v, dv = gp.LogEI(p.Mean, p.Variance, a.best, a.dm[:len(p.Mean)])
		if gradient != nil {
			m.Gradient(p, a.dm[:len(p.Mean)], dv, gradient)
			var all float64
			for _, d := range a.dm[:len(p.Mean)] {
				all += d
			}
			a.legacy.gradient(all, gradient)
		}
	} else {
		k := len(a.models)
		for i, m := range a.models {
			m.At(&a.places[i], x)
			a.mean[i], a.sd[i] = a.places[i].Mean[0], math.Sqrt(a.places[i].Variance)
		}
		v = a.front.Log(a.mean[:k], a.sd[:k], a.dm[:k], a.ds[:k])
		if gradient != nil {
			for i, m := range a.models {
				m.Gradient(&a.places[i], a.dm[i:i+1], a.ds[i]/(2*a.sd[i]), gradient)
			}
		}
	}
	if a.can != nil {
		p := &a.feasible
		a.can.At(p, x)
		sd := math.Sqrt(p.Variance + doubt)
		z := p.Mean[0] / sd
		l, dl := normal.LogCDF(z)
		l, dl = caution*l, caution*dl
		v += l
		if gradient != nil {
			a.can.Gradient(p, []float64{dl / sd}, -dl*z/(2*sd*sd), gradient)
		}
	}
	return v
}

const (
	// doubt is how far a label of what can be run is from being a sure one.
	doubt = .1
	// caution is the power of the probability that a configuration can be run. With
	// the plain product, once little was left to gain, nineteen of twenty proposals
	// couldn't be; with this power half of them, and what was found was better.
	caution = 20
)

// many is value at many rows.
func (a *aim) many(x, out []float64) {
	n := len(out)
	fs := a.models[0].Fantasies()
	if a.front == nil {
		mean, variance := make([]float64, n*fs), make([]float64, n)
		a.models[0].Predict(x, mean, variance)
		a.legacy.many(x, mean, fs)
		for i := range out {
			out[i], _ = gp.LogEI(mean[i*fs:i*fs+fs], variance[i], a.best, nil)
		}
	} else {
		k := len(a.models)
		mean, variance := make([]float64, k*n), make([]float64, k*n)
		for i, m := range a.models {
			m.Predict(x, mean[i*n:i*n+n], variance[i*n:i*n+n])
		}
		for i := range out {
			for j := range k {
				a.mean[j], a.sd[j] = mean[j*n+i], math.Sqrt(variance[j*n+i])
			}
			out[i] = a.front.Log(a.mean[:k], a.sd[:k], nil, nil)
		}
	}
	if a.can != nil {
		mean, variance := make([]float64, n), make([]float64, n)
		a.can.Predict(x, mean, variance)
		for i := range out {
			l, _ := normal.LogCDF(mean[i] / math.Sqrt(variance[i]+doubt))
			out[i] += caution * l
		}
	}
	for i, v := range out {
		if math.IsNaN(v) {
			out[i] = math.Inf(-1)
		}
	}
}

// customary is the weight, in trials, of the belief that a number is good about where
// it customarily is: its density is a normal one of deviation customSD. The corners of a
// cube, of which there are many, are where a process knows least, and likes to look. It
// is followed as far as results agree: see trust.
const (
	customary = 5
	customSD  = .3
)

// prior is what beliefs add at a settled point (Hvarfner et al. 2022, eq. 6): the users',
// that in what is customary, and that in what is near the best.
func (a *aim) prior(s *space.Space, u []float64) float64 {
	sum := 0.0
	for _, i := range a.columns.plain {
		v, _ := a.customOf(i, u[i])
		n, _ := a.nearness(i, u[i])
		sum += v + n
	}
	if a.belief > 0 {
		sum += a.belief * s.LogPrior(u, nil)
	}
	return sum
}

// customOf is what the belief in what is customary adds for a number at u, and its
// derivative.
func (a *aim) customOf(i int, u float64) (v, du float64) {
	z := (u - a.columns.customs[i]) / customSD
	return -a.custom * z * z / 2, -a.custom * z / customSD
}

// priorOf is one number's part of prior, and its derivative.
func (a *aim) priorOf(s *space.Space, i int, u float64) (v, du float64) {
	if s.Param(i).Prior == nil {
		v, du = a.customOf(i, u)
		n, dn := a.nearness(i, u)
		return v + n, du + dn
	}
	if a.belief == 0 {
		return 0, 0
	}
	const h = 1e-4
	up, down := s.LogPriorOf(i, u+h), s.LogPriorOf(i, u-h)
	return a.belief * s.LogPriorOf(i, u), a.belief * (up - down) / (2 * h)
}

// why says in a clause what speaks for a configuration.
func (a *aim) why(s *space.Space, params space.Values) string {
	value := a.value(a.columns.of(params, s.Unit(params)), nil)
	if a.front != nil {
		return "expected gain of the front"
	}
	var mean float64
	for _, m := range a.places[0].Mean {
		mean += m / float64(len(a.places[0].Mean))
	}
	sd := math.Sqrt(a.places[0].Variance)
	if mean-a.best[0] > sd {
		return fmt.Sprintf("exploring: little is known here, and it may beat trial %d", a.trials[0].ID)
	}
	why := fmt.Sprintf("expected improvement %.2g over trial %d", math.Exp(value)*a.scale, a.trials[0].ID)
	if a.local {
		why += " by the trials about it"
	}
	return why
}
