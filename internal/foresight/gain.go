package foresight

import (
	"math"

	"github.com/danlu-ml/danlu/internal/gp"
	"github.com/danlu-ml/danlu/internal/normal"
	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/triangle"
)

// horizons is how many steps ahead are looked at: from the next to the end of
// training, evenly apart in their logarithm.
const horizons = 4

// aboveStep is how the kernel of τ relates a step ahead to every observation.
type aboveStep struct {
	from  int64 // the step it is ahead of
	steps int64 // by so many
	tau   float64
	kt    []float64
}

// Gain is what a step of training is expected to improve the lowest loss so far
// by, for each of some trials, on a logarithmic scale: the expected improvement so
// many steps ahead, divided by their number, at the best of a few horizons.
func (o *Outlook) Gain(trials []*study.Trial) []float64 {
	gains := make([]float64, len(trials))
	for i, t := range trials {
		gains[i] = o.gain(point{x: o.columns.of(t), curve: int(t.ID)}, t.Step())
	}
	return gains
}

// gain is that of one configuration, trained up to a step.
func (o *Outlook) gain(p point, from int64) float64 {
	o.lookAhead(from)
	var cross [horizons][]float64
	for h := range cross {
		cross[h] = make([]float64, len(o.points))
	}
	for i, q := range o.points {
		kx := o.kernel.signal * o.kernel.alike(p.x, q.x)
		for h := range cross {
			cross[h][i] = kx * o.above[h].kt[i]
			if p.curve == q.curve {
				cross[h][i] += o.kernel.own * math.Exp(-o.kernel.rate*math.Abs(o.above[h].tau-q.tau))
			}
		}
	}
	var mean [horizons]float64
	for h := range cross {
		mean[h] = triangle.Dot(cross[h], o.alpha)
	}
	triangle.Forward4(o.l, cross[0], cross[1], cross[2], cross[3])
	best := math.Inf(-1)
	for h := range cross {
		sd := math.Sqrt(max(o.kernel.signal+o.kernel.own-triangle.Dot(cross[h], cross[h]), 1e-10))
		improvement, _ := normal.LogImprovement((o.low - mean[h]) / sd)
		best = max(best, math.Log(sd)+improvement-math.Log(float64(o.above[h].steps)))
	}
	return best
}

// lookAhead fills in what is the same for all configurations at a step.
func (o *Outlook) lookAhead(from int64) {
	if o.above[0].kt != nil && o.above[0].from == from {
		return
	}
	left := float64(max(o.last-from, 1))
	for h := range o.above {
		steps := max(1, int64(math.Round(math.Pow(left, float64(h+1)/horizons))))
		a := aboveStep{from: from, steps: steps, tau: o.tau(min(from+steps, o.last)), kt: make([]float64, len(o.points))}
		for i, q := range o.points {
			a.kt[i], _ = gp.Matern(o.kernel.time * (a.tau - q.tau) * (a.tau - q.tau))
		}
		o.above[h] = a
	}
}
