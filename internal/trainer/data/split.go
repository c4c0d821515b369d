package data

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// SplitOptions say how to divide a table.
type SplitOptions struct {
	// Validation is the share of the training rows put aside, class by class;
	// between 0 and 1, exclusive.
	Validation float64
	// Fraction of the rest is trained on, class by class, at least one row a
	// class; 0 means all.
	Fraction float64
	// Classes keeps rows of the first so many classes only, in every part; 0 means
	// all. It is for tables without sequences.
	Classes int
	// Imbalance thins the training rows class by class: class c of C keeps
	// Imbalance^(−c ÷ (C−1)) of the rows that the largest class has, at least one
	// and at most what it has, so the last class has so many times fewer than the
	// first (Cui et al. 2019). Other parts stay as they are. 0 and 1 leave all. It
	// is for tables without sequences and groups.
	Imbalance float64
	// Seed decides which rows; equal seeds give equal splits, and a smaller
	// Fraction a subset of a larger one's rows.
	Seed uint64
}

// Split is a table divided into parts, with the normalisation learnt from the
// training part: a feature x becomes (x − Offset)·Scale.
type Split struct {
	Table            *Table
	Train, Val, Test []int32   // row numbers
	Sequences        Parts     // the same by sequence, where the table has such
	Offset, Scale    []float32 // D each
}

// Parts are the numbers of the sequences in each part.
type Parts struct{ Train, Val, Test []int32 }

// Split divides t. Validation and training rows come from the rows before
// t.Held; the rest is the test part. Where a table has no held-out part, a share
// as large as the validation's is taken from the training rows for it. Where the
// table has sequences, each goes into one part as a whole, whatever its classes; so does each group.
// It fails if a part would be empty.
func (t *Table) Split(o SplitOptions) (*Split, error) {
	s := &Split{Table: t}
	rng := rand.New(rand.NewPCG(o.Seed, 0x73706c6974))
	switch {
	case t.Starts != nil:
		s.bySequence(o, rng)
	case t.Groups != nil:
		s.byGroup(o, rng)
	default:
		s.byClass(o, rng)
	}
	for _, part := range []struct {
		name string
		rows []int32
	}{{"training", s.Train}, {"validation", s.Val}, {"test", s.Test}} {
		if len(part.rows) == 0 {
			return nil, fmt.Errorf("split %s: the %s part is empty: the set has %d rows; use more, or another validation share than %g",
				t.Name, part.name, t.N(), o.Validation)
		}
	}
	s.learnNormalisation()
	return s, nil
}

// bySequence divides whole sequences.
func (s *Split) bySequence(o SplitOptions, rng *rand.Rand) {
	t := s.Table
	var training []int32
	for i, start := range t.Starts[:len(t.Starts)-1] {
		if int(start) < t.Held {
			training = append(training, int32(i))
		} else {
			s.Sequences.Test = append(s.Sequences.Test, int32(i))
		}
	}
	rng.Shuffle(len(training), func(i, j int) { training[i], training[j] = training[j], training[i] })
	aside := share(len(training), o.Validation)
	s.Sequences.Val, training = training[:aside], training[aside:]
	if t.Held == t.N() {
		aside = min(aside, len(training))
		s.Sequences.Test, training = training[:aside], training[aside:]
	}
	if o.Fraction > 0 && o.Fraction < 1 && len(training) > 0 {
		training = training[:max(1, share(len(training), o.Fraction))]
	}
	s.Sequences.Train = training
	s.Train, s.Val, s.Test = t.rows(training), t.rows(s.Sequences.Val), t.rows(s.Sequences.Test)
}

// rows are the row numbers of sequences.
func (t *Table) rows(sequences []int32) []int32 {
	var all []int32
	for _, s := range sequences {
		for i := t.Starts[s]; i < t.Starts[s+1]; i++ {
			all = append(all, i)
		}
	}
	return all
}

