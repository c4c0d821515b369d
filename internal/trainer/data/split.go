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
	// Seed decides which rows; equal seeds give equal splits, and a smaller
	// Fraction a subset of a larger one's rows.
	Seed uint64
}

// Split is a table divided into parts, as row numbers, with the normalisation
// learnt from the training part: a feature x becomes (x − Offset)·Scale.
type Split struct {
	Table            *Table
	Train, Val, Test []int32
	Offset, Scale    []float32 // D each
}

// Split divides t. Validation and training rows come from the rows before
// t.Held; the rest is the test part. Where a table has no held-out part, a share
// as large as the validation's is taken from the training rows for it. It fails
// if a part would be empty.
func (t *Table) Split(o SplitOptions) (*Split, error) {
	s := &Split{Table: t}
	rng := rand.New(rand.NewPCG(o.Seed, 0x73706c6974))
	byClass := make([][]int32, len(t.Classes))
	for i, y := range t.Y[:t.Held] {
		byClass[y] = append(byClass[y], int32(i))
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
		s.Test = append(s.Test, int32(i))
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

func share(n int, of float64) int { return int(math.Round(float64(n) * of)) }

// learnNormalisation sets Offset and Scale to the mean and the reciprocal
// standard deviation of the training rows: of all pixels together for pictures,
// of each column for other tables. A constant column becomes 0.
func (s *Split) learnNormalisation() {
	d := s.Table.D
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
