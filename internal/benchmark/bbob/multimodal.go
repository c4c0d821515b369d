package bbob

import (
	"cmp"
	"math"
	"slices"
)

// Functions 15 to 24.

func rastriginRotated(in *Instance) func(x []float64) float64 {
	return func(x []float64) float64 {
		z := skew(oscillateAll(times(in.r, minus(x, in.Optimum))), .2)
		return rastrigin(times(in.r, condition(times(in.q, z), 10)))
	}
}

func weierstrass(in *Instance) func(x []float64) float64 {
	f0 := 0.0
	for k := range 12 {
		f0 += math.Pow(.5, float64(k)) * math.Cos(math.Pi*math.Pow(3, float64(k)))
	}
	return func(x []float64) float64 {
		z := oscillateAll(times(in.r, minus(x, in.Optimum)))
		z = times(in.r, condition(times(in.q, z), 1./100))
		sum := 0.0
		for _, v := range z {
			for k := range 12 {
				sum += math.Pow(.5, float64(k)) * math.Cos(2*math.Pi*math.Pow(3, float64(k))*(v+.5))
			}
		}
		d := float64(in.d)
		return 10*math.Pow(sum/d-f0, 3) + 10/d*outside(x)
	}
}

func schaffers(alpha float64) func(in *Instance) func(x []float64) float64 {
	return func(in *Instance) func(x []float64) float64 {
		return func(x []float64) float64 {
			z := condition(times(in.q, skew(times(in.r, minus(x, in.Optimum)), .5)), alpha)
			sum := 0.0
			for i := range len(z) - 1 {
				s := z[i]*z[i] + z[i+1]*z[i+1]
				ripple := math.Sin(50 * math.Pow(s, .1))
				sum += math.Pow(s, .25) * (1 + ripple*ripple)
			}
			sum /= float64(max(1, len(z)-1))
			return sum*sum + 10*outside(x)
		}
	}
}

func griewankRosenbrock(in *Instance) func(x []float64) float64 {
	middleOfTurn(in)
	return func(x []float64) float64 {
		z := turnedRosenbrock(in, x)
		sum := 0.0
		for i := range len(z) - 1 {
			a, b := z[i]*z[i]-z[i+1], z[i]-1
			s := 100*a*a + b*b
			sum += s/4000 - math.Cos(s)
		}
		return 10*sum/float64(max(1, len(z)-1)) + 10
	}
}

func schwefel(in *Instance) func(x []float64) float64 {
	const peak = 4.2096874633
	sign := uniform(in.d, in.seed)
	for i := range in.Optimum {
		sign[i] = math.Copysign(1, sign[i]-.5)
		in.Optimum[i] = sign[i] * peak / 2
	}
	return func(x []float64) float64 {
		d := in.d
		xh := make([]float64, d)
		for i, v := range x {
			xh[i] = 2 * sign[i] * v
		}
		z := make([]float64, d)
		for i := range xh {
			z[i] = xh[i]
			if i > 0 {
				z[i] += .25 * (xh[i-1] - 2*math.Abs(in.Optimum[i-1]))
			}
		}
		for i := range z {
			o := 2 * math.Abs(in.Optimum[i])
			z[i] = 100 * (math.Pow(10, share(i, d)/2)*(z[i]-o) + o)
		}
		sum, penalty := 0.0, 0.0
		for _, v := range z {
			sum += v * math.Sin(math.Sqrt(math.Abs(v)))
			if over := math.Abs(v/100) - 5; over > 0 {
				penalty += over * over
			}
		}
		return .01*(418.9828872724339-sum/float64(d)) + 100*penalty
	}
}

// gallagher has some peaks, of which the first is the highest.
func gallagher(peaks int, firstCondition, high, centre, width float64) func(in *Instance) func(x []float64) float64 {
	return func(in *Instance) func(x []float64) float64 {
		d := in.d
		order := func(n int, seed int64) []int {
			u, p := uniform(n, seed), make([]int, n)
			for i := range p {
				p[i] = i
			}
			slices.SortStableFunc(p, func(a, b int) int { return cmp.Compare(u[a], u[b]) })
			return p
		}
		conditions, heights := []float64{firstCondition}, []float64{10}
		for i, k := range order(peaks-1, in.seed) {
			conditions = append(conditions, math.Pow(high, float64(k)/float64(peaks-2)))
			heights = append(heights, float64(i)/float64(peaks-2)*(9.1-1.1)+1.1)
		}
		scales := make([][]float64, peaks)
		for i := range scales {
			scales[i] = make([]float64, d)
			for j, k := range order(d, in.seed+1000*int64(i)) {
				scales[i][j] = math.Pow(conditions[i], share(k, d)-.5)
			}
		}
		u := uniform(d*peaks, in.seed)
		at := make([][]float64, peaks)
		for i := range at {
			at[i] = make([]float64, d)
			for j := range d {
				at[i][j] = 2*width*u[i*d+j] - centre
			}
		}
		for j := range d {
			at[0][j] *= .8
		}
		copy(in.Optimum, at[0])
		for i := range at {
			at[i] = times(in.q, at[i])
		}
		return func(x []float64) float64 {
			y := times(in.q, x)
			best := 0.0
			for i := range at {
				sum := 0.0
				for j := range y {
					sum += scales[i][j] * (y[j] - at[i][j]) * (y[j] - at[i][j])
				}
				best = max(best, heights[i]*math.Exp(-sum/(2*float64(d))))
			}
			f := oscillate(10 - best)
			return f*f + outside(x)
		}
	}
}

func katsuura(in *Instance) func(x []float64) float64 {
	return func(x []float64) float64 {
		z := times(in.r, condition(times(in.q, minus(x, in.Optimum)), 100))
		d := float64(in.d)
		product := 1.0
		for i, v := range z {
			sum := 0.0
			for k := 1; k <= 32; k++ {
				p := math.Exp2(float64(k))
				sum += math.Abs(p*v-math.Round(p*v)) / p
			}
			product *= math.Pow(1+float64(i+1)*sum, 10/math.Pow(d, 1.2))
		}
		return 10/d/d*(product-1) + outside(x)
	}
}

func lunacek(in *Instance) func(x []float64) float64 {
	const mu0 = 2.5
	d := float64(in.d)
	s := 1 - 1/(2*math.Sqrt(d+20)-8.2)
	mu1 := -math.Sqrt((mu0*mu0 - 1) / s)
	g := normal(in.d, in.seed)
	sign := make([]float64, in.d)
	for i := range sign {
		sign[i] = math.Copysign(1, g[i])
		in.Optimum[i] = sign[i] * mu0 / 2
	}
	return func(x []float64) float64 {
		xh := make([]float64, in.d)
		for i, v := range x {
			xh[i] = 2 * sign[i] * v
		}
		near, far := 0.0, 0.0
		moved := make([]float64, in.d)
		for i, v := range xh {
			near += (v - mu0) * (v - mu0)
			far += (v - mu1) * (v - mu1)
			moved[i] = v - mu0
		}
		z := times(in.r, condition(times(in.q, moved), 100))
		cosines := 0.0
		for _, v := range z {
			cosines += math.Cos(2 * math.Pi * v)
		}
		return min(near, d+s*far) + 10*(d-cosines) + 1e4*outside(x)
	}
}
