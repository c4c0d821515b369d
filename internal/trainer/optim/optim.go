// Package optim has the optimisers: how gradients become steps. Names, defaults
// and formulas are PyTorch's. It knows nothing of networks and schedules: the
// learning rate of each step is given.
//
// Start at [New].
package optim

import (
	"fmt"
	"math"

	"github.com/danlu-ml/danlu/internal/trainer/kernel"
)

// Real is the number parameters are kept in.
type Real = kernel.Real

// Names are the optimisers that New knows.
var Names = []string{"sgd", "adam", "adamw", "rmsprop"}

// Options hold the numbers of all optimisers; each reads its own.
type Options struct {
	Momentum     float64 // sgd, rmsprop
	Nesterov     bool    // sgd
	Beta1, Beta2 float64 // adam, adamw
	Alpha        float64 // rmsprop: smoothing of squared gradients
	Eps          float64
	// WeightDecay pulls weights to zero: decoupled from the gradient for adamw,
	// added to it for the others.
	WeightDecay float64
}

// Range is a part of the flat vector of parameters.
type Range struct {
	From, To int
	Decay    bool // whether weight decay applies
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

// New makes an optimiser for size parameters. The ranges cover them in order.
func New(name string, o Options, size int, ranges []Range) (*Optimizer, error) {
	moments, r := 0, rule(nil)
	switch name {
	case "sgd":
		moments, r = 1, stepSGD
	case "adam":
		moments, r = 2, stepAdam
	case "adamw":
		moments, r = 2, stepAdamW
	case "rmsprop":
		moments, r = 2, stepRMSProp
	default:
		return nil, fmt.Errorf("make optimiser %q: no such optimiser: use one of %q", name, Names)
	}
	opt := &Optimizer{rule: r, o: o, ranges: ranges}
	for range moments {
		opt.State = append(opt.State, make([]Real, size))
	}
	return opt, nil
}

// Step does step t, counted from 1, with learning rate lr.
func (o *Optimizer) Step(w, g []Real, lr float64, t int) {
	for _, r := range o.ranges {
		decay := 0.0
		if r.Decay {
			decay = o.o.WeightDecay
		}
		o.rule(o, w[r.From:r.To], g[r.From:r.To], r.From, lr, decay, t)
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
