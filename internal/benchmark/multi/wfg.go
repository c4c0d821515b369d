package multi

import (
	"fmt"
	"math"
	"slices"
)

// wfg is a problem of Huband, Hingston, Barone and While (2006, IEEE Trans. Evol. Comput.
// 10:477): its coordinates are bent, shifted and reduced to a position on a front and a
// distance from it. Names of transformations are the paper's (Table X).
type wfg struct {
	// reduce makes of all coordinates, in [0, 1], one a group of positions and then the
	// distance. The first k are positions.
	reduce func(z []float64, k, objectives int) []float64
	// shape is the front over positions in [0, 1], an objective each.
	shape func(x []float64) []float64
	flat  bool // the front is a line whatever the number of objectives
}

var wfgs = []wfg{
	{wfg1, mixedFront, false},
	{wfg2, brokenFront, false},
	{wfg2, linearFront, true},
	{wfg4, concaveFront, false},
	{wfg5, concaveFront, false},
	{wfg6, concaveFront, false},
	{wfg7, concaveFront, false},
	{wfg8, concaveFront, false},
	{wfg9, concaveFront, false},
}

// wfgTests are all nine with two objectives, two positions and four distances, and two of
// them with three objectives.
func wfgTests() []test {
	var all []test
	for i, w := range wfgs {
		for objectives := 2; objectives <= 3; objectives++ {
			if number := i + 1; objectives == 2 || number == 4 || number == 7 {
				all = append(all, test{
					name: fmt.Sprintf("wfg%d-%d", number, objectives), family: "wfg", objectives: objectives, position: 2, dims: 6,
					f:     func(x, y []float64) []float64 { return w.at(x, y, objectives) },
					front: w.best(objectives),
				})
			}
		}
	}
	return all
}

// at is the losses at positions x and distances y, of which 0 is where the paper has its
// .35: the optimum, but with problems 8 and 9, where it depends on other coordinates.
func (w wfg) at(x, y []float64, objectives int) []float64 {
	z := slices.Clone(x)
	for _, v := range y {
		room := .35
		if v > 0 {
			room = .65
		}
		z = append(z, .35+v*room)
	}
	return w.of(z, len(x), objectives)
}

// of is the losses at coordinates of the paper, each divided by its range.
func (w wfg) of(z []float64, k, objectives int) []float64 {
	t := w.reduce(slices.Clone(z), k, objectives)
	distance := t[objectives-1]
	for i := range t[:objectives-1] {
		spread := 1.0
		if w.flat && i > 0 {
			spread = distance
		}
		t[i] = spread*(t[i]-.5) + .5
	}
	f := w.shape(t[:objectives-1])
	for m := range f {
		f[m] = distance + 2*float64(m+1)*f[m]
	}
	return f
}

// best is the front: the losses where the distance is 0.
func (w wfg) best(objectives int) func() [][]float64 {
	return func() [][]float64 {
		var front [][]float64
		grid(objectives, func(x []float64) {
			for i := range x[1:] {
				if w.flat {
					x[i+1] = .5
				}
			}
			f := w.shape(x)
			for m := range f {
				f[m] *= 2 * float64(m+1)
			}
			front = append(front, f)
		})
		return front
	}
}

func wfg1(z []float64, k, objectives int) []float64 {
	weights := make([]float64, len(z))
	for i := range z {
		weights[i] = 2 * float64(i+1)
		if i >= k {
			z[i] = bFlat(sLinear(z[i], .35), .8, .75, .85)
		}
		z[i] = math.Pow(z[i], .02)
	}
	return groups(z, k, objectives, func(part []float64, at int) float64 { return rSum(part, weights[at:at+len(part)]) })
}

func wfg2(z []float64, k, objectives int) []float64 {
	short := z[:k:k]
	for i := k; i+1 < len(z); i += 2 {
		short = append(short, rNonsep([]float64{sLinear(z[i], .35), sLinear(z[i+1], .35)}, 2))
	}
	return groups(short, k, objectives, mean)
}

func wfg4(z []float64, k, objectives int) []float64 {
	for i := range z {
		z[i] = sMulti(z[i], 30, 10, .35)
	}
	return groups(z, k, objectives, mean)
}

func wfg5(z []float64, k, objectives int) []float64 {
	for i := range z {
		z[i] = sDecept(z[i], .35, .001, .05)
	}
	return groups(z, k, objectives, mean)
}

func wfg6(z []float64, k, objectives int) []float64 {
	for i := k; i < len(z); i++ {
		z[i] = sLinear(z[i], .35)
	}
	return groups(z, k, objectives, entangled)
}

func wfg7(z []float64, k, objectives int) []float64 {
	for i := range z {
		if i < k {
			z[i] = bParam(z[i], mean(z[i+1:], 0)) // those behind it are as they were
		} else {
			z[i] = sLinear(z[i], .35)
		}
	}
	return groups(z, k, objectives, mean)
}

