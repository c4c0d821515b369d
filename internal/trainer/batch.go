package trainer

import (
	"math/rand/v2"
	"slices"

	"github.com/danlu-ml/danlu/internal/trainer/data"
)

// batches gathers normalised examples, and augments those that train.
type batches struct {
	split *data.Split
	seed  uint64
	shift int
	flip  bool
	pcg   *rand.PCG
	order []int32 // of the training rows, in this epoch
	x     []float32
	y     []int32
}

func newBatches(s *data.Split, seed uint64, v values, n int) *batches {
	return &batches{
		split: s, seed: seed, shift: v.int("shift"), flip: v.bool("flip"), pcg: rand.NewPCG(0, 0),
		order: slices.Clone(s.Train), x: make([]float32, n*s.Table.D), y: make([]int32, n),
	}
}

// The first words of the addresses of random draws; the second is the epoch or
// step, the seed is mixed in.
const (
	drawOrder   = 0x6f72646572
	drawAugment = 0x6175676d656e74
)

// shuffle brings the training rows into the order of an epoch.
func (b *batches) shuffle(epoch int) {
	copy(b.order, b.split.Train)
	b.pcg.Seed(b.seed^drawOrder, uint64(epoch))
	rng := rand.New(b.pcg)
	for i := len(b.order) - 1; i > 0; i-- {
		j := rng.IntN(i + 1)
		b.order[i], b.order[j] = b.order[j], b.order[i]
	}
}

// train gathers rows from the epoch's order for a step. The slices are reused.
func (b *batches) train(from, to, step int) ([]float32, []int32) {
	x, y := b.gather(b.order[from:to])
	if b.shift == 0 && !b.flip {
		return x, y
	}
	b.pcg.Seed(b.seed^drawAugment, uint64(step))
	d := b.split.Table.D
	for i := range y {
		bits := b.pcg.Uint64()
		side := uint64(2*b.shift + 1)
		down, right := int(bits%side)-b.shift, int(bits>>16%side)-b.shift
		b.augment(x[i*d:(i+1)*d], down, right, b.flip && bits>>63 == 1)
	}
	return x, y
}

// gather copies and normalises rows.
func (b *batches) gather(rows []int32) ([]float32, []int32) {
	d := b.split.Table.D
	offset, scale := b.split.Offset, b.split.Scale[:d]
	for i, row := range rows {
		from, to := b.split.Table.Row(row)[:d], b.x[i*d:(i+1)*d]
		for j, o := range offset[:d] {
			to[j] = (from[j] - o) * scale[j]
		}
		b.y[i] = b.split.Table.Y[row]
	}
	return b.x[:len(rows)*d], b.y[:len(rows)]
}

// augment moves a picture and mirrors it, in place. What comes in from outside
// is the background: the value of a black pixel.
func (b *batches) augment(x []float32, down, right int, flip bool) {
	s := b.split.Table.Image
	background := -b.split.Offset[0] * b.split.Scale[0]
	for c := range s.Channels {
		plane := x[c*s.Height*s.Width:][:s.Height*s.Width]
		for k := range s.Height { // from the side that the picture moves to
			h := k
			if down > 0 {
				h = s.Height - 1 - k
			}
			line := plane[h*s.Width : (h+1)*s.Width]
			if from := h - down; from >= 0 && from < s.Height {
				moveLine(line, plane[from*s.Width:(from+1)*s.Width], right, background)
			} else {
				fill(line, background)
			}
			if flip {
				slices.Reverse(line)
			}
		}
	}
}

// moveLine copies from to line, right pixels further; they may be the same.
func moveLine(line, from []float32, right int, background float32) {
	n := len(line)
	if right >= 0 {
		right = min(right, n)
		copy(line[right:], from[:n-right])
		fill(line[:right], background)
		return
	}
	left := min(-right, n)
	copy(line, from[left:])
	fill(line[n-left:], background)
}

func fill(line []float32, v float32) {
	for i := range line {
		line[i] = v
	}
}
