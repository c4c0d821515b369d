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
// table has sequences, each goes into one part as a whole, whatever its classes.
// It fails if a part would be empty.
func (t *Table) Split(o SplitOptions) (*Split, error) {
	s := &Split{Table: t}
	rng := rand.New(rand.NewPCG(o.Seed, 0x73706c6974))
	if t.Starts == nil {
		s.byClass(o, rng)
	} else {
		s.bySequence(o, rng)
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
	for _, rows := range byClass {
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
// standard deviation of the training rows: of all pixels together for pictures,
// of each column for other tables. A constant column becomes 0. Numbers of words
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
	if s.Table.Image != (Shape{}) {
		var m, q float64
		for j := range mean {
			m += mean[j]
			q += square[j]
		}
		for j := range mean {
			mean[j], square[j] = m/float64(d), q/float64(d)
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
