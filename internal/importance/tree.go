package importance

import (
	"cmp"
	"math"
	"slices"
)

// leaf is a part of the unit cube in which a tree predicts one value: an interval
// of every number, a set of every choice.
type leaf struct {
	low, high []float64
	sets      []uint64 // bit by category; 0 for a number
	value     float64
}

// share is the part of a dimension's extent that the leaf covers.
func (l *leaf) share(d *Data, i int) float64 {
	if n := d.Categories[i]; n > 0 {
		return float64(popcount(l.sets[i])) / float64(n)
	}
	return l.high[i] - l.low[i]
}

func popcount(set uint64) (n int) {
	for ; set != 0; set &= set - 1 {
		n++
	}
	return n
}

// category is the index of the category at a coordinate.
func category(u float64, n int) int { return min(max(int(u*float64(n)), 0), n-1) }

// grower grows a regression tree until its leaves are pure: at each node the split
// that lowers the sum of squares most (Breiman et al. 1984). It splits by a
// parameter only where that exists in all rows of a node: before, the one that
// decides about it has to be split. So what a tree predicts does not depend on what
// does not exist.
type grower struct {
	*Data
	leaves []*leaf
}

// split divides a node's rows: below cut, or, for a choice, those in set.
type split struct {
	axis int
	gain float64
	cut  float64
	set  uint64
}

// deepest bounds the depth of a tree.
const deepest = 64

// grow grows a tree for some rows, which may be there several times.
func grow(d *Data, rows []int) []*leaf {
	g := &grower{Data: d}
	root := &leaf{low: make([]float64, len(d.Categories)), high: make([]float64, len(d.Categories)), sets: make([]uint64, len(d.Categories))}
	for i, n := range d.Categories {
		root.high[i] = 1
		if n > 0 {
			root.sets[i] = math.MaxUint64 >> (64 - n)
		}
	}
	g.node(root, rows, 0)
	return g.leaves
}

func (g *grower) node(at *leaf, rows []int, depth int) {
	s := g.best(at, rows)
	if s.gain <= 0 || depth == deepest {
		for _, r := range rows {
			at.value += g.Y[r] / float64(len(rows))
		}
		g.leaves = append(g.leaves, at)
		return
	}
	left := &leaf{low: at.low, high: slices.Clone(at.high), sets: slices.Clone(at.sets)}
	right := &leaf{low: slices.Clone(at.low), high: at.high, sets: slices.Clone(at.sets)}
	n := g.Categories[s.axis]
	if n > 0 {
		left.sets[s.axis] &= s.set
		right.sets[s.axis] &^= s.set
	} else {
		left.high[s.axis], right.low[s.axis] = s.cut, s.cut
	}
	var below, above []int
	for _, r := range rows {
		x := g.X[r][s.axis]
		if n > 0 && s.set>>category(x, n)&1 == 1 || n == 0 && x < s.cut {
			below = append(below, r)
		} else {
			above = append(above, r)
		}
	}
	g.node(left, below, depth+1)
	g.node(right, above, depth+1)
}

// best is the best split of a node; its gain is 0 if there is none.
func (g *grower) best(at *leaf, rows []int) (best split) {
	sum, squares := 0.0, 0.0
	for _, r := range rows {
		sum += g.Y[r]
		squares += g.Y[r] * g.Y[r]
	}
	n := float64(len(rows))
	if spread := squares - sum*sum/n; len(rows) < 2 || spread <= 1e-12*squares {
		return best
	}
	for i := range g.Categories {
		if slices.ContainsFunc(rows, func(r int) bool { return !g.Active[r][i] }) {
			g.byExistence(i, at, rows, sum, &best)
		} else {
			g.byAxis(i, at, rows, sum, &best)
		}
	}
	return best
}

