package pareto

import (
	"math"

	"github.com/danlu-ml/danlu/internal/normal"
)

// EHVI is the expected hypervolume improvement over a front, as an acquisition
// function for up to [MostBoxed] objectives whose losses are independently normal.
// Exact: over each [Box] of what the front leaves open, the expected improvement is
// a product of one-dimensional integrals (Daulton et al. 2020, eq. 3 and 4). It is
// worked out and summed in logarithms (log-EHVI, Ament et al. 2023, § 4.2), so it
// has a slope where the improvement itself underflows. It does not change once
// made, and may be used from several goroutines.
type EHVI struct{ boxes []Box }

// NewEHVI prepares for a front and a reference point. Points that are dominated
// or beyond the reference may be among them.
func NewEHVI(points [][]float64, ref []float64) *EHVI { return &EHVI{Boxes(points, ref)} }

// Log is the logarithm of the expected improvement of a candidate whose losses have
// the means and standard deviations given, each above 0. dMean and dSD, of the same
// length, receive its gradient; both may be nil. −Inf means none can be expected,
// even in logarithms.
func (e *EHVI) Log(mean, sd, dMean, dSD []float64) float64 {
	k := len(mean)
	var logs, slopes [2 * MostBoxed]float64 // of the current box: by objective
	var sumMean, sumSD [MostBoxed]float64   // of the gradients, weighed like total
	top, total := math.Inf(-1), 0.0         // Σ exp(·) = total·exp(top)
	for _, b := range e.boxes {
		y := 0.0
		for j := range k {
			logs[j], slopes[j], slopes[MostBoxed+j] = logEdge(b.Low[j], b.High[j], mean[j], sd[j])
			y += logs[j]
		}
		if math.IsInf(y, -1) || math.IsNaN(y) {
			continue
		}
		if y > top {
			shrink := math.Exp(top - y)
			total *= shrink
			for j := range k {
				sumMean[j] *= shrink
				sumSD[j] *= shrink
			}
			top = y
		}
		w := math.Exp(y - top)
		total += w
		for j := range k {
			sumMean[j] += w * slopes[j]
			sumSD[j] += w * slopes[MostBoxed+j]
		}
	}
	for j := range dMean {
		dMean[j] = 0
		if total > 0 {
			dMean[j] = sumMean[j] / total
		}
	}
	for j := range dSD {
		dSD[j] = 0
		if total > 0 {
			dSD[j] = sumSD[j] / total
		}
	}
	if total == 0 {
		return math.Inf(-1)
	}
	return top + math.Log(total)
}

// thin is the log ratio below which the ends of a box are so close, seen from the
// candidate, that the midpoint rule is the more exact one: its relative error is
// a 24th of the square.
const thin = 1e-5

// logEdge is the log of E[(high − max(low, Y))₊] for Y ~ N(μ, σ²), a box's share of
// one objective, with its derivatives by μ and σ. With ψ(c) = E[(c − Y)₊] =
// σh((c−μ)/σ) it is ψ(high) − ψ(low), where ∂ψ/∂μ = −Φ and ∂ψ/∂σ = φ.
func logEdge(low, high, mu, sigma float64) (y, dMu, dSigma float64) {
	zh := (high - mu) / sigma
	hh, sh := normal.LogImprovement(zh)
	if math.IsInf(low, -1) {
		// sh = Φ/h, so φ/h = 1 − z·Φ/h.
		return math.Log(sigma) + hh, -sh / sigma, (1 - zh*sh) / sigma
	}
	zl := (low - mu) / sigma
	hl, sl := normal.LogImprovement(zl)
	d := hh - hl
	if d < thin {
		mid := (zl + zh) / 2
		p, slope := normal.LogCDF(mid)
		return math.Log(high-low) + p, -slope / sigma, -slope * mid / sigma
	}
	gap := -math.Expm1(-d) // 1 − h(zl)/h(zh)
	r := math.Exp(-d)
	return math.Log(sigma) + hh + math.Log(gap),
		-(sh - r*sl) / gap / sigma,
		((1 - zh*sh) - r*(1-zl*sl)) / gap / sigma
}
