package nn

import "math"

// LayerNorm gives each row mean 0 and variance 1 over its features, then a scale
// and a shift of each feature (Ba, Kiros and Hinton 2016), with PyTorch's ε 1e-5.
type LayerNorm struct {
	d            int
	scale, shift *Param
	normal       []Real // n×d, normalised, before scale and shift
	inverse      []Real // of each row
	y, dx        []Real
}

// NewLayerNorm makes the layer for up to n rows of d.
func NewLayerNorm(d, n int) *LayerNorm {
	return &LayerNorm{
		d:      d,
		scale:  &Param{Name: "scale", Role: Scale, Size: d, Init: constant(1)},
		shift:  &Param{Name: "shift", Role: Scale, Size: d, Init: constant(0)},
		normal: make([]Real, n*d), inverse: make([]Real, n),
		y: make([]Real, n*d), dx: make([]Real, n*d),
	}
}

// Params are scale and shift.
func (l *LayerNorm) Params() []*Param { return []*Param{l.scale, l.shift} }

// Forward normalises n×d.
func (l *LayerNorm) Forward(x []Real, p Pass) []Real {
	for i := range p.N {
		row, y, normal := x[i*l.d:(i+1)*l.d], l.y[i*l.d:(i+1)*l.d], l.normal[i*l.d:(i+1)*l.d]
		mean, variance := Real(0), Real(0)
		for _, v := range row {
			mean += v
		}
		mean /= Real(l.d)
		for _, v := range row {
			variance += (v - mean) * (v - mean)
		}
		inverse := 1 / Real(math.Sqrt(float64(variance)/float64(l.d)+normEps))
		l.inverse[i] = inverse
		for j, v := range row {
			normal[j] = (v - mean) * inverse
			y[j] = normal[j]*l.scale.W[j] + l.shift.W[j]
		}
	}
	return l.y[:p.N*l.d]
}

// Backward does, a row at a time, with g = dy·scale: dx = (g − mean(g) −
// x̂·mean(g·x̂))/σ.
func (l *LayerNorm) Backward(dy []Real, p Pass, needX bool) []Real {
	clear(l.scale.G)
	clear(l.shift.G)
	for i := range p.N {
		g, dx, normal := dy[i*l.d:(i+1)*l.d], l.dx[i*l.d:(i+1)*l.d], l.normal[i*l.d:(i+1)*l.d]
		meanG, meanGX := Real(0), Real(0)
		for j, v := range g {
			l.shift.G[j] += v
			l.scale.G[j] += v * normal[j]
			dx[j] = v * l.scale.W[j]
			meanG += dx[j]
			meanGX += dx[j] * normal[j]
		}
		meanG /= Real(l.d)
		meanGX /= Real(l.d)
		for j := range dx {
			dx[j] = (dx[j] - meanG - normal[j]*meanGX) * l.inverse[i]
		}
	}
	if !needX {
		return nil
	}
	return l.dx[:p.N*l.d]
}
