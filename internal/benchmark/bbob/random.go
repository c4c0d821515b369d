package bbob

import "math"

// uniform is the benchmark's own generator (Park and Miller with a shuffle), on which
// its instances rest: n numbers in (0, 1).
func uniform(n int, seed int64) []float64 {
	if seed < 0 {
		seed = -seed
	}
	seed = max(seed, 1)
	next := func() {
		k := seed / 127773
		seed = 16807*(seed-k*127773) - 2836*k
		if seed < 0 {
			seed += 2147483647
		}
	}
	var shuffle [32]int64
	for i := 39; i >= 0; i-- {
		next()
		if i < 32 {
			shuffle[i] = seed
		}
	}
	out := shuffle[0]
	r := make([]float64, n)
	for i := range r {
		next()
		k := out / 67108865
		out = shuffle[k]
		shuffle[k] = seed
		r[i] = float64(out) / 2.147483647e9
		if r[i] == 0 {
			r[i] = 1e-99
		}
	}
	return r
}

// normal is n standard normal numbers.
func normal(n int, seed int64) []float64 {
	u := uniform(2*n, seed)
	g := make([]float64, n)
	for i := range g {
		g[i] = math.Sqrt(-2*math.Log(u[i])) * math.Cos(2*math.Pi*u[n+i])
		if g[i] == 0 {
			g[i] = 1e-99
		}
	}
	return g
}

// optimumAt is the optimum's place, d numbers in [-4, 4].
func optimumAt(d int, seed int64) []float64 {
	x := uniform(d, seed)
	for i := range x {
		x[i] = 8*math.Floor(1e4*x[i])/1e4 - 4
		if x[i] == 0 {
			x[i] = -1e-5
		}
	}
	return x
}

// rotation is an orthogonal matrix, by Gram and Schmidt on its columns.
func rotation(d int, seed int64) [][]float64 {
	g := normal(d*d, seed)
	b := make([][]float64, d)
	for i := range b {
		b[i] = make([]float64, d)
		for j := range b[i] {
			b[i][j] = g[j*d+i]
		}
	}
	for i := range d {
		for j := range i {
			dot := 0.0
			for k := range d {
				dot += b[k][i] * b[k][j]
			}
			for k := range d {
				b[k][i] -= dot * b[k][j]
			}
		}
		norm := 0.0
		for k := range d {
			norm += b[k][i] * b[k][i]
		}
		for k := range d {
			b[k][i] /= math.Sqrt(norm)
		}
	}
	return b
}

// optimalValue is what an instance's value at the optimum is moved to.
func optimalValue(function, instance int) float64 {
	seed := seedOf(function, instance)
	g, h := normal(1, seed)[0], normal(1, seed+1)[0]
	return min(1000, max(-1000, math.Round(100*100*g/h)/100))
}

// seedOf: 4 and 18 have the instances of their twins.
func seedOf(function, instance int) int64 {
	switch function {
	case 4:
		function = 3
	case 18:
		function = 17
	}
	return int64(function) + 10000*int64(instance)
}
