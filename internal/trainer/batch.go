package trainer

import (
	"math/rand/v2"
	"slices"

	"github.com/danlu-ml/danlu/internal/trainer/data"
	"github.com/danlu-ml/danlu/internal/trainer/kernel"
)

// batches gathers normalised examples, and augments those that train. It works
// in items: rows, or whole sequences for models that run over them.
type batches struct {
	split     *data.Split
	seed      uint64
	shift     int
	flip      bool
	pictures  *pictureChanges // nil where none are wanted, as the next three
	texts     *textChanges
	series    *seriesChanges
	mix       *mixture
	noise     float64
	sequences bool
	around    int // rows on each side that come along with a row of a sequence
	pcg       *rand.PCG
	rng       *rand.Rand // draws from pcg
	balanced  *balanced  // nil where each item comes once an epoch
	base      []int32    // items of an epoch
	order     []int32    // the same, in the epoch's order
	x         []float32
	y         []int32
	rows      []int32 // of the batch, if items are sequences
	// Of the batch, where examples are mixed: what nn.Targets has; else nil.
	other   []int32
	share   []float32
	last    []int32 // of the batch
	origin  []int32 // of the batch: the rows that its features come from
	steps   []int   // rows of each step, if items are sequences
	sorted  []int32
	sources []int32    // rows that the features of the batch come from, where not their own
	bounds  [][2]int32 // of the sequence that a row belongs to, where that matters
	team    *kernel.Team
	each    int                    // rows that a thread gathers at once
	some    func(part, thread int) // gathers them
}

