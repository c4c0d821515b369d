package nn

import "github.com/danlu-ml/danlu/internal/trainer/kernel"

// PlanesBatchNorm is [BatchNorm] for pictures: a channel is a feature, and all
// its pixels in the batch are its numbers. The passes run over whole planes; the
// halo, being zero, adds nothing to sums, and is made zero again.
type PlanesBatchNorm struct {
	batchStats
	g     *Planes
	x     []Real // the last input, not owned
	y, dx []Real
}

// NewPlanesBatchNorm makes the layer for a layout.
func NewPlanesBatchNorm(g *Planes) *PlanesBatchNorm {
	return &PlanesBatchNorm{batchStats: newBatchStats(g.C), g: g, y: g.Alloc(), dx: g.Alloc()}
}

// Forward normalises each channel.
func (l *PlanesBatchNorm) Forward(x []Real, p Pass) []Real {
	l.x = x
	if !p.Train {
		l.recall()
	}
	for c := range l.g.C {
		plane, y := l.g.plane(x, c, p.N), l.g.plane(l.y, c, p.N)
		if p.Train {
			l.measure(plane, y, c, p.N)
		}
		factor := l.inverse[c] * l.scale.W[c]
		kernel.Affine(y, plane, factor, l.shift.W[c]-l.mean[c]*factor)
	}
	l.g.ClearHalo(l.y, p.N)
	return l.y
}

// measure learns channel c. The halo's share of Σ(x − mean)² is subtracted. work
// is overwritten.
func (l *PlanesBatchNorm) measure(plane, work []Real, c, n int) {
	count := n * l.g.H * l.g.W
	mean := kernel.Sum(plane) / float64(count)
	kernel.Affine(work, plane, 1, Real(-mean))
	squares := kernel.SumSquares(work) - mean*mean*float64(len(plane)-count)
	l.learn(c, Real(mean), Real(max(0, squares)), count)
}

// Backward is that of [BatchNorm.Backward].
func (l *PlanesBatchNorm) Backward(dy []Real, p Pass, needX bool) []Real {
	share := 1 / Real(p.N*l.g.H*l.g.W)
	if !p.Train {
		share = 0
	}
	for c := range l.g.C {
		g, x := l.g.plane(dy, c, p.N), l.g.plane(l.x, c, p.N)
		mean, inverse := l.mean[c], l.inverse[c]
		sum := kernel.Sum(g)
		sumDy, sumDyX := Real(sum), Real(kernel.Dot(g, x)-sum*float64(mean))*inverse
		l.shift.G[c], l.scale.G[c] = sumDy, sumDyX
		if !needX {
			continue
		}
		// dx = factor·(dy − share·(sumDy + (x − mean)·inverse·sumDyX))
		factor := l.scale.W[c] * inverse
		byX := -factor * share * inverse * sumDyX
		kernel.Combine(l.g.plane(l.dx, c, p.N), factor, g, byX, x, -factor*share*sumDy-byX*mean)
	}
	if !needX {
		return nil
	}
	l.g.ClearHalo(l.dx, p.N)
	return l.dx
}
