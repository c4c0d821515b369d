// Package cma is the covariance matrix adaptation evolution strategy as
// mathematics: a distribution that is asked for points and told which were
// better. It follows Hansen's tutorial (arXiv 1604.00772v2), whose equations are
// cited; for many dimensions its separable form (Ros and Hansen 2008); for
// discrete coordinates the margin of Hamano et al. (2022, arXiv 2205.13482).
//
// It draws nothing itself, knows no bounds and evaluates nothing.
//
//	n      dimensions                       m      mean, n
//	λ, μ   points a generation, parents     σ      step size
//	w      weights by rank, λ               C      covariance, n×n; n if separable
//	pσ, pc evolution paths, n               A      scale of the margin, n
//
// Start reading at [State.Tell].
package cma

import "math"

// Params are the constants of the strategy. [Defaults] sets them.
type Params struct {
	N, Lambda   int
	Separable   bool      // C is diagonal
	Weights     []float64 // by rank: positive for the first Mu, negative at the end (eq. 53)
	Mu          int
	MuEff       float64
	CSigma      float64 // how fast pσ forgets (eq. 55)
	DSigma      float64 // damping of σ
	CC, C1, CMu float64 // pc, rank-one and rank-μ update (eq. 56, 57, 58)
	Norm        float64 // a standard normal vector's, expected
}

// DefaultLambda is the usual number of points a generation (eq. 48).
func DefaultLambda(n int) int { return 4 + int(3*math.Log(float64(max(n, 1)))) }

// Defaults are the tutorial's constants (table 1) for n ≥ 1 dimensions and λ ≥ 2
// points. The separable form learns (n+2)/3 times as fast (Ros and Hansen 2008).
func Defaults(n, lambda int, separable bool) Params {
	p := Params{N: n, Lambda: lambda, Mu: lambda / 2, Separable: separable}
	d := float64(n)
	p.Weights = make([]float64, lambda)
	var plus, minus [2]float64 // Σw, Σw² of either sign
	for i := range p.Weights {
		w := math.Log(float64(lambda+1)/2) - math.Log(float64(i+1))
		p.Weights[i] = w
		side := &plus
		if i >= p.Mu {
			side = &minus
		}
		side[0] += w
		side[1] += w * w
	}
	p.MuEff = plus[0] * plus[0] / plus[1]
	p.CSigma = (p.MuEff + 2) / (d + p.MuEff + 5)
	p.DSigma = 1 + 2*max(0, math.Sqrt((p.MuEff-1)/(d+1))-1) + p.CSigma
	p.CC = (4 + p.MuEff/d) / (d + 4 + 2*p.MuEff/d)
	p.C1 = 2 / ((d+1.3)*(d+1.3) + p.MuEff)
	p.CMu = 2 * (0.25 + p.MuEff + 1/p.MuEff - 2) / ((d+2)*(d+2) + p.MuEff)
	if separable {
		p.C1, p.CMu = p.C1*(d+2)/3, p.CMu*(d+2)/3
	}
	p.C1 = min(p.C1, 1)
	p.CMu = min(p.CMu, 1-p.C1)
	p.Norm = math.Sqrt2 * math.Exp(lgamma((d+1)/2)-lgamma(d/2))

	against := min( // eq. 50–52: how much the worse ones may push away
		1+p.C1/max(p.CMu, 1e-12),
		1+2*minus[0]*minus[0]/max(minus[1], 1e-12)/(p.MuEff+2),
		(1-p.C1-p.CMu)/max(d*p.CMu, 1e-12))
	negative := 0.0
	for _, w := range p.Weights {
		negative -= min(w, 0)
	}
	for i, w := range p.Weights {
		if w >= 0 {
			p.Weights[i] = w / plus[0]
		} else {
			p.Weights[i] = w * against / negative
		}
	}
	return p
}

// State is the distribution m + σ·A·N(0, C), and what it takes to learn.
type State struct {
	Params
	Mean, Scale []float64 // m; A's diagonal
	Sigma       float64
	C           []float64 // row by row, or the diagonal
	PSigma, PC  []float64
	Generation  int
	root        decomposition // of C
}

// New begins at a mean, which it keeps, with independent coordinates: σ² times
// variances, n of them, or σ² alone if they are nil.
func New(p Params, mean []float64, sigma float64, variances []float64) *State {
	s := &State{Params: p, Mean: mean, Sigma: sigma, PSigma: make([]float64, p.N), PC: make([]float64, p.N), Scale: make([]float64, p.N)}
	s.C = make([]float64, p.N)
	if !p.Separable {
		s.C = make([]float64, p.N*p.N)
	}
	for i := range p.N {
		s.C[s.diagonal(i)], s.Scale[i] = 1, 1
		if variances != nil {
			s.C[s.diagonal(i)] = variances[i]
		}
	}
	s.root = decompose(s.C, p.N)
	return s
}

