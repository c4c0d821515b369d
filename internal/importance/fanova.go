package importance

import (
	"math/rand/v2"
	"slices"
)

const (
	// trees is the size of the forest, grownOn the most rows a tree is grown on:
	// above, a tree sees a sample.
	trees, grownOn = 64, 500
	// paired is how many parameters, the most important ones, are looked at in
	// pairs.
	paired = 8
)

// Parts are the shares of variance.
type Parts struct {
	Main  []Share // by parameter
	Pairs []PairOf
}

// PairOf is the share of two parameters, A < B, by their index.
type PairOf struct {
	A, B  int
	Share Share
}

// FANOVA divides the variance of the loss over the unit cube among the parameters
// and pairs of them: the functional analysis of variance of a random forest
// (Hutter, Hoos and Leyton-Brown 2014). Each tree is grown on a bootstrap sample;
// shares are means over the trees, and their deviation over the trees is their
// uncertainty. What shares lack to 1 belongs to larger sets of parameters. Choices
// of more than 64 values are taken as numbers.
func FANOVA(d Data, rng *rand.Rand) Parts {
	d.Categories = slices.Clone(d.Categories)
	for i, n := range d.Categories {
		if n > 64 {
			d.Categories[i] = 0
		}
	}
	size := min(len(d.Y), grownOn)
	var forest []*marginals
	for range trees {
		rows := make([]int, size)
		for i := range rows {
			rows[i] = rng.IntN(len(d.Y))
		}
		if m := newMarginals(&d, grow(&d, rows)); m.variance > 0 {
			forest = append(forest, m)
		}
	}
	over := func(part func(m *marginals) float64) Share {
		draws := make([]float64, len(forest))
		for i, m := range forest {
			draws[i] = max(part(m), 0) / m.variance
		}
		return meanAndSD(draws)
	}
	var p Parts
	order := make([]int, len(d.Categories))
	for i := range order {
		order[i] = i
		p.Main = append(p.Main, over(func(m *marginals) float64 { return m.main[i] }))
	}
	slices.SortStableFunc(order, func(i, j int) int {
		if p.Main[i].Mean > p.Main[j].Mean {
			return -1
		}
		return 1
	})
	chosen := order[:min(len(order), paired)]
	slices.Sort(chosen)
	for k, i := range chosen {
		for _, j := range chosen[k+1:] {
			p.Pairs = append(p.Pairs, PairOf{i, j, over(func(m *marginals) float64 { return m.pair(i, j) })})
		}
	}
	return p
}

// marginals are the averages of a tree's prediction over all parameters but one
// or two (Hutter et al. 2014, algorithm 2), and the variances of these.
type marginals struct {
	data     *Data
	leaves   []*leaf
	volumes  []float64
	mean     float64
	variance float64
	edges    [][]float64 // by parameter: where the prediction may change
	main     []float64
}

func newMarginals(d *Data, leaves []*leaf) *marginals {
	m := &marginals{data: d, leaves: leaves, volumes: make([]float64, len(leaves))}
	for k, l := range leaves {
		m.volumes[k] = 1
		for i := range d.Categories {
			m.volumes[k] *= l.share(d, i)
		}
		m.mean += m.volumes[k] * l.value
	}
	for k, l := range leaves {
		m.variance += m.volumes[k] * (l.value - m.mean) * (l.value - m.mean)
	}
	for i, n := range d.Categories {
		var edges []float64
		if n == 0 {
			for _, l := range leaves {
				edges = append(edges, l.low[i], l.high[i])
			}
			slices.Sort(edges)
			edges = slices.Compact(edges)
		} else {
			for c := range n + 1 {
				edges = append(edges, float64(c)/float64(n))
			}
		}
		m.edges = append(m.edges, edges)
	}
	for i := range d.Categories {
		m.main = append(m.main, m.single(i))
	}
	return m
}

// span is a range of a dimension's cells.
type span struct{ from, to int }

// spans are the cells of dimension i that a leaf covers: one range of a number,
// one a category.
func (m *marginals) spans(l *leaf, i int, into []span) []span {
	into = into[:0]
	n := m.data.Categories[i]
	if n == 0 {
		from, _ := slices.BinarySearch(m.edges[i], l.low[i])
		to, _ := slices.BinarySearch(m.edges[i], l.high[i])
		return append(into, span{from, to})
	}
	for c := range n {
		if l.sets[i]>>c&1 == 1 {
			into = append(into, span{c, c + 1})
		}
	}
	return into
}

// single is the variance of the marginal of one parameter.
func (m *marginals) single(i int) float64 {
	edges := m.edges[i]
	steps := make([]float64, len(edges)) // of the marginal, from cell to cell
	var spans []span
	for k, l := range m.leaves {
		part := m.volumes[k] / l.share(m.data, i) * (l.value - m.mean)
		spans = m.spans(l, i, spans)
		for _, s := range spans {
			steps[s.from] += part
			steps[s.to] -= part
		}
	}
	variance, at := 0.0, 0.0
	for c := range len(edges) - 1 {
		at += steps[c]
		variance += (edges[c+1] - edges[c]) * at * at
	}
	return variance
}

// pair is the variance of the marginal of two parameters less that of each.
func (m *marginals) pair(i, j int) float64 {
	across, down := m.edges[i], m.edges[j]
	wide := len(down)
	steps := make([]float64, len(across)*wide) // the marginal's mixed differences
	var spansI, spansJ []span
	for k, l := range m.leaves {
		part := m.volumes[k] / (l.share(m.data, i) * l.share(m.data, j)) * (l.value - m.mean)
		spansI, spansJ = m.spans(l, i, spansI), m.spans(l, j, spansJ)
		for _, s := range spansI {
			for _, t := range spansJ {
				steps[s.from*wide+t.from] += part
				steps[s.from*wide+t.to] -= part
				steps[s.to*wide+t.from] -= part
				steps[s.to*wide+t.to] += part
			}
		}
	}
	variance := 0.0
	column := make([]float64, wide) // the sum of the steps so far, down each column
	for a := range len(across) - 1 {
		at := 0.0
		for b := range wide - 1 {
			column[b] += steps[a*wide+b]
			at += column[b]
			variance += (across[a+1] - across[a]) * (down[b+1] - down[b]) * at * at
		}
	}
	return variance - m.main[i] - m.main[j]
}
