package space

import (
	"math"
	"slices"
)

// Propose is the domain that practice suggests for a parameter of a role whose
// value is now at, a number; the zero Value says that nobody knows it. whole says
// that it takes whole numbers only. ok is false where a role says nothing of
// numbers, or nothing at this value. The value now always lies inside.
//
// The ranges are as wide as practice is today: a learning rate a factor of thirty
// either way, decoupled weight decay up to 0.5, dropout from 0. Zero, which a log
// scale can't reach, makes a list of values.
func Propose(role string, at Value, whole bool) (d Domain, ok bool) {
	x := at.Float()
	if at.IsZero() {
		x = math.NaN()
	}
	propose := proposals[role]
	if propose == nil || x < 0 {
		return nil, false
	}
	if d = propose(x, whole); d == nil {
		return nil, false
	}
	v, ok := d.Cast(at)
	return d, at.IsZero() || ok && d.Contains(v)
}

// proposals has what each role suggests around x, which may be NaN.
var proposals = map[string]func(x float64, whole bool) Domain{
	"augmentation":    proposeStrength,
	"batch_size":      func(x float64, _ bool) Domain { return around(orElse(x, 64), 4, 1) },
	"beta":            proposeBeta,
	"clip_norm":       proposeClip,
	"depth":           func(x float64, _ bool) Domain { x = orElse(x, 2); return ints(math.Floor(x/2), 2*x, false) },
	"dropout":         func(x float64, _ bool) Domain { return share(x, 0.5) },
	"embedding":       func(x float64, _ bool) Domain { return around(orElse(x, 128), 4, 1) },
	"epsilon":         func(x float64, _ bool) Domain { return logFloat(orElse(x, 1e-8)/100, orElse(x, 1e-8)*100) },
	"heads":           func(x float64, _ bool) Domain { return around(orElse(x, 4), 2, 1) },
	"kernel_size":     proposeKernel,
	"label_smoothing": func(x float64, _ bool) Domain { return share(x, 0.2) },
	"learning_rate":   proposeRate,
	"momentum":        proposeMomentum,
	"schedule":        proposeDecay,
	"warmup":          proposeWarmup,
	"weight_decay":    proposeDecayOfWeights,
	"width":           func(x float64, _ bool) Domain { x = orElse(x, 128); return ints(math.Ceil(x/4), 4*x, true) },
}

func orElse(x, other float64) float64 {
	if math.IsNaN(x) {
		return other
	}
	return x
}

// proposeRate goes a factor of 30 either way; a rate near 1 or above it, as
// Adadelta and plain SGD on sums have, grows by 5 at most.
func proposeRate(x float64, _ bool) Domain {
	switch {
	case math.IsNaN(x):
		return Float{Low: 1e-5, High: 1e-1, Log: true}
	case x == 0:
		return nil
	}
	return logFloat(x/30, max(min(30*x, 1), 5*x))
}

// proposeDecayOfWeights tells the decoupled form (AdamW: 1e-4 to 0.5) from the
// coupled one (SGD, Adam: 1e-6 to 1e-2) by its size; unknown, both are covered.
func proposeDecayOfWeights(x float64, _ bool) Domain {
	switch {
	case math.IsNaN(x):
		return Float{Low: 1e-6, High: 0.5, Log: true}
	case x == 0:
		return ordered(0, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 0.5)
	case x >= 5e-3:
		return Float{Low: roundRate(min(1e-4, x/10), false), High: max(0.5, x), Log: true}
	}
	return logFloat(min(1e-6, x/10), max(1e-2, 10*x))
}

func proposeMomentum(x float64, _ bool) Domain {
	switch {
	case x >= 1:
		return nil
	case x == 0:
		return Float{Low: 0, High: 0.99}
	}
	x = orElse(x, 0.9)
	return Float{Low: min(0.8, x), High: max(0.99, x)}
}

