package stats

import (
	"cmp"
	"math"
	"slices"
)

// exactUpTo is the number of differences up to which p is counted out; scipy's limit.
const exactUpTo = 50

// Wilcoxon is the two-sided p of the signed-rank test that differences are symmetric
// about zero (Wilcoxon 1945). Zeros are left out; equal sizes share their mean rank. Up
// to 50 differences p is exact, ties included: the share of all assignments of signs to
// these ranks that are as far out. Beyond, it is the normal approximation, corrected for
// ties. Of nothing it is 1.
func Wilcoxon(differences []float64) float64 {
	var ds []float64
	for _, d := range differences {
		if d != 0 {
			ds = append(ds, d)
		}
	}
	if len(ds) == 0 {
		return 1
	}
	ranks := doubledRanks(ds)
	positive, total := 0, 0
	for i, r := range ranks {
		total += r
		if ds[i] > 0 {
			positive += r
		}
	}
	small := min(positive, total-positive)
	if len(ds) <= exactUpTo {
		return min(1, 2*below(ranks, small))
	}
	variance := 0.0
	for _, r := range ranks {
		variance += float64(r*r) / 4 // doubled ranks
	}
	z := (float64(small) - float64(total)/2) / math.Sqrt(variance)
	return math.Erfc(-z / math.Sqrt2)
}

// doubledRanks are twice the ranks by size, so that those of ties are whole numbers.
func doubledRanks(ds []float64) []int {
	order := make([]int, len(ds))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(math.Abs(ds[a]), math.Abs(ds[b])) })
	ranks := make([]int, len(ds))
	for i := 0; i < len(order); {
		j := i
		for j < len(order) && math.Abs(ds[order[j]]) == math.Abs(ds[order[i]]) {
			j++
		}
		for _, k := range order[i:j] {
			ranks[k] = i + 1 + j
		}
		i = j
	}
	return ranks
}

// below is the probability that the ranks with a positive sign sum to at most s, signs
// being fair coins.
func below(ranks []int, s int) float64 {
	total := 0
	for _, r := range ranks {
		total += r
	}
	p := make([]float64, total+1)
	p[0] = 1
	top := 0
	for _, r := range ranks {
		for k := top; k >= 0; k-- {
			p[k] /= 2
			p[k+r] += p[k]
		}
		top += r
	}
	sum := 0.0
	for _, x := range p[:s+1] {
		sum += x
	}
	return sum
}

// Holm adjusts the p of several tests so that the chance of any false rejection stays
// below what each adjusted p is held against (Holm 1979). It returns them in order.
func Holm(ps []float64) []float64 {
	order := make([]int, len(ps))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(ps[a], ps[b]) })
	adjusted := make([]float64, len(ps))
	largest := 0.0
	for k, i := range order {
		largest = max(largest, min(1, float64(len(ps)-k)*ps[i]))
		adjusted[i] = largest
	}
	return adjusted
}