// byAxis looks for the best split by parameter i, which exists in all rows.
func (g *grower) byAxis(i int, at *leaf, rows []int, sum float64, best *split) {
	if n := g.Categories[i]; n > 0 {
		g.byCategory(i, n, at, rows, sum, best)
		return
	}
	order := slices.Clone(rows)
	slices.SortFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(g.X[a][i], g.X[b][i]), a-b) })
	part := 0.0
	for k, r := range order[:len(order)-1] {
		part += g.Y[r]
		x, next := g.X[r][i], g.X[order[k+1]][i]
		if x == next {
			continue
		}
		if gain := gained(part, float64(k+1), sum, float64(len(rows))); gain > best.gain {
			*best = split{axis: i, gain: gain, cut: (x + next) / 2}
		}
	}
}

// gained is by how much the sum of squares falls when m of n values, with the sum
// part of sum, go to one side.
func gained(part, m, sum, n float64) float64 {
	rest := sum - part
	return part*part/m + rest*rest/(n-m) - sum*sum/n
}

// byExistence looks ahead: where parameter i exists in some rows only, it may be
// worth splitting by whoever decides about it, to split by i next.
func (g *grower) byExistence(i int, at *leaf, rows []int, sum float64, best *split) {
	var here, absent []int
	part := 0.0
	for _, r := range rows {
		if g.Active[r][i] {
			here, part = append(here, r), part+g.Y[r]
		} else {
			absent = append(absent, r)
		}
	}
	if len(here) == 0 {
		return
	}
	var next split
	g.byAxis(i, at, here, part, &next)
	gain := gained(part, float64(len(here)), sum, float64(len(rows))) + next.gain
	if gain <= best.gain {
		return
	}
	for p, categories := range g.Categories {
		if s, ok := g.separates(p, categories, here, absent); ok {
			s.gain = gain
			*best = s
			return
		}
	}
}

// separates is the split by axis p that has the first rows on one side and the
// second ones on the other, if there is one.
func (g *grower) separates(p, categories int, here, absent []int) (s split, ok bool) {
	s.axis = p
	if slices.ContainsFunc(slices.Concat(here, absent), func(r int) bool { return !g.Active[r][p] }) {
		return s, false
	}
	if categories > 0 {
		for _, r := range here {
			s.set |= 1 << category(g.X[r][p], categories)
		}
		return s, !slices.ContainsFunc(absent, func(r int) bool { return s.set>>category(g.X[r][p], categories)&1 == 1 })
	}
	extent := func(rows []int) (low, high float64) {
		low, high = 1, 0
		for _, r := range rows {
			low, high = min(low, g.X[r][p]), max(high, g.X[r][p])
		}
		return low, high
	}
	low, high := extent(here)
	from, to := extent(absent)
	switch {
	case high < from:
		s.cut = (high + from) / 2
	case to < low:
		s.cut = (to + low) / 2
	default:
		return s, false
	}
	return s, true
}

// byCategory looks for the best division of a choice's values: in the order of
// their means, as Breiman et al. show, it is enough to try every prefix. Values that
// are not among the rows go with the rest.
func (g *grower) byCategory(i, categories int, at *leaf, rows []int, sum float64, best *split) {
	sums, counts := make([]float64, categories), make([]float64, categories)
	for _, r := range rows {
		c := category(g.X[r][i], categories)
		sums[c] += g.Y[r]
		counts[c]++
	}
	var present []int
	for c := range categories {
		if counts[c] > 0 && at.sets[i]>>c&1 == 1 {
			present = append(present, c)
		}
	}
	slices.SortFunc(present, func(a, b int) int {
		return cmp.Or(cmp.Compare(sums[a]/counts[a], sums[b]/counts[b]), a-b)
	})
	part, m, set := 0.0, 0.0, uint64(0)
	for _, c := range present[:max(len(present)-1, 0)] {
		part, m, set = part+sums[c], m+counts[c], set|1<<c
		if gain := gained(part, m, sum, float64(len(rows))); gain > best.gain {
			*best = split{axis: i, gain: gain, set: set}
		}
	}
}
