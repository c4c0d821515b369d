package function

import (
	"math"

	"github.com/danlu-ml/danlu/internal/space"
)

// design is a problem of mechanical design with published optimum (Coello Coello 2000,
// Comput. Ind. 41:113; the optima as in Hussein et al. and others since). It is the same
// for every seed: its limits are written in its parameters.
type design struct {
	name        string
	params      []space.Param
	constraints []string
	cost        func(space.Values) float64
	allows      func(space.Values) bool
	best        float64
}

func real(name string, low, high float64) space.Param {
	return space.Param{Name: name, Domain: space.Float{Low: low, High: high}}
}

var designs = []design{
	{
		name:   "spring",
		params: []space.Param{real("wire", .05, 2), real("coil", .25, 1.3), real("turns", 2, 15)},
		constraints: []string{
			"coil**3 * turns >= 71785 * wire**4",
			"(4*coil**2 - wire*coil) / (12566 * (coil*wire**3 - wire**4)) + 1/(5108*wire**2) <= 1",
			"140.45*wire / (coil**2 * turns) >= 1",
			"wire + coil <= 1.5",
		},
		cost: func(v space.Values) float64 {
			d, c, n := v["wire"].Float(), v["coil"].Float(), v["turns"].Float()
			return (n + 2) * c * d * d
		},
		allows: func(v space.Values) bool {
			d, c, n := v["wire"].Float(), v["coil"].Float(), v["turns"].Float()
			return c*c*c*n >= 71785*d*d*d*d &&
				(4*c*c-d*c)/(12566*(c*d*d*d-d*d*d*d))+1/(5108*d*d) <= 1 &&
				140.45*d/(c*c*n) >= 1 && d+c <= 1.5
		},
		best: .0126652,
	},
	{
		name:   "vessel",
		params: []space.Param{real("shell", .0625, 6.1875), real("head", .0625, 6.1875), real("radius", 10, 200), real("length", 10, 200)},
		constraints: []string{
			"shell >= 0.0193 * radius",
			"head >= 0.00954 * radius",
			"3.141592653589793 * radius**2 * length + 4/3*3.141592653589793 * radius**3 >= 1296000",
		},
		cost: func(v space.Values) float64 {
			s, h, r, l := v["shell"].Float(), v["head"].Float(), v["radius"].Float(), v["length"].Float()
			return .6224*s*r*l + 1.7781*h*r*r + 3.1661*s*s*l + 19.84*s*s*r
		},
		allows: func(v space.Values) bool {
			s, h, r, l := v["shell"].Float(), v["head"].Float(), v["radius"].Float(), v["length"].Float()
			return s >= .0193*r && h >= .00954*r && math.Pi*r*r*l+4./3*math.Pi*r*r*r >= 1296000
		},
		best: 5885.3327,
	},
	{
		name:   "beam",
		params: []space.Param{real("weld", .1, 2), real("long", .1, 10), real("high", .1, 10), real("thick", .1, 2)},
		constraints: []string{
			"weld <= thick",
			"504000 / (thick * high**2) <= 30000",
			"2.1952 / (high**3 * thick) <= 0.25",
			"4.013*30e6 * sqrt(high**2 * thick**6 / 36) / 196 * (1 - high/28*sqrt(0.625)) >= 6000",
		},
		cost: func(v space.Values) float64 {
			w, l, h, t := v["weld"].Float(), v["long"].Float(), v["high"].Float(), v["thick"].Float()
			return 1.10471*w*w*l + .04811*h*t*(14+l) + shearExcess(w, l, h)
		},
		allows: func(v space.Values) bool {
			w, h, t := v["weld"].Float(), v["high"].Float(), v["thick"].Float()
			return w <= t && 504000/(t*h*h) <= 30000 && 2.1952/(h*h*h*t) <= .25 && buckling(h, t) >= 6000
		},
		best: 1.7248523,
	},
}

// shearExcess is a penalty for shear stress beyond what the weld bears: that limit is no
// expression of its parameters that fits a line.
func shearExcess(w, l, h float64) float64 {
	const load, arm = 6000, 14
	primary := load / (math.Sqrt2 * w * l)
	moment := load * (arm + l/2)
	r := math.Sqrt(l*l/4 + square((w+h)/2))
	polar := 2 * (math.Sqrt2 * w * l * (l*l/12 + square((w+h)/2)))
	secondary := moment * r / polar
	stress := math.Sqrt(primary*primary + 2*primary*secondary*l/(2*r) + secondary*secondary)
	return max(0, stress-13600) / 1000
}

// buckling is the load, in pounds, at which the bar buckles.
func buckling(h, t float64) float64 {
	const e, g, length = 30e6, 12e6, 14
	return 4.013 * e * math.Sqrt(h*h*math.Pow(t, 6)/36) / (length * length) * (1 - h/(2*length)*math.Sqrt(e/(4*g)))
}
