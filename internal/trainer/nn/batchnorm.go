package nn

import (
	"math"

	"github.com/danlu-ml/danlu/internal/trainer/kernel"
)

// The constants of PyTorch's normalisations.
const (
	normEps      = 1e-5
	normMomentum = 0.1
)

// batchStats is what both forms of batch normalisation share: a scale and a shift
// of each feature, the mean and the variance followed over batches, and those of
// the last batch.
type batchStats struct {
	scale, shift           *Param
	runMean, runVariance   *Param
	mean, inverse          []Real // of the pass: inverse is 1/√(variance + ε)
	sumDy, sumDyX, squares []Real
}

func newBatchStats(d int) batchStats {
	return batchStats{
		scale:       &Param{Name: "scale", Role: Scale, Size: d, Init: constant(1)},
		shift:       &Param{Name: "shift", Role: Scale, Size: d, Init: constant(0)},
		runMean:     &Param{Name: "mean", Role: Statistic, Size: d, Init: constant(0)},
		runVariance: &Param{Name: "variance", Role: Statistic, Size: d, Init: constant(1)},
		mean:        make([]Real, d), inverse: make([]Real, d),
		sumDy: make([]Real, d), sumDyX: make([]Real, d), squares: make([]Real, d),
	}
}

// Params are scale and shift, and what is followed.
func (s *batchStats) Params() []*Param {
	return []*Param{s.scale, s.shift, s.runMean, s.runVariance}
}

// learn takes the batch's mean and Σ(x − mean)² of count numbers for feature j
// into use and into what is followed, where the variance is unbiased.
func (s *batchStats) learn(j int, mean, squares Real, count int) {
	s.mean[j] = mean
	variance := squares / Real(count)
	s.inverse[j] = 1 / Real(math.Sqrt(float64(variance)+normEps))
	if count > 1 {
		s.runMean.W[j] += normMomentum * (mean - s.runMean.W[j])
		s.runVariance.W[j] += normMomentum * (squares/Real(count-1) - s.runVariance.W[j])
	}
}

// recall takes what was followed into use.
func (s *batchStats) recall() {
	copy(s.mean, s.runMean.W)
	for j, v := range s.runVariance.W {
		s.inverse[j] = 1 / Real(math.Sqrt(float64(v)+normEps))
	}
}

// BatchNorm gives each feature mean 0 and variance 1 over the batch, then a scale
// and a shift; at other times than training, over what it has seen (Ioffe and
// Szegedy 2015). It has PyTorch's constants: ε 1e-5, momentum 0.1.
type BatchNorm struct {
	batchStats
	d      int
	x      []Real // the last input, not owned
	y, dx  []Real
	row    []Real // work
	factor []Real // scale ÷ σ
}

// NewBatchNorm makes the layer for up to n rows of d.
func NewBatchNorm(d, n int) *BatchNorm {
	return &BatchNorm{
		batchStats: newBatchStats(d), d: d, y: make([]Real, n*d), dx: make([]Real, n*d),
		row: make([]Real, d), factor: make([]Real, d),
	}
}

// Forward normalises n×d.
func (l *BatchNorm) Forward(x []Real, p Pass) []Real {
	l.x = x
	if p.Train {
		l.measure(x, p.N)
	} else {
		l.recall()
	}
	copy(l.factor, l.inverse)
	kernel.Mul(l.factor, l.scale.W)
	for i := range p.N {
		y := l.y[i*l.d : (i+1)*l.d]
		l.centre(y, i)
		kernel.Mul(y, l.factor)
		kernel.Add(y, l.shift.W)
	}
	return l.y[:p.N*l.d]
}

// centre does to = x − mean for row i.
func (l *BatchNorm) centre(to []Real, i int) {
	copy(to, l.x[i*l.d:(i+1)*l.d])
	kernel.Axpy(to, -1, l.mean)
}

// measure learns the columns of x, in two passes for the sake of precision.
func (l *BatchNorm) measure(x []Real, n int) {
	clear(l.mean)
	clear(l.squares)
	for i := range n {
		kernel.Add(l.mean, x[i*l.d:(i+1)*l.d])
	}
	kernel.Scale(l.mean, 1/Real(n))
	for i := range n {
		l.centre(l.row, i)
		kernel.Mul(l.row, l.row)
		kernel.Add(l.squares, l.row)
	}
	for j, mean := range l.mean {
		l.learn(j, mean, l.squares[j], n)
	}
}

// Backward follows Ioffe and Szegedy 2015, section 3, with the sums over the
// batch taken once: dx = scale/σ·(dy − mean(dy) − x̂·mean(dy·x̂)).
func (l *BatchNorm) Backward(dy []Real, p Pass, needX bool) []Real {
	clear(l.sumDy)
	clear(l.sumDyX)
	for i := range p.N {
		g := dy[i*l.d : (i+1)*l.d]
		kernel.Add(l.sumDy, g)
		l.centre(l.row, i)
		kernel.Mul(l.row, g)
		kernel.Add(l.sumDyX, l.row)
	}
	kernel.Mul(l.sumDyX, l.inverse)
	copy(l.shift.G, l.sumDy)
	copy(l.scale.G, l.sumDyX)
	if !needX {
		return nil
	}
	share := -1 / Real(p.N)
	if !p.Train {
		share = 0 // the statistics do not depend on x
	}
	kernel.Scale(l.sumDy, share)
	kernel.Scale(l.sumDyX, share)
	kernel.Mul(l.sumDyX, l.inverse)
	for i := range p.N {
		dx := l.dx[i*l.d : (i+1)*l.d]
		l.centre(dx, i)
		kernel.Mul(dx, l.sumDyX)
		kernel.Add(dx, l.sumDy)
		kernel.Add(dx, dy[i*l.d:(i+1)*l.d])
		kernel.Mul(dx, l.factor)
	}
	return l.dx[:p.N*l.d]
}
