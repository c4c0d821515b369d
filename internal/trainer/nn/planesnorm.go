package nn

// PlanesBatchNorm is [BatchNorm] for pictures: a channel is a feature, and all
// its pixels in the batch are its numbers.
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
		if p.Train {
			l.measure(x, c, p.N)
		}
		mean, factor, shift := l.mean[c], l.inverse[c]*l.scale.W[c], l.shift.W[c]
		for i := range p.N {
			for h := range l.g.H {
				y := l.g.line(l.y, c, i, h)
				for j, v := range l.g.line(x, c, i, h) {
					y[j] = (v-mean)*factor + shift
				}
			}
		}
	}
	return l.y
}

// measure learns channel c. The halo is zero, so the sum runs over all of it;
// line by line, then added up, it keeps its precision.
func (l *PlanesBatchNorm) measure(x []Real, c, n int) {
	count := n * l.g.H * l.g.W
	total := 0.0
	for i := range n {
		for h := range l.g.H {
			sum := Real(0)
			for _, v := range l.g.line(x, c, i, h) {
				sum += v
			}
			total += float64(sum)
		}
	}
	mean := Real(total / float64(count))
	total = 0
	for i := range n {
		for h := range l.g.H {
			sum := Real(0)
			for _, v := range l.g.line(x, c, i, h) {
				sum += (v - mean) * (v - mean)
			}
			total += float64(sum)
		}
	}
	l.learn(c, mean, Real(total), count)
}

// Backward is that of [BatchNorm.Backward].
func (l *PlanesBatchNorm) Backward(dy []Real, p Pass, needX bool) []Real {
	share := 1 / Real(p.N*l.g.H*l.g.W)
	if !p.Train {
		share = 0
	}
	for c := range l.g.C {
		mean, inverse := l.mean[c], l.inverse[c]
		var totalDy, totalDyX float64
		for i := range p.N {
			for h := range l.g.H {
				g := l.g.line(dy, c, i, h)
				sumDy, sumDyX := Real(0), Real(0)
				for j, v := range l.g.line(l.x, c, i, h) {
					sumDy += g[j]
					sumDyX += g[j] * (v - mean)
				}
				totalDy += float64(sumDy)
				totalDyX += float64(sumDyX)
			}
		}
		sumDy, sumDyX := Real(totalDy), Real(totalDyX)*inverse
		l.shift.G[c], l.scale.G[c] = sumDy, sumDyX
		if !needX {
			continue
		}
		for i := range p.N {
			for h := range l.g.H {
				g, dx := l.g.line(dy, c, i, h), l.g.line(l.dx, c, i, h)
				for j, v := range l.g.line(l.x, c, i, h) {
					dx[j] = l.scale.W[c] * inverse * (g[j] - share*(sumDy+(v-mean)*inverse*sumDyX))
				}
			}
		}
	}
	return l.dx
}
