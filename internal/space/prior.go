package space

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// Prior is what somebody believes of a parameter's best value before any trial. It
// is a density over the parameter's scale, that is, over the unit interval: a
// normal one, cut off at its ends, for numbers; a weight a value for choices.
type Prior struct {
	// Near is the likeliest value.
	Near Value `json:"near,omitzero"`
	// Within is how far from it the best value may well be (one standard
	// deviation): a factor above 1 on a log scale, a distance on another; 0 means
	// a sixth of the scale.
	Within float64 `json:"within,omitempty"`
	// Weights say how much likelier than others values of a choice are, by their
	// text; those not named have 1.
	Weights map[string]float64 `json:"weights,omitempty"`
}

// String is the belief for people: `near 0.001 within 3`, `adamw 3, sgd 1`.
func (q *Prior) String() string {
	switch {
	case q == nil:
		return "anything alike"
	case len(q.Weights) > 0:
		var words []string
		for _, word := range slices.Sorted(maps.Keys(q.Weights)) {
			words = append(words, word+" "+number(q.Weights[word]))
		}
		return strings.Join(words, ", ")
	case q.Within > 0:
		return fmt.Sprintf("near %s within %s", q.Near, number(q.Within))
	}
	return "near " + q.Near.String()
}

// spreadUnknown is the standard deviation of a prior without one, on the unit
// interval.
const spreadUnknown = 1.0 / 6

// checkPrior refuses priors that mean nothing, and brings values into their kind.
func checkPrior(p *Param) error {
	if p.Prior == nil {
		return nil
	}
	q := *p.Prior
	p.Prior = &q // the caller's stays as it is
	if c, ok := p.Domain.(Choice); ok {
		return q.checkWeights(p.Name, c)
	}
	near, ok := p.Domain.Cast(q.Near)
	_, _, log, _ := bounds(p.Domain)
	switch {
	case len(q.Weights) > 0:
		return paramError(p.Name, "prior", fmt.Sprintf("is %s, and only choices have weights; write prior: {near: %s}", p.Domain, p.Domain.Middle()))
	case q.Near.IsZero():
		return paramError(p.Name, "prior", fmt.Sprintf("has a prior without a value; write prior: {near: %s}", p.Domain.Middle()))
	case !ok || !p.Domain.Contains(near):
		return paramError(p.Name, "prior", fmt.Sprintf("is believed to be near %s, which it can't be: want %s", q.Near, p.Domain))
	case !finite(q.Within) || q.Within < 0:
		return paramError(p.Name, "prior", fmt.Sprintf("is believed to lie within %v; use a positive number", q.Within))
	case log && q.Within != 0 && q.Within <= 1:
		return paramError(p.Name, "prior", fmt.Sprintf("is on a log scale, where within is a factor, and %v is not above 1; write within: 3 for a third to three times %s", q.Within, near))
	}
	p.Prior.Near = near
	return nil
}

func (q *Prior) checkWeights(name string, c Choice) error {
	if !q.Near.IsZero() || q.Within != 0 || len(q.Weights) == 0 {
		return paramError(name, "prior", fmt.Sprintf("is %s: give values weights, as in prior: {%s: 3}", c, c.Values[0]))
	}
	var words []string
	for _, v := range c.Values {
		words = append(words, v.String())
	}
	for _, word := range slices.Sorted(maps.Keys(q.Weights)) {
		switch w := q.Weights[word]; {
		case !slices.Contains(words, word):
			return paramError(name, "prior", fmt.Sprintf("has no value %s to believe in%s", word, suggest(word, words)))
		case !finite(w) || w <= 0:
			return paramError(name, "prior", fmt.Sprintf("gives %s the weight %v; use a positive number, a small one for what is unlikely", word, w))
		}
	}
	return nil
}

// HasPrior reports whether anything is believed of any parameter.
func (s *Space) HasPrior() bool {
	return slices.ContainsFunc(s.params, func(p Param) bool { return p.Prior != nil })
}

// LogPrior is the logarithm of the priors' density at u, beside that of a uniform
// one: 0 everywhere if there are none. Parameters that do not exist at u do not
// count; on says which do ([Space.Active]), nil that all do.
func (s *Space) LogPrior(u []float64, on []bool) float64 {
	sum := 0.0
	for i := range s.params {
		if on == nil || on[i] {
			sum += s.LogPriorOf(i, u[i])
		}
	}
	return sum
}

// LogPriorOf is the i-th parameter's part of [Space.LogPrior].
func (s *Space) LogPriorOf(i int, u float64) float64 {
	p := &s.params[i]
	if p.Prior == nil {
		return 0
	}
	if c, ok := p.Domain.(Choice); ok {
		n := len(c.Values)
		shares := p.Prior.shares(c)
		return math.Log(shares[min(int(clamp01(u)*float64(n)), n-1)] * float64(n))
	}
	mu, sigma := p.believed()
	t := (clamp01(u) - mu) / sigma
	return -t*t/2 - math.Log(sigma*math.Sqrt(2*math.Pi)*(normalCDF((1-mu)/sigma)-normalCDF(-mu/sigma)))
}

// Believe turns a uniform point of the cube into a draw from the priors, in place,
// a coordinate by its quantile: evenly spread points stay so, by the priors'
// measure, and ½ becomes the median.
func (s *Space) Believe(u []float64) {
	for i := range s.params {
		u[i] = s.BelieveOf(i, u[i])
	}
}

// BelieveOf is the i-th parameter's part of [Space.Believe].
func (s *Space) BelieveOf(i int, u float64) float64 {
	p := &s.params[i]
	if p.Prior == nil {
		return u
	}
	if c, ok := p.Domain.(Choice); ok {
		return p.Prior.quantile(c, u)
	}
	mu, sigma := p.believed()
	low, high := math.Erf(-mu/sigma/math.Sqrt2), math.Erf((1-mu)/sigma/math.Sqrt2)
	return clamp01(mu + sigma*math.Sqrt2*math.Erfinv(low+clamp01(u)*(high-low)))
}

// believed is the centre and the standard deviation of a number's prior, on the
// unit interval.
func (p *Param) believed() (mu, sigma float64) {
	within := p.Prior.Within
	mu, sigma = p.Domain.Unit(p.Prior.Near), spreadUnknown
	low, high, log, _ := bounds(p.Domain)
	switch {
	case within == 0 || low == high:
	case log:
		sigma = math.Log(within) / (math.Log(high) - math.Log(low))
	default:
		sigma = within / (high - low)
	}
	return mu, max(sigma, 1e-3)
}

// shares are the probabilities of a choice's values.
func (q *Prior) shares(c Choice) []float64 {
	shares, total := make([]float64, len(c.Values)), 0.0
	for i, v := range c.Values {
		w, named := q.Weights[v.String()]
		if !named {
			w = 1
		}
		shares[i] = w
		total += w
	}
	for i := range shares {
		shares[i] /= total
	}
	return shares
}

// quantile is the coordinate below which the share u of the belief lies.
func (q *Prior) quantile(c Choice, u float64) float64 {
	n := float64(len(c.Values))
	shares := q.shares(c)
	for i, w := range shares {
		if u < w || i == len(shares)-1 {
			return (float64(i) + min(u/w, 1-1e-9)) / n
		}
		u -= w
	}
	return u
}

func normalCDF(z float64) float64 { return math.Erfc(-z/math.Sqrt2) / 2 }