// newBatches makes batches of up to n items.
func newBatches(s *data.Split, seed uint64, v values, sequences bool, n int, team *kernel.Team) (*batches, error) {
	b := &batches{
		team: team, split: s, seed: seed, shift: v.int("shift"), flip: v.bool("flip"), pcg: rand.NewPCG(0, 0),
		noise: v.float("noise"), sequences: sequences, around: max(0, v.int("frames")-1) / 2,
		pictures: newPictureChanges(s, v), series: newSeriesChanges(s.Table, v, sequences),
	}
	b.rng = rand.New(b.pcg)
	b.each, b.some = max(1, stretchLength/b.width()), b.normaliseSome
	var err error
	if b.texts, err = newTextChanges(s.Table, v); err != nil {
		return nil, err
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
	if b.around > 0 || b.series != nil {
		b.bounds = make([][2]int32, s.Table.N())
		for i, end := range s.Table.Starts[1:] {
			for r := s.Table.Starts[i]; r < end; r++ {
				b.bounds[r] = [2]int32{s.Table.Starts[i], end - 1}
			}
		}
	}
	b.base = b.items().Train
	b.order = slices.Clone(b.base)
	if share := v.float("oversample"); share > 0 {
		b.base = oversampled(s.Train, s.Table.Y, len(s.Table.Classes), share)
		b.order = slices.Clone(b.base)
	}
	if balance := v.float("balance"); balance > 0 {
		b.balanced = newBalanced(s.Train, s.Table.Y, len(s.Table.Classes), balance)
	}
	b.x, b.y, b.rows = make([]float32, rows*b.width()), make([]int32, rows), make([]int32, 0, rows)
	b.mix = newMixture(s.Table, v, len(b.x), n)
	return b, nil
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
	copy(b.order, b.base)
	for i := len(b.order) - 1; i > 0; i-- {
		j := rng.IntN(i + 1)
		b.order[i], b.order[j] = b.order[j], b.order[i]
	}
}

// train gathers items from the epoch's order for a step, and changes them as the
// augmentations say. The slices are reused.
func (b *batches) train(from, to, step int) ([]float32, []int32, []int) {
	b.pcg.Seed(b.seed^drawAugment, uint64(step))
	items := b.order[from:to]
	var x []float32
	var y []int32
	var steps []int
	if b.series != nil {
		x, y, steps = b.gatherChanged(items)
	} else {
		x, y, steps = b.gather(items)
	}
	d := b.width()
	if b.shift > 0 || b.flip {
		for i := range y {
			bits := b.pcg.Uint64()
			side := uint64(2*b.shift + 1)
			down, right := int(bits%side)-b.shift, int(bits>>16%side)-b.shift
			b.augment(x[i*d:(i+1)*d], down, right, b.flip && bits>>63 == 1)
		}
	}
	if b.pictures != nil {
		for i := range y {
			b.pictures.change(x[i*d:(i+1)*d], b.rng)
		}
	}
	if b.texts != nil {
		for i := range y {
			b.texts.change(x[i*d:(i+1)*d], b.rng)
		}
	}
	if b.noise > 0 {
		for i := range x {
			x[i] += float32(b.noise * b.rng.NormFloat64())
		}
	}
	if b.mix != nil {
		b.mix.mix(x, y, b.rng)
		b.other, b.share = b.mix.others, b.mix.shares
	}
	return x, y, steps
}

// gather copies and normalises items: rows as they come, sequences packed as
// [nn.Recurrent] wants them, with the numbers of rows in each step.
func (b *batches) gather(items []int32) ([]float32, []int32, []int) {
	if !b.sequences {
		return b.normalised(items, items)
	}
	starts := b.split.Table.Starts
	b.collect(items, func(s int32) (int32, int32) { return starts[s], starts[s+1] - starts[s] })
	return b.normalised(b.rows, b.rows)
}

// collect lists the rows of a batch of sequences, of each those that span says: the
// first and how many; and how many rows each step has.
func (b *batches) collect(items []int32, span func(sequence int32) (from, length int32)) {
	length := func(s int32) int32 { _, n := span(s); return n }
	b.sorted = append(b.sorted[:0], items...)
	slices.SortStableFunc(b.sorted, func(i, j int32) int { return int(length(j) - length(i)) })
	b.rows, b.steps = b.rows[:0], b.steps[:0]
	active := len(b.sorted)
	for t := range length(b.sorted[0]) {
		for t >= length(b.sorted[active-1]) {
			active--
		}
		for _, s := range b.sorted[:active] {
			from, _ := span(s)
			b.rows = append(b.rows, from+t)
		}
		b.steps = append(b.steps, active)
	}
}

// row is the data set's row of the i-th row of the last batch gathered.
func (b *batches) row(i int) int32 { return b.last[i] }

// normalised copies the features of sources and the labels of rows.
func (b *batches) normalised(rows, sources []int32) ([]float32, []int32, []int) {
	b.last, b.origin = rows, sources
	b.team.Do((len(rows)+b.each-1)/b.each, b.some)
	return b.x[:len(rows)*b.width()], b.y[:len(rows)], b.steps
}

func (b *batches) normaliseSome(part, _ int) {
	d := b.split.Table.D
	for i := part * b.each; i < min((part+1)*b.each, len(b.last)); i++ {
		b.y[i] = b.split.Table.Y[b.last[i]]
		row := b.origin[i]
		if b.around == 0 {
			b.normalise(b.x[i*d:(i+1)*d], row)
			continue
		}
		first, last := b.bounds[row][0], b.bounds[row][1]
		to := b.x[i*b.width():]
		for k := row - int32(b.around); k <= row+int32(b.around); k++ {
			b.normalise(to[:d], min(max(k, first), last)) // at an end, the edge repeats
			to = to[d:]
		}
	}
}

func (b *batches) normalise(to []float32, row int32) {
	copy(to, b.split.Table.Row(row))
	kernel.Axpy(to, -1, b.split.Offset)
	kernel.Mul(to, b.split.Scale)
}

// augment moves a picture and mirrors it, in place. What comes in from outside
// is the background: the value of a black pixel.
func (b *batches) augment(x []float32, down, right int, flip bool) {
	s := b.split.Table.Image
	for c := range s.Channels {
		background := background(b.split, c)
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

// background is a black pixel's value after normalisation.
func background(s *data.Split, channel int) float32 {
	at := channel * s.Table.Image.Height * s.Table.Image.Width
	return -s.Offset[at] * s.Scale[at]
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