func (s *State) diagonal(i int) int {
	if s.Separable {
		return i
	}
	return i*s.N + i
}

// Deviation is the standard deviation of coordinate i, the margin's scale included.
func (s *State) Deviation(i int) float64 {
	return s.Sigma * s.Scale[i] * math.Sqrt(s.C[s.diagonal(i)])
}

// Point makes x, of length n, of a standard normal z: x = m + σ·A·C^½·z (eq. 38–40).
func (s *State) Point(z, x []float64) {
	s.root.apply(z, x)
	for i := range x {
		x[i] = s.Mean[i] + s.Sigma*s.Scale[i]*x[i]
	}
}

// Tell learns from λ points, the best first. Points that were not drawn from the
// distribution may be among them: no step is longer than draws make it
// (Hansen 2011, arXiv 1110.4181, section 3).
func (s *State) Tell(x [][]float64) {
	n := s.N
	s.Generation++
	y, white := make([][]float64, len(x)), make([][]float64, len(x)) // white = C^-½·y
	longest := math.Sqrt(float64(n)) + 2*float64(n)/(float64(n)+2)
	for k := range x {
		y[k], white[k] = make([]float64, n), make([]float64, n)
		for i := range n {
			y[k][i] = (x[k][i] - s.Mean[i]) / (s.Sigma * s.Scale[i])
		}
		s.root.solve(y[k], white[k])
		if length := norm(white[k]); length > 2*longest {
			scale(y[k], 2*longest/length)
			scale(white[k], 2*longest/length)
		}
	}
	step, whiteStep := make([]float64, n), make([]float64, n)
	for k := range s.Mu { // eq. 41
		for i := range n {
			step[i] += s.Weights[k] * y[k][i]
			whiteStep[i] += s.Weights[k] * white[k][i]
		}
	}
	short := math.Sqrt(s.CSigma * (2 - s.CSigma) * s.MuEff)
	for i := range n {
		s.Mean[i] += s.Sigma * step[i]                              // eq. 42
		s.PSigma[i] = (1-s.CSigma)*s.PSigma[i] + short*whiteStep[i] // eq. 43
	}
	length := norm(s.PSigma)
	settled := math.Sqrt(1 - math.Pow(1-s.CSigma, 2*float64(s.Generation)))
	going, lost := 1.0, 0.0 // hσ and the variance it costs
	if length/settled >= (1.4+2/(float64(n)+1))*s.Norm {
		going, lost = 0, s.CC*(2-s.CC)
	}
	for i := range n { // eq. 45
		s.PC[i] = (1-s.CC)*s.PC[i] + going*math.Sqrt(s.CC*(2-s.CC)*s.MuEff)*step[i]
	}
	s.learn(y, white, lost)
	s.Sigma *= math.Exp(min(1, s.CSigma/s.DSigma*(length/s.Norm-1))) // eq. 44
	s.root = decompose(s.C, n)
}

// learn updates C (eq. 46, 47).
func (s *State) learn(y, white [][]float64, lost float64) {
	weights := make([]float64, len(y))
	total := 0.0
	for k, w := range s.Weights {
		total += w
		if w < 0 {
			length := norm(white[k]) + 1e-9 // the mean itself is among them at times
			w *= float64(s.N) / (length * length)
		}
		weights[k] = s.CMu * w
	}
	keep := 1 + s.C1*lost - s.C1 - s.CMu*total
	if s.Separable {
		for i := range s.C {
			c := keep*s.C[i] + s.C1*s.PC[i]*s.PC[i]
			for k, w := range weights {
				c += w * y[k][i] * y[k][i]
			}
			s.C[i] = max(c, 1e-30)
		}
		return
	}
	for i := range s.N {
		for j := range i + 1 {
			c := keep*s.C[i*s.N+j] + s.C1*s.PC[i]*s.PC[j]
			for k, w := range weights {
				c += w * y[k][i] * y[k][j]
			}
			s.C[i*s.N+j], s.C[j*s.N+i] = c, c
		}
	}
}

// Extent is the largest standard deviation in any direction, and the condition
// number of C: when the one is nothing, or the other huge, there is nothing more
// to be had.
func (s *State) Extent() (largest, condition float64) {
	low, high := math.Inf(1), 0.0
	for _, d := range s.root.d {
		low, high = min(low, d), max(high, d)
	}
	return s.Sigma * high, high * high / (low * low)
}

func lgamma(x float64) float64 {
	y, _ := math.Lgamma(x)
	return y
}

func norm(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v * v
	}
	return math.Sqrt(sum)
}

func scale(x []float64, by float64) {
	for i := range x {
		x[i] *= by
	}
}
