package trainer

import "github.com/danlu-ml/danlu/internal/trainer/data"

// seriesChanges move features in time, against their labels, and crop sequences.
type seriesChanges struct {
	jitter float64 // chance of a row to show a neighbour's features
	shift  int     // rows that features are moved by at most, each way
	crop   float64 // share of a sequence cut off at most
	// Of each sequence in the batch: its first row, how many, and its shift.
	from, length, moved []int32
}

// newSeriesChanges are nil if the settings want none.
func newSeriesChanges(t *data.Table, v values, sequences bool) *seriesChanges {
	c := &seriesChanges{jitter: v.float("jitter"), shift: v.int("time_shift"), crop: v.float("time_crop")}
	if c.jitter == 0 && c.shift == 0 && c.crop == 0 {
		return nil
	}
	if sequences {
		n := len(t.Starts) - 1
		c.from, c.length, c.moved = make([]int32, n), make([]int32, n), make([]int32, n)
	}
	return c
}

// gatherChanged is gather with the changes of series. A sequence is cropped and
// shifted as one; rows on their own are shifted one by one.
func (b *batches) gatherChanged(items []int32) ([]float32, []int32, []int) {
	c, starts := b.series, b.split.Table.Starts
	move := func() int32 { return int32(b.rng.IntN(2*c.shift+1) - c.shift) }
	rows := items
	if b.sequences {
		for _, s := range items {
			all := starts[s+1] - starts[s]
			c.length[s] = max(1, all-int32(c.crop*b.rng.Float64()*float64(all)))
			c.from[s] = starts[s] + int32(b.rng.IntN(int(all-c.length[s])+1))
			c.moved[s] = move()
		}
		b.collect(items, func(s int32) (int32, int32) { return c.from[s], c.length[s] })
		rows = b.rows
	}
	b.sources = b.sources[:0]
	step := 0 // of sequences: the row's place among those of its step
	at := 0
	for i, row := range rows {
		var moved int32
		if b.sequences {
			for i-at == b.steps[step] {
				at, step = i, step+1
			}
			moved = c.moved[b.sorted[i-at]]
		} else {
			moved = move()
		}
		if c.jitter > 0 && b.rng.Float64() < c.jitter {
			moved += int32(2*b.rng.IntN(2) - 1)
		}
		b.sources = append(b.sources, min(max(row+moved, b.bounds[row][0]), b.bounds[row][1]))
	}
	return b.normalised(rows, b.sources)
}
