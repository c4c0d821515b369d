package sampler

import (
	"slices"

	"github.com/danlu-ml/danlu/internal/study"
)

const (
	// judges is how many trials, the last ones, judge an expectation.
	judges = 50
	// benefit is that of the doubt: as many trials speak for an expectation before
	// any was made, with the rank correlation presumed.
	benefit, presumed = 4, 0.5
)

// trust is how far an expectation of which configurations are good deserves to be
// followed, from 0 to 1: by the rank correlation of what it expects of the
// study's trials (more is better) with what became of them. Without trials it is 1.
func trust(v *study.View, expected func(*study.Trial) float64) float64 {
	var own []standing
	for i := len(v.Trials) - 1; i >= 0 && len(own) < judges; i-- {
		if one, ok := stands(v.Trials[i]); ok {
			own = append(own, one)
		}
	}
	slices.SortFunc(own, standing.compare)
	better := make([]float64, len(own))
	for i, one := range own {
		better[i] = expected(one.trial)
	}
	n := float64(len(own))
	return min(max(2*(n*falling(better)+benefit*presumed)/(n+benefit), 0), 1)
}

// falling is Kendall's rank correlation of some values with the order in which
// they fall; 0 for less than two.
func falling(x []float64) float64 {
	if len(x) < 2 {
		return 0
	}
	sum := 0
	for i := range x {
		for _, later := range x[i+1:] {
			switch {
			case later < x[i]:
				sum++
			case later > x[i]:
				sum--
			}
		}
	}
	return float64(sum) / (float64(len(x)*(len(x)-1)) / 2)
}
