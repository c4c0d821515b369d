package multi

import "math"

var tests = []test{
	{"zdt1", "zdt", 2, 1, 12, nil, zdt(linear, func(f, g float64) float64 { return 1 - math.Sqrt(f/g) }), along(func(f float64) float64 { return 1 - math.Sqrt(f) })},
	{"zdt2", "zdt", 2, 1, 12, nil, zdt(linear, func(f, g float64) float64 { return 1 - (f/g)*(f/g) }), along(func(f float64) float64 { return 1 - f*f })},
	{"zdt3", "zdt", 2, 1, 12, nil, zdt(linear, func(f, g float64) float64 { return 1 - math.Sqrt(f/g) - f/g*math.Sin(10*math.Pi*f) }), along(func(f float64) float64 { return 1 - math.Sqrt(f) - f*math.Sin(10*math.Pi*f) })},
	{"zdt4", "zdt", 2, 1, 6, nil, zdt(rippled, func(f, g float64) float64 { return 1 - math.Sqrt(f/g) }), along(func(f float64) float64 { return 1 - math.Sqrt(f) })},
	{"zdt5", "zdt", 2, 0, 30, []int{10, 5, 5, 5, 5}, zdt5, zdt5Front},
	{"zdt6", "zdt", 2, 1, 8, nil, zdt6, zdt6Front},
	{"dtlz1-2", "dtlz", 2, 1, 6, nil, dtlz1, onFront(2, dtlz1)},
	{"dtlz1-3", "dtlz", 3, 2, 6, nil, dtlz1, onFront(3, dtlz1)},
	{"dtlz2-2", "dtlz", 2, 1, 8, nil, dtlz2, onFront(2, dtlz2)},
	{"dtlz2-3", "dtlz", 3, 2, 8, nil, dtlz2, onFront(3, dtlz2)},
	{"dtlz7-2", "dtlz", 2, 1, 8, nil, dtlz7, onFront(2, dtlz7)},
	{"dtlz7-3", "dtlz", 3, 2, 8, nil, dtlz7, onFront(3, dtlz7)},
}

// fine is how many points a front of two objectives is made of, and the square of how
// many one of three.
const fine = 1000

// zdt is f1 = x, f2 = g h(f1, g).
func zdt(g func(y []float64) float64, h func(f, g float64) float64) func(x, y []float64) []float64 {
	return func(x, y []float64) []float64 {
		d := g(y)
		return []float64{x[0], d * h(x[0], d)}
	}
}

// linear is the distance function of ZDT1 to 3.
func linear(y []float64) float64 {
	sum := 0.0
	for _, v := range y {
		sum += math.Abs(v)
	}
	return 1 + 9*sum/float64(len(y))
}

// rippled is that of ZDT4, with 21 local fronts an axis: its coordinates reach from -5
// to 5.
func rippled(y []float64) float64 {
	sum := 1 + 10*float64(len(y))
	for _, v := range y {
		z := 5 * v
		sum += z*z - 10*math.Cos(4*math.Pi*z)
	}
	return sum
}

// zdt5 counts bits: 10 of the first group, 5 of each of four others. A group without any
// is deceived into being best when it is full.
func zdt5(bits, _ []float64) []float64 {
	ones := func(bs []float64) float64 {
		sum := 0.0
		for _, b := range bs {
			sum += b
		}
		return sum
	}
	f, g := 1+ones(bits[:10]), 0.0
	for k := range 4 {
		if u := ones(bits[10+5*k : 15+5*k]); u < 5 {
			g += 2 + u
		} else {
			g++
		}
	}
	return []float64{f, g / f}
}

func zdt5Front() [][]float64 {
	var front [][]float64
	for f := 1.0; f <= 11; f++ {
		front = append(front, []float64{f, 4 / f})
	}
	return front
}

func zdt6(x, y []float64) []float64 {
	f := 1 - math.Exp(-4*x[0])*math.Pow(math.Sin(6*math.Pi*x[0]), 6)
	sum := 0.0
	for _, v := range y {
		sum += math.Abs(v)
	}
	g := 1 + 9*math.Pow(sum/float64(len(y)), .25)
	return []float64{f, g * (1 - (f/g)*(f/g))}
}

func zdt6Front() [][]float64 {
	var front [][]float64
	for i := range fine {
		f := 1 - math.Exp(-4*float64(i)/fine)*math.Pow(math.Sin(6*math.Pi*float64(i)/fine), 6)
		front = append(front, []float64{f, 1 - f*f})
	}
	return front
}

// along is a front over the first objective, from 0 to 1.
func along(second func(f float64) float64) func() [][]float64 {
	return func() [][]float64 {
		var front [][]float64
		for i := range fine + 1 {
			f := float64(i) / fine
			front = append(front, []float64{f, second(f)})
		}
		return front
	}
}

// dtlz1 has a plane as its front, and 11^k - 1 local ones.
func dtlz1(x, y []float64) []float64 {
	g := 100 * float64(len(y))
	for _, v := range y {
		z := v / 2
		g += 100 * (z*z - math.Cos(20*math.Pi*z))
	}
	f := make([]float64, len(x)+1)
	for k := range f {
		f[k] = .5 * (1 + g)
		for _, v := range x[:len(x)-k] {
			f[k] *= v
		}
		if k > 0 {
			f[k] *= 1 - x[len(x)-k]
		}
	}
	return f
}

// dtlz2 has an eighth of a sphere.
func dtlz2(x, y []float64) []float64 {
	g := 0.0
	for _, v := range y {
		g += v * v / 4
	}
	f := make([]float64, len(x)+1)
	for k := range f {
		f[k] = 1 + g
		for _, v := range x[:len(x)-k] {
			f[k] *= math.Cos(v * math.Pi / 2)
		}
		if k > 0 {
			f[k] *= math.Sin(x[len(x)-k] * math.Pi / 2)
		}
	}
	return f
}

// dtlz7 has a front in several pieces.
func dtlz7(x, y []float64) []float64 {
	g := linear(y)
	h := float64(len(x) + 1)
	for _, v := range x {
		h -= v / (1 + g) * (1 + math.Sin(3*math.Pi*v))
	}
	return append(append([]float64{}, x...), (1+g)*h)
}

// grid calls each for evenly spread positions of a front of k objectives.
func grid(k int, each func(x []float64)) {
	n := fine
	if k == 3 {
		n = 32
	}
	for i := range n + 1 {
		a := float64(i) / float64(n)
		if k == 2 {
			each([]float64{a})
			continue
		}
		for j := range n + 1 {
			each([]float64{a, float64(j) / float64(n)})
		}
	}
}

// onFront evaluates f where its distances are 0.
func onFront(k int, f func(x, y []float64) []float64) func() [][]float64 {
	return func() [][]float64 {
		var front [][]float64
		grid(k, func(x []float64) { front = append(front, f(x, []float64{0})) })
		return front
	}
}
