package trainer

import (
	"math"
	"math/rand/v2"

	"github.com/danlu-ml/danlu/internal/trainer/data"
)

// mixture blends each picture of a batch with another of the same batch: all of
// both (MixUp, Zhang et al. 2018) or a rectangle of the other one (CutMix, Yun et
// al. 2019). The loss is blended alike.
type mixture struct {
	shape         data.Shape
	mixup, cutmix float64   // α of the Beta distribution of the shares; 0 is never
	others        []int32   // of the last batch: labels of what was mixed in
	shares        []float32 // and how much each picture's own label counts
	was           []float32
}

// newMixture is nil if the settings want none. A batch has up to so many numbers
// and labels.
func newMixture(t *data.Table, v values, numbers, n int) *mixture {
	m := &mixture{shape: t.Image, mixup: v.float("mixup"), cutmix: v.float("cutmix"), others: make([]int32, n), shares: make([]float32, n)}
	if m.mixup == 0 && m.cutmix == 0 {
		return nil
	}
	m.was = make([]float32, numbers)
	return m
}

// mix blends in place: each picture with the one a random distance further on, in
// a circle. If both ways are wanted, a batch takes one of them.
func (m *mixture) mix(x []float32, y []int32, rng *rand.Rand) {
	n := len(y)
	m.others, m.shares = m.others[:n], m.shares[:n]
	copy(m.others, y)
	fill(m.shares, 1)
	if n < 2 {
		return
	}
	cut := m.cutmix > 0 && (m.mixup == 0 || rng.IntN(2) == 1)
	d, further := len(x)/n, 1+rng.IntN(n-1)
	was := m.was[:len(x)]
	copy(was, x)
	other := func(i int) []float32 { k := (i + further) % n; return was[k*d : (k+1)*d] }
	for i := range y {
		m.others[i] = y[(i+further)%n]
	}
	if cut {
		left, top, right, bottom := m.rectangle(beta(m.cutmix, rng), rng)
		fill(m.shares, 1-float32((right-left)*(bottom-top))/float32(m.shape.Height*m.shape.Width))
		for i := range y {
			for line := range m.shape.Channels * m.shape.Height {
				if row := line % m.shape.Height; row >= top && row < bottom {
					at := line * m.shape.Width
					copy(x[i*d+at+left:i*d+at+right], other(i)[at+left:])
				}
			}
		}
		return
	}
	own := float32(beta(m.mixup, rng))
	fill(m.shares, own)
	for i := range y {
		row, o := x[i*d:(i+1)*d], other(i)
		for j := range row {
			row[j] = own*row[j] + (1-own)*o[j]
		}
	}
}

// rectangle has an area of 1 − share of the picture's, its middle anywhere in the
// picture; what sticks out is cut off.
func (m *mixture) rectangle(share float64, rng *rand.Rand) (left, top, right, bottom int) {
	h, w := m.shape.Height, m.shape.Width
	side := math.Sqrt(1 - share)
	halfW, halfH := int(side*float64(w))/2, int(side*float64(h))/2
	x, y := rng.IntN(w), rng.IntN(h)
	return max(0, x-halfW), max(0, y-halfH), min(w, x+halfW), min(h, y+halfH)
}

// beta draws from the Beta distribution with both parameters α (Jöhnk 1964).
func beta(alpha float64, rng *rand.Rand) float64 {
	for {
		a, b := math.Pow(rng.Float64(), 1/alpha), math.Pow(rng.Float64(), 1/alpha)
		if sum := a + b; sum <= 1 && sum > 0 {
			return a / sum
		}
	}
}
