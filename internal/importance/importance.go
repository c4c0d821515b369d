// Package importance says how much each parameter of a study matters: which share
// of the variance of the results is its own doing (fANOVA), and how much it tells
// the best from the rest (PED-ANOVA). It gives every figure with an uncertainty.
//
// It works in the unit cube, as space has it: what is said holds for the ranges
// that were searched, with equal steps of a scale weighing alike. A parameter that
// does not exist for a configuration has no effect there.
//
//	n    configurations     d    parameters
//	x    n×d coordinates    y    n losses
//
// Start reading at [Of]; at [FANOVA] for the arithmetic.
package importance

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/danlu-ml/danlu/internal/space"
	"github.com/danlu-ml/danlu/internal/study"
)

// Share is a part of a whole, and the standard deviation of what we know of it.
type Share struct{ Mean, SD float64 }

// Data is what is known of a loss.
type Data struct {
	Categories []int       // by parameter: the number of values of an unordered choice, 0 for a number
	X          [][]float64 // n×d, in the unit cube
	Active     [][]bool    // n×d: whether the parameter exists there
	Y          []float64   // finite
}

// Report is the importance of a study's parameters for one objective.
type Report struct {
	Objective string
	Trials    int         // that count: completed, with a finite loss
	Params    []Parameter // the most important first
	Pairs     []Pair      // likewise; those worth a mention
	Rest      float64     // the share of more than two parameters together, and of pairs not listed
}

// Parameter is the importance of one parameter.
type Parameter struct {
	Name string
	// Share is the part of the variance of the loss over the whole space that is
	// this parameter's doing alone, all others being averaged out.
	Share Share
	// Best says how much the best tenth of the trials differs from all trials in
	// this parameter; over all parameters it adds up to 1.
	Best Share
}

// Pair is what two parameters do together, beyond what each does alone.
type Pair struct {
	A, B  string
	Share Share
}

// Least is the number of trials from which importance can be told.
const Least = 10

// mention is the share from which a pair is listed.
const mention = 0.01

// Of works out the importance of a study's parameters for its k-th objective. An
// error says why it can't be told yet. The same view gives the same figures.
//
// Losses far above the others are brought nearer (see fence), or one trial that
// went wrong would be all there is to explain.
func Of(v *study.View, k int) (*Report, error) {
	d, names := dataOf(v, k)
	if len(d.Y) < Least {
		return nil, fmt.Errorf("work out importance: %d trials ran to their end with a finite %s, %d are the least from which it can be told", len(d.Y), v.Def.Objectives[k].Metric, Least)
	}
	if slices.Min(d.Y) == slices.Max(d.Y) {
		return nil, fmt.Errorf("work out importance: %s is the same in all %d trials, so nothing matters to it", v.Def.Objectives[k].Metric, len(d.Y))
	}
	rng := rand.New(rand.NewPCG(v.Def.Seed, 0x696d706f7274)) // "import": a stream of its own
	ped := PEDANOVA(d, rng)
	fence(d.Y)
	tame(d.Y)
	parts := FANOVA(d, rng)
	r := &Report{Objective: v.Def.Objectives[k].Metric, Trials: len(d.Y), Rest: 1}
	for i, name := range names {
		r.Params = append(r.Params, Parameter{name, parts.Main[i], ped[i]})
		r.Rest -= parts.Main[i].Mean
	}
	for _, p := range parts.Pairs {
		if p.Share.Mean >= mention {
			r.Pairs = append(r.Pairs, Pair{names[p.A], names[p.B], p.Share})
			r.Rest -= p.Share.Mean
		}
	}
	r.Rest = max(r.Rest, 0)
	slices.SortStableFunc(r.Params, func(a, b Parameter) int { return cmp.Compare(b.Share.Mean, a.Share.Mean) })
	slices.SortStableFunc(r.Pairs, func(a, b Pair) int { return cmp.Compare(b.Share.Mean, a.Share.Mean) })
	return r, nil
}

// dataOf takes what counts from a view: completed trials with a finite loss.
// Parameters with a single value are left out.
func dataOf(v *study.View, k int) (d Data, names []string) {
	s := v.Def.Space
	var at []int
	for i := range s.Len() {
		p := s.Param(i)
		if f, ok := p.Domain.(space.Float); p.Domain.Count() == 1 || ok && f.Low == f.High {
			continue
		}
		n := 0
		if c, ok := p.Domain.(space.Choice); ok && !c.Ordered {
			n = len(c.Values)
		}
		at, names, d.Categories = append(at, i), append(names, p.Name), append(d.Categories, n)
	}
	for _, t := range v.Trials {
		if t.State != study.Completed || len(t.Losses) <= k || math.IsInf(t.Losses[k], 1) {
			continue
		}
		x, active := make([]float64, len(at)), make([]bool, len(at))
		for j, i := range at {
			x[j] = t.Unit[i]
			_, active[j] = t.Params[names[j]]
		}
		d.X, d.Active, d.Y = append(d.X, x), append(d.Active, active), append(d.Y, t.Losses[k])
	}
	return d, names
}

// fence lowers what is worse than the median by more than four times the distance
// of the best from the median.
func fence(y []float64) {
	sorted := slices.Sorted(slices.Values(y))
	best, median := sorted[0]/2, sorted[len(y)/2]/2 // halves don't overflow
	if median == best {
		return
	}
	most := median + 4*(median-best)
	for i := range y {
		if y[i]/2 > most {
			y[i] = 2 * most
		}
	}
}

// tame divides losses whose squares would not be numbers any more by the largest.
func tame(y []float64) {
	size := max(math.Abs(slices.Min(y)), math.Abs(slices.Max(y)))
	if size > 1e-100 && size < 1e100 {
		return
	}
	for i := range y {
		y[i] /= size
	}
}

// meanAndSD summarises draws; the zero Share if there are none.
func meanAndSD(draws []float64) Share {
	if len(draws) == 0 {
		return Share{}
	}
	mean := 0.0
	for _, x := range draws {
		mean += x / float64(len(draws))
	}
	ss := 0.0
	for _, x := range draws {
		ss += (x - mean) * (x - mean)
	}
	return Share{mean, math.Sqrt(ss / float64(max(len(draws)-1, 1)))}
}
