package nn

import (
	"math"

	"github.com/danlu-ml/danlu/internal/trainer/kernel"
)

// Activations are the names NewActivation knows.
var Activations = []string{"relu", "leaky_relu", "prelu", "gelu", "tanh", "sigmoid"}

// Activation applies a function to each number.
type Activation struct {
	kind  string
	units int
	halo  *Planes // whose halo must stay zero; nil for rows
	x     []Real  // the last input, not owned
	y, dx []Real
	dy    []Real // the last gradient, not owned
	alive []bool
	slope *Param // of prelu, below zero; else nil
	// Of the last pass of gelu: Φ(x) and e^(−x²/2).
	cdf, bell []Real
	// A stretch of the numbers.
	forward, backward func(part, thread int)
}

// NewActivation makes an activation for up to n rows of d numbers: d units. kind
// is one of [Activations]; leaky_relu has slope 0.01, prelu one slope for all units
// that starts at 0.25 (He et al. 2015), gelu is exact, all as in PyTorch.
func NewActivation(kind string, d, n int) *Activation {
	return (&Activation{
		kind: kind, units: d, slope: newSlope(kind),
		y: make([]Real, n*d), dx: make([]Real, n*d), alive: make([]bool, d),
	}).ready()
}

// NewPlanesActivation makes an activation for pictures: a channel is a unit.
func NewPlanesActivation(kind string, g *Planes) *Activation {
	return (&Activation{
		kind: kind, units: g.C, halo: g, slope: newSlope(kind),
		y: g.Alloc(), dx: g.Alloc(), alive: make([]bool, g.C),
	}).ready()
}

func (l *Activation) ready() *Activation {
	if l.kind == "gelu" {
		l.cdf, l.bell = make([]Real, len(l.y)), make([]Real, len(l.y))
	}
	l.forward, l.backward = l.forwardPart, l.backwardPart
	return l
}

// stretch is how many numbers are a part, of which there are so many.
const stretch = 1 << 14

func stretches(n int) int { return (n + stretch - 1) / stretch }

func newSlope(kind string) *Param {
	if kind != "prelu" {
		return nil
	}
	return &Param{Name: "weight", Role: Scale, Size: 1, Init: constant(0.25)}
}

// Params is the slope of prelu; others have none.
func (l *Activation) Params() []*Param {
	if l.slope == nil {
		return nil
	}
	return []*Param{l.slope}
}

// Forward applies the function.
func (l *Activation) Forward(x []Real, p Pass) []Real {
	l.x = x
	y := l.y[:len(x)]
	p.Team.Do(stretches(len(x)), l.forward)
	switch {
	case l.kind == "relu" && p.Watch:
		l.watch(y, p)
	case l.kind == "sigmoid" && l.halo != nil:
		l.halo.ClearHalo(y, p.N)
	}
	return y
}

func (l *Activation) forwardPart(part, _ int) {
	from, to := part*stretch, min((part+1)*stretch, len(l.x))
	y, x := l.y[from:to], l.x[from:to]
	switch l.kind {
	case "relu":
		kernel.ReLU(y, x)
	case "leaky_relu":
		for i, v := range x {
			y[i] = max(v, 0.01*v)
		}
	case "prelu":
		a := l.slope.W[0]
		for i, v := range x {
			y[i] = max(v, 0) + a*min(v, 0)
		}
	case "gelu":
		gelu(y, x, l.cdf[from:to], l.bell[from:to])
	case "tanh":
		kernel.Tanh(y, x)
	case "sigmoid":
		kernel.Sigmoid(y, x)
	default:
		panic("nn: unknown activation " + l.kind)
	}
}

// Backward multiplies by the derivative.
func (l *Activation) Backward(dy []Real, p Pass, needX bool) []Real {
	if l.slope != nil {
		sum := 0.0
		for i, v := range l.x {
			sum += float64(dy[i] * min(v, 0))
		}
		l.slope.G[0] = Real(sum)
	}
	if !needX {
		return nil
	}
	l.dy = dy
	p.Team.Do(stretches(len(l.x)), l.backward)
	return l.dx[:len(l.x)]
}

func (l *Activation) backwardPart(part, _ int) {
	from, to := part*stretch, min((part+1)*stretch, len(l.x))
	dx, dy, x, y := l.dx[from:to], l.dy[from:to], l.x[from:to], l.y[from:to]
	switch l.kind {
	case "relu":
		kernel.ReLUGrad(dx, dy, y)
	case "leaky_relu":
		for i, v := range x {
			dx[i] = dy[i]
			if v <= 0 {
				dx[i] *= 0.01
			}
		}
	case "prelu":
		a := l.slope.W[0]
		for i, v := range x {
			dx[i] = dy[i]
			if v <= 0 {
				dx[i] *= a
			}
		}
	case "gelu":
		cdf, bell := l.cdf[from:to], l.bell[from:to]
		for i, v := range x {
			dx[i] = dy[i] * (cdf[i] + v*bell[i]*0.3989422804014327) // 1/√(2π)
		}
	case "tanh":
		for i := range dx {
			dx[i] = dy[i] * (1 - y[i]*y[i])
		}
	case "sigmoid":
		for i := range dx {
			dx[i] = dy[i] * y[i] * (1 - y[i])
		}
	}
}

// gelu does y = x·Φ(x) and leaves Φ(x) and e^(−x²/2) for the way back.
func gelu(y, x, cdf, bell []Real) {
	for i, v := range x {
		bell[i] = -v * v / 2
	}
	kernel.Exp(bell, bell)
	for i, v := range x {
		cdf[i] = normalCDF(v, bell[i])
		y[i] = v * cdf[i]
	}
}

// normalCDF is Φ(v), given e^(−v²/2): by Abramowitz and Stegun 7.1.26, whose
// error of 7.5e-8 is about that of float32, and exactly in float64.
func normalCDF(v, bell Real) Real {
	if kernel.Double {
		return Real(0.5 * math.Erfc(-float64(v)*math.Sqrt2/2))
	}
	size := v
	if v < 0 {
		size = -v
	}
	t := 1 / (1 + 0.3275911*math.Sqrt2/2*size)
	tail := t * (0.254829592 + t*(-0.284496736+t*(1.421413741+t*(-1.453152027+t*1.061405429)))) * bell / 2
	if v < 0 {
		return tail
	}
	return 1 - tail
}

func (l *Activation) watch(y []Real, p Pass) {
	if l.halo != nil {
		for c := range l.units {
			for _, v := range l.halo.plane(y, c, p.N) {
				l.alive[c] = l.alive[c] || v > 0
			}
		}
		return
	}
	for i, v := range y {
		if v > 0 {
			l.alive[i%l.units] = true
		}
	}
}

// dead counts the units that never responded, and all; it starts anew.
func (l *Activation) dead() (dead, units int) {
	if l.kind != "relu" {
		return 0, 0
	}
	for i, alive := range l.alive {
		if !alive {
			dead++
		}
		l.alive[i] = false
	}
	return dead, l.units
}