// proposeBeta tells Adam's first beta from its second by its size.
func proposeBeta(x float64, _ bool) Domain {
	switch x = orElse(x, 0.9); {
	case x >= 1:
		return nil
	case x < 0.95:
		return Float{Low: min(0.8, x), High: 0.98}
	}
	return Float{Low: min(0.95, x), High: max(0.9999, x)}
}

func proposeClip(x float64, _ bool) Domain {
	if x == 0 {
		return ordered(0, 0.1, 0.3, 1, 3, 10)
	}
	x = orElse(x, 1)
	return logFloat(x/10, 10*x)
}

// proposeKernel lists odd sizes, which keep a centre.
func proposeKernel(x float64, _ bool) Domain {
	c := Choice{Ordered: true}
	sizes := []float64{3, 5, 7}
	if !math.IsNaN(x) && !slices.Contains(sizes, x) {
		sizes = append(sizes, x)
	}
	slices.Sort(sizes)
	for _, s := range sizes {
		c.Values = append(c.Values, IntValue(int64(s)))
	}
	return c
}

// proposeStrength is for augmentation: a probability or a strength from 0, or how
// many or how much of something.
func proposeStrength(x float64, whole bool) Domain {
	switch {
	case whole:
		return ints(0, max(2*orElse(x, 5), 3), false)
	case x > 1:
		return below(x, 2*x)
	case math.IsNaN(x):
		return Float{Low: 0, High: 0.5}
	}
	return below(x, max(0.5, min(2*x, 1)))
}

// proposeDecay is the factor a schedule multiplies the rate with.
func proposeDecay(x float64, _ bool) Domain {
	switch {
	case math.IsNaN(x) || x <= 0 || x > 1:
		return nil
	case x > 0.9:
		return Float{Low: min(0.9, x), High: max(0.9999, x)}
	}
	return Float{Low: min(0.1, x), High: max(0.95, x)}
}

// proposeWarmup is for a share of the training, and for a number of steps that is
// known to matter.
func proposeWarmup(x float64, whole bool) Domain {
	switch {
	case !whole && (math.IsNaN(x) || x < 1):
		return below(x, 0.2)
	case x >= 1:
		return ints(0, 4*x, false)
	}
	return nil
}

// share is for what stays below 1.
func share(x, high float64) Domain {
	if x >= 1 {
		return nil
	}
	return below(x, high)
}

func below(x, high float64) Domain { return Float{Low: 0, High: max(high, orElse(x, 0))} }

func ints(low, high float64, log bool) Domain {
	if log {
		low = max(low, 1)
	}
	return Int{Low: int64(low), High: int64(max(high, low+1)), Log: log}
}

// logFloat rounds its bounds outward to 1 or 3 times a power of ten.
func logFloat(low, high float64) Domain {
	if low <= 0 {
		return nil
	}
	return Float{Low: roundRate(low, false), High: roundRate(high, true), Log: true}
}

func roundRate(x float64, up bool) float64 {
	decade := math.Pow(10, math.Floor(math.Log10(x)+1e-9))
	m := x / decade
	switch {
	case up && m > 3.0001, !up && m < 0.9999:
		m = 10
	case up && m > 1.0001, !up && m > 2.9999:
		m = 3
	default:
		m = 1
	}
	return significant(m*decade, 3)
}

// around lists x and what doubling and halving it reach within a factor, whole
// numbers from low.
func around(x, factor, low float64) Domain {
	c := Choice{Ordered: true}
	for m := 1 / factor; m <= factor; m *= 2 {
		if v := x * m; v >= low && v == math.Trunc(v) {
			c.Values = append(c.Values, IntValue(int64(v)))
		}
	}
	if len(c.Values) == 0 || x != math.Trunc(x) {
		return nil
	}
	return c
}

func ordered(xs ...float64) Domain {
	c := Choice{Ordered: true}
	for _, x := range xs {
		c.Values = append(c.Values, FloatValue(x))
	}
	return c
}
