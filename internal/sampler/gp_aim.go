package sampler

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/danlu-ml/danlu/internal/gp"
	"github.com/danlu-ml/danlu/internal/normal"
	"github.com/danlu-ml/danlu/internal/pareto"
	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

// aim is what a search maximises: the logarithm of the improvement to expect,
// and of the probability that a configuration can be run.
type aim struct {
	models   []*gp.Model // an objective each
	best     []float64   // one objective: the least posterior mean, per fantasy
	front    *pareto.EHVI
	can      *gp.Model // nil while every trial could be run
	leader   *study.Trial
	scale    float64
	standing []int // observed trials kept, the best by posterior mean first

	places           []gp.Place
	mean, sd, dm, dv []float64
	feasible         gp.Place
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
	a := &aim{scale: 1}
	shape := s.columns.shape
	x, losses, trials := p.x, p.losses, p.trials
	if len(trials) > observedAtMost {
		y, _ := standardise(losses[0])
		keep := thinned(y, observedAtMost)
		x, losses, trials = nil, make([][]float64, len(p.losses)), nil
		for _, i := range keep {
			x = append(x, p.x[i*shape.Columns:(i+1)*shape.Columns]...)
			trials = append(trials, p.trials[i])
			for k := range losses {
				losses[k] = append(losses[k], p.losses[k][i])
			}
		}
	}
	draws := s.draws(p, rng)
	if len(losses) > 1 {
		draws = draws[:0]
	}
	for k := range losses {
		theta := s.fits.theta(shape, k, p.x, p.losses[k])
		y, scale := standardise(losses[k])
		m := gp.New(shape, theta, x, y)
		if k == 0 {
			a.scale = scale
			a.rank(m, trials)
		}
		if len(p.pending) > 0 {
			m.Fantasise(p.pending, draws)
		}
		a.models = append(a.models, m)
	}
	if len(losses) == 1 {
		m := a.models[0]
		var means []float64
		for f := range m.Fantasies() {
			means = m.AtObserved(f, means)
			least := math.Inf(1)
			for _, v := range means {
				least = min(least, v)
			}
			a.best = append(a.best, least)
		}
	} else {
		points := make([][]float64, 0, len(trials))
		var means []float64
		for k, m := range a.models {
			means = m.AtObserved(0, means)
			for i, v := range means {
				if k == 0 {
					points = append(points, make([]float64, len(losses)))
				}
				points[i][k] = v
			}
		}
		a.front = pareto.NewEHVI(points, pareto.Reference(points))
	}
	if len(p.refused) > 0 {
		n, r := len(p.run)/shape.Columns, len(p.refused)/shape.Columns
		can := append(append([]float64(nil), p.run...), p.refused...)
		label := make([]float64, n+r)
		for i := range label {
			label[i] = 1
			if i >= n {
				label[i] = -1
			}
		}
		if len(label) > observedAtMost {
			can, label = thin(shape, can, label, observedAtMost)
		}
		a.can = gp.New(shape, gpBelief(shape, len(label)).Start(shape), can, label)
	}
	a.places = make([]gp.Place, len(a.models))
	k := max(len(a.models), a.models[0].Fantasies())
	a.mean, a.sd, a.dm, a.dv = make([]float64, k), make([]float64, k), make([]float64, k), make([]float64, k)
	return a
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

// rank finds the order of the observed trials by posterior mean.
func (a *aim) rank(m *gp.Model, trials []*study.Trial) {
	means := m.AtObserved(0, nil)
	a.standing = argsort(means)
	a.leader = trials[a.standing[0]]
}

// value is what is maximised at a row; where gradient is not nil it receives the
// derivatives by the row's numbers.
func (a *aim) value(x, gradient []float64) float64 {
	clear(gradient)
	var v float64
	if a.front == nil {
		m, p := a.models[0], &a.places[0]
		m.At(p, x)
		var dv float64
		v, dv = gp.LogEI(p.Mean, p.Variance, a.best, a.dm[:len(p.Mean)])
		if gradient != nil {
			m.Gradient(p, a.dm[:len(p.Mean)], dv, gradient)
		}
	} else {
		k := len(a.models)
		for i, m := range a.models {
			m.At(&a.places[i], x)
			a.mean[i], a.sd[i] = a.places[i].Mean[0], math.Sqrt(a.places[i].Variance)
		}
		v = a.front.Log(a.mean[:k], a.sd[:k], a.dm[:k], a.dv[:k])
		if gradient != nil {
			for i, m := range a.models {
				m.Gradient(&a.places[i], a.dm[i:i+1], a.dv[i]/(2*a.sd[i]), gradient)
			}
		}
	}
	if a.can != nil {
		p := &a.feasible
		a.can.At(p, x)
		sd := math.Sqrt(p.Variance + doubt)
		z := p.Mean[0] / sd
		l, dl := normal.LogCDF(z)
		v += l
		if gradient != nil {
			a.can.Gradient(p, []float64{dl / sd}, -dl*z/(2*sd*sd), gradient)
		}
	}
	return v
}

// doubt is how far a label of what can be run is from being a sure one.
const doubt = .1

// many is value at many rows.
func (a *aim) many(x, out []float64) {
	n := len(out)
	fs := a.models[0].Fantasies()
	if a.front == nil {
		mean, variance := make([]float64, n*fs), make([]float64, n)
		a.models[0].Predict(x, mean, variance)
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
			out[i] += l
		}
	}
	for i, v := range out {
		if math.IsNaN(v) {
			out[i] = math.Inf(-1)
		}
	}
}

// why says in a clause what speaks for a configuration.
func (a *aim) why(c *columns, s *space.Space, params space.Values) string {
	value := a.value(c.of(params, s.Unit(params)), nil)
	if a.front != nil {
		return "expected gain of the front"
	}
	var mean float64
	for _, m := range a.places[0].Mean {
		mean += m / float64(len(a.places[0].Mean))
	}
	sd := math.Sqrt(a.places[0].Variance)
	if mean-a.best[0] > sd {
		return fmt.Sprintf("exploring: little is known here, and it may beat trial %d", a.leader.ID)
	}
	return fmt.Sprintf("expected improvement %.2g over trial %d", math.Exp(value)*a.scale, a.leader.ID)
}