// byGroup divides whole groups, until each part has its share of the rows. Rows of
// a group that are held out stay so.
func (s *Split) byGroup(o SplitOptions, rng *rand.Rand) {
	t := s.Table
	var order []int32
	rows := make(map[int32][]int32)
	for i, y := range t.Y {
		g := t.Groups[i]
		switch {
		case o.Classes > 0 && int(y) >= o.Classes:
		case i >= t.Held:
			s.Test = append(s.Test, int32(i))
		default:
			if rows[g] == nil {
				order = append(order, g)
			}
			rows[g] = append(rows[g], int32(i))
		}
	}
	rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	aside := share(t.Held, o.Validation)
	take := func(part *[]int32, n int) {
		for len(order) > 0 && len(*part) < n {
			*part = append(*part, rows[order[0]]...)
			order = order[1:]
		}
	}
	take(&s.Val, aside)
	if t.Held == t.N() {
		take(&s.Test, aside)
	}
	left := 0
	for _, g := range order {
		left += len(rows[g])
	}
	if o.Fraction > 0 && o.Fraction < 1 {
		left = max(1, share(left, o.Fraction))
	}
	take(&s.Train, left)
}

// byClass divides independent rows, class by class.
func (s *Split) byClass(o SplitOptions, rng *rand.Rand) {
	t := s.Table
	byClass := make([][]int32, len(t.Classes))
	for i, y := range t.Y[:t.Held] {
		byClass[y] = append(byClass[y], int32(i))
	}
	if o.Classes > 0 {
		byClass = byClass[:min(o.Classes, len(byClass))]
	}
	largest := 0
	for class, rows := range byClass {
		rng.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		aside := share(len(rows), o.Validation)
		s.Val = append(s.Val, rows[:aside]...)
		rows = rows[aside:]
		if t.Held == t.N() {
			s.Test = append(s.Test, rows[:min(aside, len(rows))]...)
			rows = rows[min(aside, len(rows)):]
		}
		if o.Fraction > 0 && o.Fraction < 1 && len(rows) > 0 {
			rows = rows[:max(1, share(len(rows), o.Fraction))]
		}
		largest = max(largest, len(rows))
		byClass[class] = rows
	}
	for class, rows := range byClass {
		if o.Imbalance > 1 && len(byClass) > 1 && len(rows) > 0 {
			keep := math.Pow(o.Imbalance, -float64(class)/float64(len(byClass)-1))
			rows = rows[:min(len(rows), max(1, share(largest, keep)))]
		}
		s.Train = append(s.Train, rows...)
	}
	for i := t.Held; i < t.N(); i++ {
		if int(t.Y[i]) < len(byClass) {
			s.Test = append(s.Test, int32(i))
		}
	}
}

func share(n int, of float64) int { return int(math.Round(float64(n) * of)) }

// learnNormalisation sets Offset and Scale to the mean and the reciprocal
// standard deviation of the training rows: of all pixels of a channel together for
// pictures, of each column for other tables. A constant column becomes 0. Numbers of words
// stay as they are.
func (s *Split) learnNormalisation() {
	d := s.Table.D
	if s.Table.Words > 0 {
		s.Offset, s.Scale = make([]float32, d), make([]float32, d)
		for j := range s.Scale {
			s.Scale[j] = 1
		}
		return
	}
	mean, square := make([]float64, d), make([]float64, d)
	for _, i := range s.Train {
		for j, v := range s.Table.Row(i) {
			mean[j] += float64(v)
			square[j] += float64(v) * float64(v)
		}
	}
	n := float64(len(s.Train))
	if channels := s.Table.Image.Channels; channels > 0 {
		plane := d / channels
		for c := range channels {
			average(mean[c*plane : (c+1)*plane])
			average(square[c*plane : (c+1)*plane])
		}
	}
	s.Offset, s.Scale = make([]float32, d), make([]float32, d)
	for j := range mean {
		m := mean[j] / n
		variance := square[j]/n - m*m
		s.Offset[j] = float32(m)
		if variance > 1e-12*m*m && variance > 0 {
			s.Scale[j] = float32(1 / math.Sqrt(variance))
		}
	}
}

// average puts the mean of all in the place of each.
func average(v []float64) {
	sum := 0.0
	for _, x := range v {
		sum += x
	}
	for j := range v {
		v[j] = sum / float64(len(v))
	}
}
