package sampler

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
	"sync"

	"github.com/danlu-ml/danlu/internal/gp"
)

// Hyperparameters are a function of the first trials to end, their number being
// one of a series: every one at first, then every tenth of those there are. So a
// study that goes on has those it had, whenever it is asked, and they are found
// once. At powers of two they are sought from the prior's mode, and in between
// from those of the power before.

// fitted is the number of observations at most that hyperparameters come from. With 200
// of them the first suggestion of a process takes twice as long, and nothing is better
// for it.
const fitted = 96

// milestone is the last number up to n at which hyperparameters are sought.
func milestone(n int) int {
	step := 1
	switch {
	case n > 300:
		step = 50
	case n > 160:
		step = 20
	case n > 80:
		step = 8
	case n > 40:
		step = 4
	case n > 24:
		step = 2
	}
	return n - n%step
}

// fits keeps hyperparameters found before.
type fits struct {
	mu   sync.Mutex
	kept map[fitKey]fit

	alike bool // length scales are expected to be much the same
}

type fitKey struct {
	objective int  // less than 0: an earlier study's
	logged    bool // as in standardise
	n         int
}

type fit struct {
	x, losses []float64
	theta     gp.Theta
}

// theta are the hyperparameters of a process for losses at rows x, or for what earlier
// studies leave of them.
func (f *fits) theta(s gp.Shape, key fitKey, x, losses []float64, elders []*gp.Model) gp.Theta {
	f.mu.Lock()
	defer f.mu.Unlock()
	key.n = milestone(len(losses))
	return f.at(s, key, x, losses, elders)
}

func (f *fits) at(s gp.Shape, key fitKey, x, losses []float64, elders []*gp.Model) gp.Theta {
	n := key.n
	x, losses = x[:n*s.Columns], losses[:n]
	if got, ok := f.kept[key]; ok && slices.Equal(got.losses, losses) && slices.Equal(got.x, x) {
		return got.theta
	}
	belief := gpBelief(s, f.alike)
	start, evals := belief.Start(s), 40
	if n > 64 {
		evals = 25
	}
	if n > 8 {
		before := key
		before.n = 1 << (bits.Len(uint(n-1)) - 1)
		start, evals = f.at(s, before, x, losses, elders), 15
	}
	y, _ := standardise(losses, key.logged)
	_, y = inherit(s, elders, x, y)
	fx, fy := thin(s, x, y, fitted)
	theta, _ := gp.Fit(s, belief, fx, fy, start, evals)
	if f.kept == nil {
		f.kept = map[fitKey]fit{}
	}
	f.kept[key] = fit{slices.Clone(x), slices.Clone(losses), theta}
	return theta
}

// gpBelief is the prior of hyperparameters. Length scales begin at √D, as points
// in a cube lie further apart with more dimensions. The wider and longer ones of
// Hvarfner et al. (2024) did worse on functions in 2 to 20 dimensions, from the
// start or from 41 trials on, and no better on tables of trainings. Where numbers are
// many, hardly a length scale can be told from few results: they are alike.
func gpBelief(s gp.Shape, alike bool) gp.Prior {
	sd := 1.
	if alike {
		sd = .5
	}
	return gp.Prior{
		Length: gp.LogNormal{Mean: math.Log(float64(max(s.Columns, 1))) / 2, SD: sd},
		Scale:  gp.LogNormal{Mean: 0, SD: 1},
		Noise:  gp.LogNormal{Mean: -8, SD: 3},
	}
}

// thin keeps at most n points: the better half of them by value, the rest evenly.
func thin(s gp.Shape, x, y []float64, n int) (tx, ty []float64) {
	if len(y) <= n {
		return x, y
	}
	keep := thinned(y, n)
	for _, i := range keep {
		tx = append(tx, x[i*s.Columns:(i+1)*s.Columns]...)
		ty = append(ty, y[i])
	}
	return tx, ty
}

// thinned are the indices of n of the values: the n/2 least, and as many of the
// rest, evenly through their order.
func thinned(y []float64, n int) []int {
	order := argsort(y)
	keep, rest := order[:n/2:n/2], order[n/2:]
	slices.Sort(rest)
	for k := range n - n/2 {
		keep = append(keep, rest[k*len(rest)/(n-n/2)])
	}
	slices.Sort(keep)
	return keep
}

// argsort is the order in which values rise.
func argsort(v []float64) []int {
	order := make([]int, len(v))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(v[a], v[b]) })
	return order
}
