package foresight

import (
	"math"

	"github.com/danlu-ml/danlu/internal/study"
	"github.com/danlu-ml/danlu/internal/triangle"
)

const (
	// horizons is how many steps ahead are looked at: from a stretch to the end of
	// training, evenly apart in their logarithm.
	horizons = 4
	// look is after how many observations a bound on a gain is looked at.
	look = 16
)

// ahead is what is the same for all trials at a step: how far the horizons are,
// and how they relate to the moments of observations.
type ahead struct {
	cost [horizons]float64
	kt   [][horizons]float64
	own  [][horizons]float64
}

// Choose finds whom a stretch of training is expected to gain most, and what that
// is on a logarithmic scale: the expected improvement of the lowest loss so far some
// steps ahead over the root of their number, at the best of a few horizons. It is
// nil where there is none of whom anything is known.
func (o *Outlook) Choose(trials []*study.Trial) (best *study.Trial, gain float64) {
	gain = math.Inf(-1)
	for _, t := range trials {
		curve, known := o.curves[t.ID]
		if !known {
			continue
		}
		if g := o.gain(o.shared(t), curve, t.Step(), gain); g > gain {
			best, gain = t, g
		}
	}
	return best, gain
}

// gain is that of a configuration trained up to a step, which shares so much with
// every curve and of which curve is its own; −1 for one that is new. It is −Inf where
// it is below floor.
func (o *Outlook) gain(shared []float64, curve int, from int64, floor float64) float64 {
	a := o.lookAhead(from)
	c := &o.room
	for h := range c {
		if c[h] == nil {
			c[h] = make([]float64, len(o.seen.points))
		}
	}
	for i, p := range o.seen.points {
		kx, kt := shared[p.curve], &a.kt[p.moment]
		for h := range c {
			c[h][i] = kx * kt[h]
		}
		if p.curve == curve {
			own := &a.own[p.moment]
			for h := range c {
				c[h][i] += own[h]
			}
		}
	}
	var mean, variance [horizons]float64
	for h := range c {
		mean[h], variance[h] = triangle.Dot(c[h], o.alpha), o.kernel.variance()
	}
	for i := range o.seen.points {
		row := triangle.Row(o.l, i)
		s0, s1, s2, s3 := triangle.Dots(row[:i], c[0], c[1], c[2], c[3])
		for h, s := range [horizons]float64{s0, s1, s2, s3} {
			z := (c[h][i] - s) / row[i]
			c[h][i] = z
			variance[h] -= z * z
		}
		// a variance only falls as more is taken into account, and the gain with it
		if i%look == look-1 && a.gain(o.low, mean, variance) < floor {
			return math.Inf(-1)
		}
	}
	return a.gain(o.low, mean, variance)
}

func (a *ahead) gain(low float64, mean, variance [horizons]float64) float64 {
	best := math.Inf(-1)
	for h, m := range mean {
		sd := math.Sqrt(max(variance[h], 1e-10))
		_, improvement := student((low - m) / sd)
		best = max(best, math.Log(sd)+improvement-a.cost[h])
	}
	return best
}

// lookAhead is what lies ahead of a step.
func (o *Outlook) lookAhead(from int64) *ahead {
	if a := o.ahead[from]; a != nil {
		return a
	}
	a := &ahead{kt: make([][horizons]float64, len(o.bent)), own: make([][horizons]float64, len(o.bent))}
	left := float64(max(o.last-from, 1))
	for h := range horizons {
		steps := max(int64(math.Round(math.Pow(left, float64(h+1)/horizons))), Stretch(from, o.last))
		a.cost[h] = math.Log(float64(steps)) / 2
		b := o.kernel.bent(tau(min(from+steps, o.last), o.last))
		for i, c := range o.bent {
			a.kt[i][h], a.own[i][h] = o.kernel.moments(b, c)
		}
	}
	if o.ahead == nil {
		o.ahead = map[int64]*ahead{}
	}
	o.ahead[from] = a
	return a
}
