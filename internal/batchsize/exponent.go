package batchsize

import (
	"errors"
	"fmt"
	"math"
)

// Best is the best learning rate found at a size, with the standard error of its
// natural logarithm.
type Best struct {
	Size         int64
	Rate, Spread float64
}

// Exponent is the law rate = Rate·(size/At)^K, as fitted to what was found at sizes
// from From to To and no others.
type Exponent struct {
	K         float64
	Low, High float64 // the 95 % interval of K
	At        float64 // the geometric mean of the sizes
	Rate      float64 // the rate there
	From, To  int64
	Sizes     int
}

// ErrOneSize is returned where rates at two different sizes are missing.
var ErrOneSize = errors.New("an exponent needs learning rates at two batch sizes or more")

// leastSpread is what the best rate of a grid of quarter decades is known to at
// best: the standard deviation of a uniform error of half an interval.
const leastSpread = math.Ln10 / 4 / 3.4641

// Fit fits the exponent by least squares in the logarithms, each rate weighted by
// its spread. Where the rates lie further from the line than their spreads allow,
// the interval is wider by that ratio (Birge 1932).
func Fit(bests []Best) (Exponent, error) {
	var sw, sx, sy float64
	e := Exponent{Sizes: len(bests)}
	for _, b := range bests {
		if b.Size < 1 || !(b.Rate > 0) || math.IsInf(b.Rate, 0) {
			return Exponent{}, fmt.Errorf("fit the learning rate %v at batch size %d: both must be above 0", b.Rate, b.Size)
		}
		if e.From == 0 || b.Size < e.From {
			e.From = b.Size
		}
		e.To = max(e.To, b.Size)
		w := weight(b)
		sw, sx, sy = sw+w, sx+w*math.Log(float64(b.Size)), sy+w*math.Log(b.Rate)
	}
	if e.From == e.To {
		return Exponent{}, ErrOneSize
	}
	mx, my := sx/sw, sy/sw
	var sxx, sxy float64
	for _, b := range bests {
		w, x := weight(b), math.Log(float64(b.Size))-mx
		sxx, sxy = sxx+w*x*x, sxy+w*x*(math.Log(b.Rate)-my)
	}
	e.K, e.At, e.Rate = sxy/sxx, math.Exp(mx), math.Exp(my)
	var chi float64
	for _, b := range bests {
		r := math.Log(b.Rate) - my - e.K*(math.Log(float64(b.Size))-mx)
		chi += weight(b) * r * r
	}
	wider := 1.0
	if free := len(bests) - 2; free > 0 {
		wider = max(1, math.Sqrt(chi/float64(free)))
	}
	half := 1.96 * wider / math.Sqrt(sxx)
	e.Low, e.High = e.K-half, e.K+half
	return e, nil
}

func weight(b Best) float64 {
	s := max(b.Spread, leastSpread)
	return 1 / (s * s)
}

// Predict is the rate at a size; ok is false outside of the sizes it was fitted at.
func (e Exponent) Predict(size int64) (rate float64, ok bool) {
	if size < e.From || size > e.To {
		return 0, false
	}
	return e.Rate * math.Pow(float64(size)/e.At, e.K), true
}

// Has reports whether an exponent lies within the interval.
func (e Exponent) Has(k float64) bool { return e.Low <= k && k <= e.High }

func (e Exponent) String() string {
	return fmt.Sprintf("learning rate ∝ batch size^%.2f (95 %%: %.2f to %.2f), fitted between %d and %d", e.K, e.Low, e.High, e.From, e.To)
}

// Rule is what the literature says of the exponent.
type Rule struct {
	Name   string
	K      float64
	Source string
}

// Rules are the rules that a fit is compared with.
func Rules() []Rule {
	return []Rule{
		{"linear", 1, "Goyal et al. 2017, for SGD with small batches; new = base × new/base"},
		{"square root", 0.5, "Krizhevsky 2014; Malladi et al. 2022 for Adam, with β and ε rescaled"},
		{"constant", 0, "no change"},
	}
}

// Advice is what else to look at when the size changes from one to another, a
// sentence each. optimizer is as its parameter calls it, or empty.
func Advice(from, to int64, optimizer string) []string {
	if from == to {
		return nil
	}
	ratio := float64(to) / float64(from)
	all := []string{
		fmt.Sprintf("warm-up: as many epochs as before, which is %.3g times the steps", 1/ratio),
	}
	switch optimizer {
	case "sgd", "rmsprop":
		all = append(all,
			"momentum: leave it (Goyal et al. 2017 do), and look again once the learning rate is found",
			"weight decay: leave it where it is part of the gradient; what counts is its product with the learning rate times the steps")
	case "adamw":
		all = append(all,
			fmt.Sprintf("weight decay: keep λ × learning rate × steps (Wang & Aitchison 2024), which is %.3g times the product λ × learning rate", ratio))
		fallthrough
	case "adam":
		all = append(all,
			fmt.Sprintf("betas: 1−β grows %.3g times by the square-root rule (Malladi et al. 2022), while %.3g·(1−β) stays small; else leave them", ratio, ratio))
	default:
		all = append(all, "momentum and weight decay: look again once the learning rate is found")
	}
	return all
}
