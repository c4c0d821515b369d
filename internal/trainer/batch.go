package trainer

import (
	"math/rand/v2"
	"slices"

	"github.com/danlu-ml/danlu/internal/trainer/data"
)

// batches gathers normalised examples, and augments those that train. It works
// in items: rows, or whole sequences for models that run over them.
type batches struct {
	split     *data.Split
	seed      uint64
	shift     int
	flip      bool
	sequences bool
	around    int // rows on each side that come along with a row of a sequence
	pcg       *rand.PCG
	balanced  *balanced // nil where each item comes once an epoch
	order     []int32   // of the training items, in this epoch
	x         []float32
	y         []int32
	rows      []int32 // of the batch, if items are sequences
	// Of the batch, where examples are mixed: what nn.Targets has; else nil.
	other  []int32
	share  []float32
	last   []int32 // of the batch
	steps  []int   // rows of each step, if items are sequences
	sorted []int32
	bounds [][2]int32 // of the sequence that a row belongs to, if around > 0
}

// newBatches makes batches of up to n items.
func newBatches(s *data.Split, seed uint64, v values, sequences bool, n int) *batches {
	b := &batches{
		split: s, seed: seed, shift: v.int("shift"), flip: v.bool("flip"), pcg: rand.NewPCG(0, 0),
		sequences: sequences, around: max(0, v.int("frames")-1) / 2,
	}
	rows := n
	if sequences {
		longest := 0
		for i, start := range s.Table.Starts[1:] {
			longest = max(longest, int(start-s.Table.Starts[i]))
		}
		rows = n * longest
		b.steps, b.sorted = make([]int, 0, longest), make([]int32, 0, n)
	}
	if b.around > 0 {
		b.bounds = make([][2]int32, s.Table.N())
		for i, end := range s.Table.Starts[1:] {
			for r := s.Table.Starts[i]; r < end; r++ {
				b.bounds[r] = [2]int32{s.Table.Starts[i], end - 1}
			}
		}
	}
	b.order = slices.Clone(b.items().Train)
	if balance := v.float("balance"); balance > 0 {
		b.balanced = newBalanced(s.Train, s.Table.Y, len(s.Table.Classes), balance)
	}
	b.x, b.y, b.rows = make([]float32, rows*b.width()), make([]int32, rows), make([]int32, 0, rows)
	return b
}

// width is the number of features that a model sees.
func (b *batches) width() int { return b.split.Table.D * (2*b.around + 1) }

// items are those of each part.
func (b *batches) items() data.Parts {
	if b.sequences {
		return b.split.Sequences
	}
	return data.Parts{Train: b.split.Train, Val: b.split.Val, Test: b.split.Test}
}

// The first words of the addresses of random draws; the second is the epoch or
// step, the seed is mixed in.
const (
	drawOrder   = 0x6f72646572
	drawAugment = 0x6175676d656e74
)

// shuffle brings the training items into the order of an epoch.
func (b *batches) shuffle(epoch int) {
	b.pcg.Seed(b.seed^drawOrder, uint64(epoch))
	rng := rand.New(b.pcg)
	if b.balanced != nil {
		b.balanced.fill(b.order, rng)
		return
	}
	copy(b.order, b.items().Train)
	for i := len(b.order) - 1; i > 0; i-- {
		j := rng.IntN(i + 1)
		b.order[i], b.order[j] = b.order[j], b.order[i]
	}
}

// train gathers items from the epoch's order for a step. The slices are reused.
func (b *batches) train(from, to, step int) ([]float32, []int32, []int) {
	x, y, steps := b.gather(b.order[from:to])
	if b.shift == 0 && !b.flip {
		return x, y, steps
	}
	b.pcg.Seed(b.seed^drawAugment, uint64(step))
	d := b.split.Table.D
	for i := range y {
		bits := b.pcg.Uint64()
		side := uint64(2*b.shift + 1)
		down, right := int(bits%side)-b.shift, int(bits>>16%side)-b.shift
		b.augment(x[i*d:(i+1)*d], down, right, b.flip && bits>>63 == 1)
	}
	return x, y, steps
}

// gather copies and normalises items: rows as they come, sequences packed as
// [nn.Recurrent] wants them, with the numbers of rows in each step.
func (b *batches) gather(items []int32) ([]float32, []int32, []int) {
	if !b.sequences {
		return b.normalised(items)
	}
	starts := b.split.Table.Starts
	length := func(s int32) int32 { return starts[s+1] - starts[s] }
	b.sorted = append(b.sorted[:0], items...)
	slices.SortStableFunc(b.sorted, func(i, j int32) int { return int(length(j) - length(i)) })
	b.rows, b.steps = b.rows[:0], b.steps[:0]
	active := len(b.sorted)
	for t := range length(b.sorted[0]) {
		for t >= length(b.sorted[active-1]) {
			active--
		}
		for _, s := range b.sorted[:active] {
			b.rows = append(b.rows, starts[s]+t)
		}
		b.steps = append(b.steps, active)
	}
	return b.normalised(b.rows)
}

// row is the data set's row of the i-th row of the last batch gathered.
func (b *batches) row(i int) int32 { return b.last[i] }

func (b *batches) normalised(rows []int32) ([]float32, []int32, []int) {
	d := b.split.Table.D
	b.last = rows
	at := 0
	for i, row := range rows {
		b.y[i] = b.split.Table.Y[row]
		if b.around == 0 {
			b.normalise(b.x[i*d:(i+1)*d], row)
			continue
		}
		first, last := b.bounds[row][0], b.bounds[row][1]
		for k := row - int32(b.around); k <= row+int32(b.around); k++ {
			b.normalise(b.x[at:at+d], min(max(k, first), last)) // at an end, the edge repeats
			at += d
		}
	}
	return b.x[:len(rows)*b.width()], b.y[:len(rows)], b.steps
}

func (b *batches) normalise(to []float32, row int32) {
	offset, scale, from := b.split.Offset[:len(to)], b.split.Scale[:len(to)], b.split.Table.Row(row)[:len(to)]
	for j, v := range from {
		to[j] = (v - offset[j]) * scale[j]
	}
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
