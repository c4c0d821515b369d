package importance

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/danlu-ml/danlu/internal/normal"
)

const (
	// cells is the number of cells a number is divided into.
	cells = 50
	// resamples is how often the trials are drawn anew to tell the uncertainty.
	resamples = 50
	// bestShare is the share of trials that count as the best: γ′ of the paper.
	bestShare = 0.1
)

// PEDANOVA says how much each parameter tells the best tenth of the trials from
// all: the Pearson divergence of its density among the best from its density among
// all (Watanabe, Bansal and Hutter 2023, eq. 11 with γ = 1), as a share of the sum
// over the parameters. Means and deviations are over bootstrap samples of the
// trials.
//
// A parameter that does not always exist is compared over the trials where it does,
// and counts by the share of the best where it does. So it does not borrow the
// importance of whoever decides about it.
func PEDANOVA(d Data, rng *rand.Rand) []Share {
	draws := make([][]float64, len(d.Categories))
	rows := make([]int, len(d.Y))
	for b := range resamples {
		for i := range rows {
			rows[i] = i
			if b > 0 { // the first one is the trials themselves
				rows[i] = rng.IntN(len(rows))
			}
		}
		divergence, sum := make([]float64, len(d.Categories)), 0.0
		best := bestOf(d.Y, rows)
		for i := range divergence {
			divergence[i] = d.divergence(i, best, rows)
			sum += divergence[i]
		}
		if sum > 0 {
			for i, x := range divergence {
				draws[i] = append(draws[i], x/sum)
			}
		}
	}
	out := make([]Share, len(draws))
	for i := range draws {
		out[i] = meanAndSD(draws[i])
	}
	return out
}

// bestOf are the best tenth of the rows, rounded up, and who is level with them.
func bestOf(y []float64, rows []int) []int {
	sorted := slices.Clone(rows)
	slices.SortStableFunc(sorted, func(a, b int) int { return cmp.Compare(y[a], y[b]) })
	n := int(math.Ceil(bestShare * float64(len(rows))))
	for n < len(sorted) && y[sorted[n]] == y[sorted[n-1]] {
		n++
	}
	return sorted[:n]
}

// divergence is E[(p/q − 1)²] over q, the density of parameter i among all rows
// where it exists, with p that among the best.
func (d *Data) divergence(i int, best, rows []int) float64 {
	top, every := d.histogram(i, best), d.histogram(i, rows)
	active := 0.0
	for _, n := range top {
		active += n
	}
	if active == 0 {
		return 0
	}
	p, q := density(top, d.Categories[i] > 0), density(every, d.Categories[i] > 0)
	sum := 0.0
	for c := range p {
		sum += q[c] * (p[c]/q[c] - 1) * (p[c]/q[c] - 1)
	}
	return sum * active / float64(len(best))
}

// histogram counts the rows in which a parameter exists, by cell.
func (d *Data) histogram(i int, rows []int) []float64 {
	n := cmp.Or(d.Categories[i], cells)
	h := make([]float64, n)
	for _, r := range rows {
		if d.Active[r][i] {
			h[category(d.X[r][i], n)]++
		}
	}
	return h
}

// density estimates the probability of each cell: of categories with a count of
// one for them all together, of numbers by normal kernels of the width of Scott's
// rule, but not less than a third of a cell, with a uniform one among them.
func density(h []float64, categories bool) []float64 {
	n := 0.0
	for _, count := range h {
		n += count
	}
	p := make([]float64, len(h))
	for c := range p {
		p[c] = 1 / float64(len(h)) / (n + 1)
	}
	if categories {
		for c, count := range h {
			p[c] += count / (n + 1)
		}
		return p
	}
	width := max(scott(h, n), 1./3)
	for at, count := range h {
		if count == 0 {
			continue
		}
		// Truncated at the ends of the range.
		edge := func(c int) float64 { return normal.CDF((float64(c) - 0.5 - float64(at)) / width) }
		first := edge(0)
		inside := edge(len(h)) - first
		for c, below := 0, first; c < len(h); c++ {
			above := edge(c + 1)
			p[c] += count / (n + 1) * (above - below) / inside
			below = above
		}
	}
	return p
}

// scott is the kernels' width, in cells, by Scott's rule with the smaller of the
// standard deviation and the distance of the quartiles (Scott 1992).
func scott(h []float64, n float64) float64 {
	mean, squares, below := 0.0, 0.0, 0.0
	q1, q3 := -1, -1
	for c, count := range h {
		mean += float64(c) * count / n
		squares += float64(c*c) * count / n
		below += count
		if q1 < 0 && below >= n/4 {
			q1 = c
		}
		if q3 < 0 && below >= n*3/4 {
			q3 = c
		}
	}
	sd := math.Sqrt(max(squares-mean*mean, 0))
	return 1.059 * min(sd, float64(q3-q1)/1.34) * math.Pow(n, -0.2)
}