func wfg8(z []float64, k, objectives int) []float64 {
	for i := len(z) - 1; i >= k; i-- { // backwards: those before it are as they were
		z[i] = sLinear(bParam(z[i], mean(z[:i], 0)), .35)
	}
	return groups(z, k, objectives, mean)
}

func wfg9(z []float64, k, objectives int) []float64 {
	for i := range z[:len(z)-1] {
		z[i] = bParam(z[i], mean(z[i+1:], 0))
	}
	for i := range z {
		if i < k {
			z[i] = sDecept(z[i], .35, .001, .05)
		} else {
			z[i] = sMulti(z[i], 30, 95, .35)
		}
	}
	return groups(z, k, objectives, entangled)
}

// groups reduces equal groups of positions, one less than objectives, and the distances.
func groups(z []float64, k, objectives int, reduce func(part []float64, at int) float64) []float64 {
	var t []float64
	size := k / (objectives - 1)
	for at := 0; at < k; at += size {
		t = append(t, reduce(z[at:at+size], at))
	}
	return append(t, reduce(z[k:], k))
}

func mean(part []float64, _ int) float64 {
	ones := make([]float64, len(part))
	for i := range ones {
		ones[i] = 1
	}
	return rSum(part, ones)
}

func entangled(part []float64, _ int) float64 { return rNonsep(part, len(part)) }

// The transformations; results stay in [0, 1], where rounding would leave it.

func within(v float64) float64 { return min(max(v, 0), 1) }

func bFlat(y, a, b, c float64) float64 {
	return within(a + min(0, math.Floor(y-b))*a*(b-y)/b - min(0, math.Floor(c-y))*(1-a)*(y-c)/(1-c))
}

func bParam(y, u float64) float64 {
	const a, b, c = .98 / 49.98, .02, 50
	v := a - (1-2*u)*math.Abs(math.Floor(.5-u)+a)
	return within(math.Pow(y, b+(c-b)*v))
}

func sLinear(y, a float64) float64 {
	return within(math.Abs(y-a) / math.Abs(math.Floor(a-y)+a))
}

func sDecept(y, a, b, c float64) float64 {
	left := math.Floor(y-a+b) * (1 - c + (a-b)/b) / (a - b)
	right := math.Floor(a+b-y) * (1 - c + (1-a-b)/b) / (1 - a - b)
	return within(1 + (math.Abs(y-a)-b)*(left+right+1/b))
}

func sMulti(y, a, b, c float64) float64 {
	away := math.Abs(y-c) / (2 * (math.Floor(c-y) + c))
	return within((1 + math.Cos((4*a+2)*math.Pi*(.5-away)) + 4*b*away*away) / (b + 2))
}

func rSum(y, w []float64) float64 {
	var sum, all float64
	for i, v := range y {
		sum, all = sum+w[i]*v, all+w[i]
	}
	return sum / all
}

func rNonsep(y []float64, a int) float64 {
	sum := 0.0
	for j, v := range y {
		sum += v
		for k := range a - 1 {
			sum += math.Abs(v - y[(j+k+1)%len(y)])
		}
	}
	half := math.Ceil(float64(a) / 2)
	return within(sum / (float64(len(y)) / float64(a) * half * (1 + 2*float64(a) - 2*half)))
}

// The fronts: each objective but the first takes fewer of the positions.

func front(x []float64, one, last func(v float64) float64) []float64 {
	f := make([]float64, len(x)+1)
	for m := range f {
		f[m] = 1
		for _, v := range x[:len(x)-m] {
			f[m] *= one(v)
		}
		if m > 0 {
			f[m] *= last(x[len(x)-m])
		}
	}
	return f
}

func linearFront(x []float64) []float64 {
	return front(x, func(v float64) float64 { return v }, func(v float64) float64 { return 1 - v })
}

func convexFront(x []float64) []float64 {
	return front(x, func(v float64) float64 { return 1 - math.Cos(v*math.Pi/2) }, func(v float64) float64 { return 1 - math.Sin(v*math.Pi/2) })
}

func concaveFront(x []float64) []float64 {
	return front(x, func(v float64) float64 { return math.Sin(v * math.Pi / 2) }, func(v float64) float64 { return math.Cos(v * math.Pi / 2) })
}

// mixedFront is convex but in its last objective, which has waves.
func mixedFront(x []float64) []float64 {
	const a = 2 * 5 * math.Pi
	f := convexFront(x)
	f[len(x)] = 1 - x[0] - math.Cos(a*x[0]+math.Pi/2)/a
	return f
}

// brokenFront has five pieces.
func brokenFront(x []float64) []float64 {
	f := convexFront(x)
	c := math.Cos(5 * x[0] * math.Pi)
	f[len(x)] = 1 - x[0]*c*c
	return f
}
