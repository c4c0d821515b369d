package nn

import (
	"math"

	"github.com/danlu-ml/danlu/internal/trainer/kernel"
)

// PlanesGroupNorm is [GroupNorm] for pictures: a picture's groups of neighbouring
// channels are normalised, all pixels of a group together. As in
// [PlanesBatchNorm], the passes run over the halo too.
type PlanesGroupNorm struct {
	g             *Planes
	groups        int
	scale, shift  *Param
	mean, inverse []Real // of each picture's groups
	x             []Real // the last input, not owned
	y, dx         []Real
}

// NewPlanesGroupNorm makes the layer for a layout. It panics unless groups divides
// its channels.
func NewPlanesGroupNorm(groups int, g *Planes) *PlanesGroupNorm {
	if g.C%groups != 0 {
		panic("nn: the groups do not divide the channels")
	}
	return &PlanesGroupNorm{
		g: g, groups: groups,
		scale: &Param{Name: "scale", Role: Scale, Size: g.C, Init: constant(1)},
		shift: &Param{Name: "shift", Role: Scale, Size: g.C, Init: constant(0)},
		mean:  make([]Real, g.N*groups), inverse: make([]Real, g.N*groups),
		y: g.Alloc(), dx: g.Alloc(),
	}
}

// Params are scale and shift.
func (l *PlanesGroupNorm) Params() []*Param { return []*Param{l.scale, l.shift} }

// picture is channel c of picture i with its halo.
func (l *PlanesGroupNorm) picture(x []Real, c, i int) []Real { return x[l.g.at(c, i):][:l.g.image] }

// Forward normalises each group. What the halo adds to Σ(x − mean)² is subtracted.
func (l *PlanesGroupNorm) Forward(x []Real, p Pass) []Real {
	l.x = x
	m := l.g.C / l.groups
	count := float64(m * l.g.H * l.g.W)
	halo := float64(m*l.g.image) - count
	for i := range p.N * l.groups {
		picture, first := i/l.groups, i%l.groups*m
		sum, squares := 0.0, 0.0
		for c := first; c < first+m; c++ {
			sum += kernel.Sum(l.picture(x, c, picture))
		}
		mean := sum / count
		for c := first; c < first+m; c++ {
			y := l.picture(l.y, c, picture)
			kernel.Affine(y, l.picture(x, c, picture), 1, Real(-mean))
			squares += kernel.SumSquares(y)
		}
		inverse := 1 / math.Sqrt(max(0, squares-mean*mean*halo)/count+normEps)
		l.mean[i], l.inverse[i] = Real(mean), Real(inverse)
		for c := first; c < first+m; c++ {
			y := l.picture(l.y, c, picture)
			kernel.Affine(y, y, l.inverse[i]*l.scale.W[c], l.shift.W[c])
		}
	}
	l.g.ClearHalo(l.y, p.N)
	return l.y
}

// Backward is that of [GroupNorm.Backward].
func (l *PlanesGroupNorm) Backward(dy []Real, p Pass, needX bool) []Real {
	clear(l.scale.G)
	clear(l.shift.G)
	m := l.g.C / l.groups
	share := 1 / Real(m*l.g.H*l.g.W)
	for i := range p.N * l.groups {
		picture, first := i/l.groups, i%l.groups*m
		mean, inverse := l.mean[i], l.inverse[i]
		meanG, meanGX := Real(0), Real(0)
		for c := first; c < first+m; c++ {
			g := l.picture(dy, c, picture)
			sum := kernel.Sum(g)
			dot := Real(kernel.Dot(g, l.picture(l.x, c, picture))-sum*float64(mean)) * inverse
			l.shift.G[c] += Real(sum)
			l.scale.G[c] += dot
			meanG += share * l.scale.W[c] * Real(sum)
			meanGX += share * l.scale.W[c] * dot
		}
		if !needX {
			continue
		}
		// dx = inverse·(dy·scale − meanG − (x − mean)·inverse·meanGX)
		byX := -inverse * inverse * meanGX
		for c := first; c < first+m; c++ {
			kernel.Combine(l.picture(l.dx, c, picture), inverse*l.scale.W[c], l.picture(dy, c, picture),
				byX, l.picture(l.x, c, picture), -inverse*meanG-byX*mean)
		}
	}
	if !needX {
		return nil
	}
	l.g.ClearHalo(l.dx, p.N)
	return l.dx
}
