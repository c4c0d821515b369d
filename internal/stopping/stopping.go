// Package stopping says whether it is worth going on: how much better a study's
// best may still become, and how that compares with what is noise.
//
// The rule is that of Makarova, Shen, Perrone, Klein, Faddoul, Krause, Seeger and
// Archambeau, Automatic Termination for Hyperparameter Optimization, AutoML 2022:
// with a Gaussian process of the loss, the simple regret is at most the least upper
// confidence bound at the trials there are, less the least lower confidence bound
// anywhere (eq. 3); below the noise of the measurement, what is left to be gained
// can't be told from chance. It decides nothing: whether a study ends is the
// engine's business.
//
//	n    trials that count     d    columns of the process
//	β    width of the bounds   δ    probability that they don't hold, 0.1
//
// Start reading at [Look].
package stopping

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/danlu-ml/danlu/internal/gp"
	"github.com/danlu-ml/danlu/internal/study"
)

// Least is the number of completed trials from which an outlook can be given.
const Least = 20

const (
	// modelled is the most trials the process is fitted to: the best ones, and as
	// many of the others, which tell where nothing is to be gained.
	modelled = 160
	// places is how many places of the whole space are looked at, around how many
	// about each of the best trials.
	places, around = 1500, 60
	// fitting is how often the likelihood is computed for a fit.
	fitting = 60
)

// Outlook is what more search may bring, in the unit of the study's objective.
type Outlook struct {
	Gain  float64 // how much better than the best: at most, most likely
	Noise float64 // the standard deviation of the objective between two runs of one configuration
}

// Enough reports whether what may be gained is below the noise.
func (o Outlook) Enough() bool { return o.Gain < o.Noise }

// String says it to a person.
func (o Outlook) String() string {
	if o.Enough() {
		return fmt.Sprintf("further search is expected to gain less than %s, below the noise of %s", number(o.Gain), number(o.Noise))
	}
	return fmt.Sprintf("further search may gain up to %s, the noise is about %s", number(o.Gain), number(o.Noise))
}

// number has two significant digits: a bound has no more.
func number(x float64) string { return fmt.Sprintf("%.2g", x) }

// Look gives the outlook of a study. ok is false where none can be given: fewer
// than [Least] trials ran to their end, the losses are all the same, or there are
// several objectives. The same view gives the same outlook. It takes about a tenth
// of a second.
func Look(v *study.View) (o Outlook, ok bool) {
	if len(v.Def.Objectives) != 1 {
		return o, false
	}
	var trials []*study.Trial
	for _, t := range v.Trials {
		if t.State == study.Completed && !math.IsInf(t.Loss(), 1) {
			trials = append(trials, t)
		}
	}
	if len(trials) < Least {
		return o, false
	}
	repeated, known := noiseOfRepeats(trials)
	slices.SortStableFunc(trials, func(a, b *study.Trial) int { return cmp.Compare(a.Loss(), b.Loss()) })
	trials = thin(trials)
	y, unit, ok := standardised(trials)
	if !ok {
		return o, false
	}
	c := newColumns(v.Def.Space)
	if c.shape.Columns == 0 {
		return o, false
	}
	var x []float64
	for _, t := range trials {
		x = append(x, c.row(t.Unit, v.Def.Space.Active(t.Params))...)
	}
	prior := gp.Prior{
		Length: gp.LogNormal{Mean: math.Log(float64(c.shape.Columns)) / 2, SD: 1},
		Scale:  gp.LogNormal{Mean: 0, SD: 1},
		Noise:  gp.LogNormal{Mean: -4, SD: 1},
	}
	theta, _ := gp.Fit(c.shape, prior, x, y, prior.Start(c.shape), fitting)
	model := gp.New(c.shape, theta, x, y)
	o.Gain = unit * regret(model, x, c.candidates(v.Def.Seed, trials), c.shape.Columns, len(trials))
	o.Noise = unit * math.Sqrt(theta.Noise)
	if known {
		o.Noise = repeated
	}
	return o, true
}

// thin takes the best of the sorted trials, and a regular sample of the rest.
func thin(trials []*study.Trial) []*study.Trial {
	if len(trials) <= modelled {
		return trials
	}
	const half = modelled / 2
	out, rest := slices.Clone(trials[:half]), trials[half:]
	for i := range half {
		out = append(out, rest[i*len(rest)/half])
	}
	return out
}

// regret bounds the simple regret: eq. 3, with the width of the bounds as in
// theorem 1 of Srinivas et al. 2010 divided by five, as both papers do in practice.
func regret(m *gp.Model, x, candidates []float64, d, n int) float64 {
	const delta = 0.1
	beta := math.Sqrt(2 * math.Log(float64(d)*float64(n*n)*math.Pi*math.Pi/(6*delta)) / 5)
	bound := func(rows []float64, sign float64) float64 {
		k := len(rows) / d
		mean, variance := make([]float64, k), make([]float64, k)
		m.Predict(rows, mean, variance)
		least := math.Inf(1)
		for i := range mean {
			least = min(least, mean[i]+sign*beta*math.Sqrt(max(variance[i], 0)))
		}
		return least
	}
	return max(bound(x, 1)-min(bound(x, -1), bound(candidates, -1)), 0)
}

// standardised are the trials' losses with mean 0 and variance 1, those far worse
// than the median brought nearer; unit is what 1 was.
func standardised(trials []*study.Trial) (y []float64, unit float64, ok bool) {
	best, median := trials[0].Loss(), trials[len(trials)/2].Loss()
	if trials[len(trials)-1].Loss() == best {
		return nil, 0, false
	}
	most := median + 2*(median-best)
	mean := 0.0
	for _, t := range trials {
		y = append(y, min(t.Loss(), most))
		mean += y[len(y)-1] / float64(len(trials))
	}
	for i := range y {
		y[i] -= mean
		unit += y[i] * y[i] / float64(len(y))
	}
	if unit = math.Sqrt(unit); !(unit > 0) || math.IsInf(unit, 1) {
		return nil, 0, false
	}
	for i := range y {
		y[i] /= unit
	}
	return y, unit, true
}

// noiseOfRepeats is the standard deviation between runs of the same configuration,
// pooled over all that ran several times; known is false for fewer than three
// degrees of freedom.
func noiseOfRepeats(trials []*study.Trial) (sd float64, known bool) {
	groups := map[string][]float64{}
	var names []string
	for _, t := range trials {
		key := fmt.Sprint(t.Params)
		if groups[key] == nil {
			names = append(names, key)
		}
		groups[key] = append(groups[key], t.Loss())
	}
	squares, freedom := 0.0, 0
	for _, key := range names {
		losses := groups[key]
		mean := 0.0
		for _, x := range losses {
			mean += x / float64(len(losses))
		}
		for _, x := range losses {
			squares += (x - mean) * (x - mean)
		}
		freedom += len(losses) - 1
	}
	if freedom < 3 {
		return 0, false
	}
	return math.Sqrt(squares / float64(freedom)), true
}

// source is the stream that places are drawn from.
func source(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0x73746f70)) } // "stop"
