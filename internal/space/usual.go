package space

import (
	"math"
	"strings"
)

// Usual is where on the scale of a number the value lies that people use most, by the
// parameter's role or else by its name, which may be that of the complement
// (one_minus_beta1). ok is false where nobody knows of one, and where the domain leaves
// it out: whoever drew the range knew better.
//
// The values are common defaults: momentum 0.9 (Sutskever et al. 2013), Adam's betas and
// epsilon (Kingma and Ba 2015), weight decay 1e-4 (He et al. 2016), label smoothing 0.1
// (Szegedy et al. 2016), dropout 0.2, between the 0.1 of transformers (Vaswani et al.
// 2017) and the 0.5 of its inventors (Srivastava et al. 2014), gradients clipped at a
// norm of 1. What depends on the task or on another parameter, as a learning rate or a
// width does, has none.
func (p *Param) Usual() (u float64, ok bool) {
	name, complement := strings.CutPrefix(plain(p.Name), "one_minus_")
	r, _ := (&Param{Name: name, Role: p.Role}).role()
	x := r.usual
	if r.name == "beta" && strings.HasSuffix(name, "2") {
		x = secondBeta
	}
	if x == 0 {
		return 0, false
	}
	if complement {
		x = 1 - x
	}
	return at(p.Domain, x)
}

// secondBeta is Adam's usual decay of squared gradients (Kingma and Ba 2015).
const secondBeta = .999

// at is the place of a domain's value nearest to x, a number, which lies between its
// least and its largest.
func at(d Domain, x float64) (u float64, ok bool) {
	switch d := d.(type) {
	case Float:
		return d.Unit(FloatValue(x)), x >= d.Low && x <= d.High
	case Int:
		return d.Unit(IntValue(int64(math.Round(x)))), x >= float64(d.Low) && x <= float64(d.High)
	case Choice:
		if !d.Ordered || !numeric(d) {
			return 0, false
		}
		nearest := d.Values[0]
		var below, above bool
		for _, v := range d.Values {
			below, above = below || v.Float() <= x, above || v.Float() >= x
			if math.Abs(v.Float()-x) < math.Abs(nearest.Float()-x) {
				nearest = v
			}
		}
		return d.Unit(nearest), below && above
	}
	return 0, false
}
