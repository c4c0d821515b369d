package sampler

import (
	"cmp"
	"math"
	"slices"

	"github.com/danlu-ml/danlu/internal/study"
)

// past is what a process learns from.
type past struct {
	shape   int
	trials  []*study.Trial // observed, in the order of their ends
	x       []float64      // their rows
	losses  [][]float64    // an objective each; +Inf for the worst
	told    int            // trials with a finite loss
	run     []float64      // rows of trials that could be run, and
	refused []float64      // of those that could not
	pending []float64      // rows of trials that wait or run
	units   [][]float64    // places of the observed
}

// look gathers a study's past.
func (s *process) look(v *study.View) *past {
	p := &past{shape: s.columns.shape.Columns, losses: make([][]float64, len(v.Def.Objectives))}
	ended := make([]*study.Trial, 0, len(v.Trials))
	for _, t := range v.Trials {
		if t.State.Open() {
			p.pending = append(p.pending, s.columns.of(t.Params, t.Unit)...)
		} else {
			ended = append(ended, t)
		}
	}
	slices.SortStableFunc(ended, func(a, b *study.Trial) int {
		return cmp.Or(a.Ended.Compare(b.Ended), cmp.Compare(a.ID, b.ID))
	})
	for _, t := range ended {
		row := s.columns.of(t.Params, t.Unit)
		if t.State == study.Infeasible {
			p.refused = append(p.refused, row...)
			continue
		}
		if t.State != study.Failed {
			p.run = append(p.run, row...)
		}
		losses, finite := outcome(v, t)
		if losses == nil {
			continue
		}
		if finite {
			p.told++
		}
		p.trials, p.x, p.units = append(p.trials, t), append(p.x, row...), append(p.units, t.Unit)
		for k := range p.losses {
			p.losses[k] = append(p.losses[k], losses[k])
		}
	}
	return p
}

// outcome is what a trial says of its configuration: its final losses, +Inf
// where it has none to speak of; nil if it says nothing.
func outcome(v *study.View, t *study.Trial) (losses []float64, finite bool) {
	losses = make([]float64, len(v.Def.Objectives))
	for k := range losses {
		losses[k] = math.Inf(1)
	}
	switch t.State {
	case study.Completed:
		copy(losses, t.Losses)
	case study.Stopped:
		for k := range losses {
			c := t.Curves[k]
			if len(c) == 0 {
				return nil, false
			}
			losses[k] = c[len(c)-1].Loss
		}
	}
	finite = true
	for k, l := range losses {
		if math.IsNaN(l) {
			losses[k] = math.Inf(1)
		}
		finite = finite && !math.IsInf(losses[k], 0)
	}
	return losses, finite
}

// standardise maps losses to values of mean 0 and variance 1, in which bad ones
// are no worse than twice as far above the median as the best is below it.
// Losses that are not finite become the worst. scale is what a unit of a value
// is in losses.
func standardise(losses []float64) (y []float64, scale float64) {
	y = make([]float64, len(losses))
	known := make([]float64, 0, len(losses))
	for _, l := range losses {
		if !math.IsInf(l, 0) {
			known = append(known, l)
		}
	}
	if len(known) == 0 {
		return y, 1
	}
	slices.Sort(known)
	n := len(known)
	size := max(math.Abs(known[0]), math.Abs(known[n-1]))
	if size < 1e100 { // sums can't overflow
		size = 1
	}
	best, median := known[0]/size, (known[(n-1)/2]/size+known[n/2]/size)/2
	limit := median + 2*(median-best)
	if worst := known[n-1] / size; limit > worst || limit <= best {
		limit = worst
	}
	var mean, square float64
	for i, l := range losses {
		y[i] = limit
		if !math.IsInf(l, 0) {
			y[i] = min(l/size, limit)
		} else if l < 0 {
			y[i] = limit // -Inf is no result
		}
		mean += y[i] / float64(len(y))
	}
	for i := range y {
		y[i] -= mean
		square += y[i] * y[i] / float64(len(y))
	}
	sd := math.Sqrt(square)
	if !(sd > 0) || math.IsInf(1/sd, 1) {
		clear(y)
		return y, 1
	}
	for i := range y {
		y[i] /= sd
	}
	return y, sd * size
}
