package nn

import (
	"math"

	"github.com/danlu-ml/danlu/internal/trainer/kernel"
)

// GroupNorm gives each group of neighbouring features of a row mean 0 and variance
// 1, then a scale and a shift to each feature (Wu and He 2018), with PyTorch's ε
// 1e-5. With one group it is layer normalisation (Ba, Kiros and Hinton 2016).
type GroupNorm struct {
	d, groups    int
	scale, shift *Param
	normal       []Real // n×d, normalised, before scale and shift
	inverse      []Real // of each row's groups
	y, dx        []Real
}

// NewLayerNorm makes the layer with one group, for up to n rows of d.
func NewLayerNorm(d, n int) *GroupNorm { return NewGroupNorm(1, d, n) }

// NewGroupNorm makes the layer for up to n rows of d. It panics unless groups
// divides d.
func NewGroupNorm(groups, d, n int) *GroupNorm {
	if d%groups != 0 {
		panic("nn: the groups do not divide the features")
	}
	return &GroupNorm{
		d: d, groups: groups,
		scale:  &Param{Name: "scale", Role: Scale, Size: d, Init: constant(1)},
		shift:  &Param{Name: "shift", Role: Scale, Size: d, Init: constant(0)},
		normal: make([]Real, n*d), inverse: make([]Real, n*groups),
		y: make([]Real, n*d), dx: make([]Real, n*d),
	}
}

// Params are scale and shift.
func (l *GroupNorm) Params() []*Param { return []*Param{l.scale, l.shift} }

// Forward normalises n×d.
func (l *GroupNorm) Forward(x []Real, p Pass) []Real {
	m := l.d / l.groups
	for i := range p.N * l.groups {
		part, y, normal := x[i*m:(i+1)*m], l.y[i*m:(i+1)*m], l.normal[i*m:(i+1)*m]
		at := i % l.groups * m
		scale, shift := l.scale.W[at:at+m], l.shift.W[at:at+m]
		kernel.Affine(normal, part, 1, Real(-kernel.Sum(part)/float64(m)))
		inverse := 1 / math.Sqrt(kernel.SumSquares(normal)/float64(m)+normEps)
		l.inverse[i] = Real(inverse)
		kernel.Scale(normal, Real(inverse))
		copy(y, normal)
		kernel.Mul(y, scale)
		kernel.Add(y, shift)
	}
	return l.y[:p.N*l.d]
}

// Backward does, a group at a time, with g = dy·scale: dx = (g − mean(g) −
// x̂·mean(g·x̂))/σ.
func (l *GroupNorm) Backward(dy []Real, p Pass, needX bool) []Real {
	clear(l.scale.G)
	clear(l.shift.G)
	m := l.d / l.groups
	for i := range p.N * l.groups {
		g, dx, normal := dy[i*m:(i+1)*m], l.dx[i*m:(i+1)*m], l.normal[i*m:(i+1)*m]
		at := i % l.groups * m
		scale, dScale, dShift := l.scale.W[at:at+m], l.scale.G[at:at+m], l.shift.G[at:at+m]
		kernel.Add(dShift, g)
		copy(dx, g)
		kernel.Mul(dx, normal)
		kernel.Add(dScale, dx)
		copy(dx, g)
		kernel.Mul(dx, scale)
		meanG, meanGX := Real(kernel.Sum(dx)/float64(m)), Real(kernel.Dot(dx, normal)/float64(m))
		kernel.Combine(dx, l.inverse[i], dx, -l.inverse[i]*meanGX, normal, -l.inverse[i]*meanG)
	}
	if !needX {
		return nil
	}
	return l.dx[:p.N*l.d]
}
