// Package optim has the optimisers: how gradients become steps. Names, defaults
// and formulas are PyTorch's. It knows nothing of networks and schedules: the
// learning rate of each step is given.
//
// Start at [New].
package optim

import (
	"cmp"
	"fmt"
	"math"

	"github.com/danlu-ml/danlu/internal/trainer/kernel"
)

// Real is the number parameters are kept in.
type Real = kernel.Real

// Names are the optimisers that New knows.
var Names = []string{"sgd", "adam", "adamw", "rmsprop", "adadelta", "adagrad"}

// Options hold the numbers of all optimisers; each reads its own.
type Options struct {
	Momentum     float64 // sgd, rmsprop
	Nesterov     bool    // sgd
	Beta1, Beta2 float64 // adam, adamw
	Alpha        float64 // rmsprop: smoothing of squared gradients
	Rho          float64 // adadelta: the same
	// Eps is added to the root of squared gradients (adadelta: under the root);
	// 0 is 1e-8, for adadelta 1e-6, for adagrad 1e-10.
	Eps float64
	// WeightDecay pulls weights to zero: decoupled from the gradient for adamw,
	// added to it for the others.
	WeightDecay float64
}

// Range is a part of the flat vector of parameters.
type Range struct {
	From, To int
	Decay    bool // whether weight decay applies
	// Factor multiplies the learning rate; 0 is 1.
	Factor float64
}

// Optimizer changes a flat vector of parameters by its gradient.
type Optimizer struct {
	rule   rule
	o      Options
	ranges []Range
	// State are the moments, each as long as the parameters. Together with the
	// number of steps done they are all there is to save.
	State [][]Real
}

// rule changes one range; t counts steps from 1.
type rule func(o *Optimizer, w, g []Real, from int, lr, decay float64, t int)

// New makes an optimiser for size parameters. What no range covers stays as it is.
func New(name string, o Options, size int, ranges []Range) (*Optimizer, error) {
	moments, r, eps := 0, rule(nil), 1e-8
	switch name {
	case "sgd":
		moments, r = 1, stepSGD
	case "adam":
		moments, r = 2, stepAdam
	case "adamw":
		moments, r = 2, stepAdamW
	case "rmsprop":
		moments, r = 2, stepRMSProp
	case "adadelta":
		moments, r, eps = 2, stepAdadelta, 1e-6
	case "adagrad":
		moments, r, eps = 1, stepAdagrad, 1e-10
	default:
		return nil, fmt.Errorf("make optimiser %q: no such optimiser: use one of %q", name, Names)
	}
	o.Eps = cmp.Or(o.Eps, eps)
	opt := &Optimizer{rule: r, o: o, ranges: ranges}
	for range moments {
		opt.State = append(opt.State, make([]Real, size))
	}
	return opt, nil
}

// Step does step t, counted from 1, with learning rate lr.
func (o *Optimizer) Step(w, g []Real, lr float64, t int) { o.StepPart(w, g, 0, lr, t) }

// StepPart is Step for the parameters w that begin at from, and their gradient g.
// Several parts may be stepped at once.
func (o *Optimizer) StepPart(w, g []Real, from int, lr float64, t int) {
	for _, r := range o.ranges {
		a, b := max(from, r.From), min(from+len(w), r.To)
		if a >= b {
			continue
		}
		decay := 0.0
		if r.Decay {
			decay = o.o.WeightDecay
		}
		o.rule(o, w[a-from:b-from], g[a-from:b-from], a, lr*cmp.Or(r.Factor, 1), decay, t)
	}
}

// moment is the part of moment i that belongs to w, which starts at from.
func (o *Optimizer) moment(i int, w []Real, from int) []Real {
	return o.State[i][from : from+len(w)]
}

func stepSGD(o *Optimizer, w, g []Real, from int, lr, decay float64, _ int) {
	s := kernel.SGD{LR: Real(lr), Momentum: Real(o.o.Momentum), Decay: Real(decay), ByMomentum: 1}
	if o.o.Nesterov {
		s.Direct, s.ByMomentum = 1, s.Momentum
	}
	s.Step(w, g, o.moment(0, w, from))
}

func stepAdam(o *Optimizer, w, g []Real, from int, lr, decay float64, t int) {
	s := o.adam(lr, t)
	s.Decay = Real(decay)
	s.Step(w, g, o.moment(0, w, from), o.moment(1, w, from))
}

func stepAdamW(o *Optimizer, w, g []Real, from int, lr, decay float64, t int) {
	s := o.adam(lr, t)
	s.Keep = Real(1 - lr*decay)
	s.Step(w, g, o.moment(0, w, from), o.moment(1, w, from))
}

func (o *Optimizer) adam(lr float64, t int) kernel.Adam {
	return kernel.Adam{
		Rate:  Real(lr / (1 - math.Pow(o.o.Beta1, float64(t)))),
		Beta1: Real(o.o.Beta1), Beta2: Real(o.o.Beta2),
		RootCorrect: Real(1 / math.Sqrt(1-math.Pow(o.o.Beta2, float64(t)))),
		Eps:         Real(o.o.Eps),
		Keep:        1,
	}
}

func stepRMSProp(o *Optimizer, w, g []Real, from int, lr, decay float64, _ int) {
	s := kernel.RMSProp{
		LR: Real(lr), Alpha: Real(o.o.Alpha), Eps: Real(o.o.Eps),
		Decay: Real(decay), Momentum: Real(o.o.Momentum),
	}
	s.Step(w, g, o.moment(0, w, from), o.moment(1, w, from))
}

// stepAdadelta follows Zeiler 2012, algorithm 1, with PyTorch's factor lr.
func stepAdadelta(o *Optimizer, w, g []Real, from int, lr, decay float64, _ int) {
	squares, changes := o.moment(0, w, from), o.moment(1, w, from)
	rho, eps := Real(o.o.Rho), Real(o.o.Eps)
	for i := range w {
		d := g[i] + Real(decay)*w[i]
		squares[i] = rho*squares[i] + (1-rho)*d*d
		change := root(changes[i]+eps) / root(squares[i]+eps) * d
		changes[i] = rho*changes[i] + (1-rho)*change*change
		w[i] -= Real(lr) * change
	}
}

// stepAdagrad follows Duchi, Hazan and Singer 2011 in the diagonal form, without
// decay of the rate.
func stepAdagrad(o *Optimizer, w, g []Real, from int, lr, decay float64, _ int) {
	squares := o.moment(0, w, from)
	for i := range w {
		d := g[i] + Real(decay)*w[i]
		squares[i] += d * d
		w[i] -= Real(lr) * d / (root(squares[i]) + Real(o.o.Eps))
	}
}

func root(x Real) Real { return Real(math.Sqrt(float64(x))) }
